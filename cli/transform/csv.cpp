// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "cli/transform/formats.h"
#include "cli/transform/records.h"
#include "injector/base/printable.h"

namespace memray::transform {
namespace {

// What a spreadsheet would take for a formula gets an apostrophe in front, which makes it text there. Every name, not
// only the first of a cell: where a semicolon separates cells, each begins one.
std::string inert(std::string_view name) {
    std::string text = base::printable(name);
    constexpr std::string_view kFormulaStarts = "=+-@";
    if (!text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos) { text.insert(0, 1, '\''); }
    return text;
}

// As RFC 4180 and Python's csv module write it: in quotes if it holds a separator, quotes doubled.
std::string field(const std::string& text) {
    if (text.find_first_of(",\"") == std::string::npos) { return text; }
    std::string quoted = "\"";
    for (const char c : text) {
        quoted += c;
        if (c == '"') { quoted += '"'; }
    }
    return quoted + '"';
}

std::string stack_text(const report::StackView& view, std::uint32_t stack) {
    std::string text;
    for (const NamedFrame& frame : named_frames(view, stack)) {
        fmt::format_to(std::back_inserter(text), "{}{};{};{}", text.empty() ? "" : "|", inert(frame.function),
                       inert(frame.file), frame.line);
    }
    return text;
}

}  // namespace

std::string csv(const Source& source) {
    std::string text = "allocator,num_allocations,size,tid,thread_name,stack_trace\r\n";
    for (const Record& record : records(source.profile, source.view, source.selection)) {
        fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{}\r\n", capture::allocator_name(record.allocator),
                       record.amount.count, record.amount.bytes, record.thread, field(inert(record.thread_name)),
                       field(stack_text(source.view, record.stack)));
    }
    return text;
}

}  // namespace memray::transform
