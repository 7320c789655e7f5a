// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The rows of the table. Amounts have a sign: what is shown may be a difference between two moments.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/locations.h"
#include "cli/report/selection.h"
#include "cli/report/stack_view.h"

namespace memray::live {

// What the row stands for, seen from the location that was entered; in the table of all locations kLocation.
enum class Role : std::uint8_t { kLocation, kCaller, kItself, kCallee };

struct Row {
    std::string function;
    std::string file;
    std::uint32_t line{0};  // of kItself
    Role role{Role::kLocation};
    std::int64_t total{0};  // bytes; see report::LocationRow
    std::int64_t own{0};
    std::int64_t count{0};

    [[nodiscard]] bool same_place(const Row& other) const {
        return role == other.role && line == other.line && function == other.function && file == other.file;
    }
};

[[nodiscard]] std::vector<Row> location_rows(const report::StackView& view, const report::Selection& selection);

// `now` less `then`; places that hold the same in both are left out.
[[nodiscard]] std::vector<Row> difference(const std::vector<Row>& now, const std::vector<Row>& then);

// Roles stay together; within them the largest first, and equal ones by name: rows keep their order from update to
// update.
void sort_rows(std::vector<Row>& rows, report::LocationOrder order);

// Those with `text` in their function or file, whatever the case of its ASCII letters.
void keep_matching(std::vector<Row>& rows, std::string_view text);

}  // namespace memray::live
