// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/details.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/format.h"
#include "cli/report/text.h"
#include "cli/tree/python_syntax.h"

namespace memray::tree {
namespace {

using capture::Amount;

constexpr std::size_t kLabel = 13;

Line fact(const char* name, const std::string& text, std::size_t columns, Look look = looks::kPlain) {
    const std::size_t space = columns - std::min(columns, kLabel);
    Line line(report::padded(name, kLabel), looks::kFaint);
    return clipped(line.add(report::shortened(text, space), look), columns);
}

std::string amount_text(const Amount& amount, const Amount& whole) {
    return fmt::format("{} ({})", report::size_text(amount.bytes), report::percent_text(amount.bytes, whole.bytes));
}

std::string threads_text(const std::vector<std::string>& threads) {
    if (threads.size() > 3) { return fmt::format("{}, {} and {} more", threads[0], threads[1], threads.size() - 2); }
    return fmt::format("{}", fmt::join(threads, ", "));
}

std::vector<Line> facts(const TreeModel& model, std::size_t columns) {
    const TreeRow& row = model.current();
    const Amount amount = model.amount(row);
    std::vector<Line> lines{fact("Function", model.function(row), columns, looks::kFunction)};
    const std::string location = model.location(row);
    if (!location.empty()) { lines.push_back(fact("Location", location, columns, looks::kLocation)); }
    const std::string calls = model.calls(row);
    if (!calls.empty()) { lines.push_back(fact("Calls", calls, columns, looks::kPlain)); }
    lines.push_back(fact("Allocations", std::to_string(amount.count), columns));
    lines.push_back(
        fact("Size", amount_text(amount, model.whole()), columns, look_of_share(amount.bytes, model.whole().bytes)));
    if (row.kind == RowKind::kRest) {
        lines.push_back(clipped({"--biggest-allocs N shows more of them", looks::kPlain}, columns));
        return lines;
    }
    lines.push_back(fact("Own size", amount_text(model.own(row), model.whole()), columns));
    lines.push_back(fact("Thread", threads_text(model.threads(row)), columns));
    return lines;
}

std::vector<Line> excerpt(const TreeModel& model, report::SourceLines& source, std::size_t columns, std::size_t lines) {
    const std::uint32_t at = model.line(model.current());
    const auto half = static_cast<std::uint32_t>(lines / 2);
    const std::string file = model.file(model.current());
    if (at == 0 || source.line(file, at).empty()) { return {}; }
    std::uint32_t number = at > half ? at - half : 1;
    std::vector<Line> result;
    for (const std::string& text : source.lines(file, number, number + static_cast<std::uint32_t>(lines) - 1)) {
        Line line(fmt::format("{:>5} ", number), number == at ? looks::kCurrent : looks::kFaint);
        line.add(" ");
        append(line, python_line(text));
        result.push_back(clipped(line, columns));
        ++number;
    }
    return result;
}

}  // namespace

std::vector<Line> details(const TreeModel& model, report::SourceLines& source, std::size_t columns, std::size_t lines) {
    std::vector<Line> result = facts(model, columns);
    if (lines > result.size() + 2) {
        result.emplace_back();
        std::vector<Line> code = excerpt(model, source, columns, lines - result.size());
        result.insert(result.end(), code.begin(), code.end());
    }
    result.resize(std::min(result.size(), lines));
    return result;
}

}  // namespace memray::tree
