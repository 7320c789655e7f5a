// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Captures in the formats of other tools.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "cli/report/selection.h"
#include "cli/report/stack_view.h"

namespace memray::transform {

struct Source {
    const capture::Profile& profile;
    const report::StackView& view;
    const report::Selection& selection;
};

// Texts are UTF-8: what is not in names is replaced. Allocations without a stack have one frame, "???".

// The JSON of https://github.com/jrfonseca/gprof2dot (-f json): functions, callers merged by function and file.
[[nodiscard]] std::string gprof2dot(const Source& source);
// Columns allocator, num_allocations, size, tid, thread_name, stack_trace: "function;file;line|...", callees first.
// Names that begin like a formula (= + - @) get an apostrophe in front.
[[nodiscard]] std::string csv(const Source& source);
// https://www.speedscope.app/file-format-schema.json: one profile of bytes, one of allocations.
[[nodiscard]] std::string speedscope(const Source& source);
// "caller;callee bytes", one line per stack: what flamegraph.pl and its like read.
[[nodiscard]] std::string collapsed(const Source& source);
// A gzipped protocol buffer of https://github.com/google/pprof/blob/main/proto/profile.proto: everything allocated
// (alloc_objects, alloc_space) and the selection (inuse_objects, inuse_space), labelled with thread and allocator.
[[nodiscard]] std::string pprof(const Source& source);

struct Format {
    std::string_view name;
    std::string_view suffix;
    std::string (*write)(const Source& source);
};
inline constexpr std::array<Format, 5> kFormats{{{"gprof2dot", ".json", gprof2dot},
                                                 {"csv", ".csv", csv},
                                                 {"speedscope", ".speedscope.json", speedscope},
                                                 {"pprof", ".pb.gz", pprof},
                                                 {"collapsed", ".txt", collapsed}}};

}  // namespace memray::transform
