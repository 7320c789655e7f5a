// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/web/page_templates.h"

// The assembler reads the files into the object.
#define EMBED(name, file)                                   \
    __asm__(".section .rodata\n" #name                      \
            "_begin:\n"                                     \
            ".incbin \"" MEMRAY_PAGES "/" file "\"\n" #name \
            "_end:\n"                                       \
            ".previous\n");                                 \
    extern "C" const char name##_begin[];                   \
    extern "C" const char name##_end[]

EMBED(memray_flamegraph_page, "flamegraph.html");
EMBED(memray_table_page, "table.html");

namespace memray::web {

std::string_view flamegraph_template() noexcept { return {memray_flamegraph_page_begin, memray_flamegraph_page_end}; }

std::string_view table_template() noexcept { return {memray_table_page_begin, memray_table_page_end}; }

std::string page(std::string_view page_template, std::string_view data) {
    constexpr std::string_view kMarker = "/*DATA*/";
    const std::size_t at = page_template.find(kMarker);
    std::string result;
    result.reserve(page_template.size() + data.size());
    result += page_template.substr(0, at);
    result += data;
    result += page_template.substr(at + kMarker.size());
    return result;
}

}  // namespace memray::web
