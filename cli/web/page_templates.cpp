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
namespace {

constexpr std::string_view kLeaksInArenas =
    "<p><strong>Report generated using <code>--leaks</code> with an arena allocator</strong></p>";

std::string filled(std::string_view text, std::string_view marker, std::string_view content) {
    const std::size_t at = text.find(marker);
    std::string result;
    result.reserve(text.size() + content.size());
    result += text.substr(0, at);
    result += content;
    result += text.substr(at + marker.size());
    return result;
}

}  // namespace

std::string_view flamegraph_template() noexcept { return {memray_flamegraph_page_begin, memray_flamegraph_page_end}; }

std::string_view table_template() noexcept { return {memray_table_page_begin, memray_table_page_end}; }

std::string page(std::string_view page_template, std::string_view data, LeaksIn leaks) {
    const std::string_view heading = leaks == LeaksIn::kArenas ? kLeaksInArenas : std::string_view();
    return filled(filled(page_template, "<!--LEAKS-->", heading), "/*DATA*/", data);
}

}  // namespace memray::web
