// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/rows.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace memray::live {
namespace {

std::int64_t key_of(const Row& row, report::LocationOrder order) {
    switch (order) {
        case report::LocationOrder::kTotal:
            break;
        case report::LocationOrder::kOwn:
            return row.own;
        case report::LocationOrder::kCount:
            return row.count;
    }
    return row.total;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& letter : result) {
        if (letter >= 'A' && letter <= 'Z') { letter = static_cast<char>(letter - 'A' + 'a'); }
    }
    return result;
}

bool holds(const std::string& text, const std::string& wanted) { return lower(text).find(wanted) != std::string::npos; }

}  // namespace

std::vector<Row> location_rows(const report::StackView& view, const report::Selection& selection) {
    std::vector<Row> rows;
    for (report::LocationRow& row : report::locations(view, selection, report::LocationOrder::kTotal)) {
        rows.push_back({std::move(row.function), std::move(row.file), 0, Role::kLocation,
                        static_cast<std::int64_t>(row.total_bytes), static_cast<std::int64_t>(row.own_bytes),
                        static_cast<std::int64_t>(row.count)});
    }
    return rows;
}

std::vector<Row> difference(const std::vector<Row>& now, const std::vector<Row>& then) {
    using Place = std::tuple<Role, std::string, std::string, std::uint32_t>;
    const auto place = [](const Row& row) { return Place(row.role, row.function, row.file, row.line); };
    std::map<Place, Row> rows;
    for (const Row& row : now) { rows.emplace(place(row), row); }
    for (const Row& old : then) {
        Row& row = rows.try_emplace(place(old), Row{old.function, old.file, old.line, old.role, 0, 0, 0}).first->second;
        row.total -= old.total;
        row.own -= old.own;
        row.count -= old.count;
    }
    std::vector<Row> result;
    for (auto& [key, row] : rows) {
        if (row.total != 0 || row.own != 0 || row.count != 0) { result.push_back(std::move(row)); }
    }
    return result;
}

void sort_rows(std::vector<Row>& rows, report::LocationOrder order) {
    std::sort(rows.begin(), rows.end(), [order](const Row& a, const Row& b) {
        return std::tuple(a.role, key_of(b, order), b.total, b.own, b.count, std::string_view(a.function),
                          std::string_view(a.file), a.line) < std::tuple(b.role, key_of(a, order), a.total, a.own,
                                                                         a.count, std::string_view(b.function),
                                                                         std::string_view(b.file), b.line);
    });
}

void keep_matching(std::vector<Row>& rows, std::string_view text) {
    if (text.empty()) { return; }
    const std::string wanted = lower(text);
    std::erase_if(rows, [&](const Row& row) { return !holds(row.function, wanted) && !holds(row.file, wanted); });
}

}  // namespace memray::live
