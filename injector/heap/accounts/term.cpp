// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/term.h"

#include <array>

namespace memray::heap {

std::string_view term_name(Term term) {
    static constexpr std::array<std::string_view, kTerms> kNames{"pymalloc_objects",
                                                                 "pymalloc_other",
                                                                 "pymalloc_kept",
                                                                 "pymalloc_free",
                                                                 "pymalloc_untouched",
                                                                 "pymalloc_headers",
                                                                 "pymalloc_empty_pools",
                                                                 "pymalloc_alignment",
                                                                 "malloc_objects",
                                                                 "malloc_used",
                                                                 "malloc_mapped",
                                                                 "malloc_headers",
                                                                 "malloc_free",
                                                                 "malloc_cached",
                                                                 "malloc_top",
                                                                 "malloc_unknown",
                                                                 "break",
                                                                 "other_allocator",
                                                                 "main_stack",
                                                                 "thread_stacks",
                                                                 "ended_stacks",
                                                                 "stale_stacks",
                                                                 "frame_stacks",
                                                                 "loader",
                                                                 "code",
                                                                 "read_only",
                                                                 "written",
                                                                 "zeroed",
                                                                 "mapped_files",
                                                                 "shared_memory",
                                                                 "generated_code",
                                                                 "vdso",
                                                                 "reserved",
                                                                 "untouched",
                                                                 "unexplained"};
    return kNames.at(static_cast<std::size_t>(term));
}

}  // namespace memray::heap
