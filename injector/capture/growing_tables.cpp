// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/growing_tables.h"

#include <algorithm>
#include <cassert>
#include <type_traits>

#include "injector/capture/tables.h"

namespace memray::capture {
namespace {

bool is_growing(Written when) {
    return when == Written::kGrowing || when == Written::kChanging || when == Written::kThinned;
}

// The first row that is new or has changed.
template <typename Row>
std::size_t first_changed(const std::vector<Row>& written, const std::vector<Row>& now) {
    const std::size_t common = std::min(written.size(), now.size());
    const auto end = written.begin() + static_cast<std::ptrdiff_t>(common);
    return static_cast<std::size_t>(std::mismatch(written.begin(), end, now.begin()).first - written.begin());
}

// The first row that `written` lacks.
template <typename Row>
std::size_t first_new(const WrittenRows& written, SectionType type, [[maybe_unused]] Written when,
                      const std::vector<Row>& rows) {
    if constexpr (std::is_same_v<Row, Thread>) { return first_changed(written.threads, rows); }
    if constexpr (std::is_same_v<Row, Residence>) { return first_changed(written.residences, rows); }
    const auto known = written.rows.find(type);
    const std::size_t count = known == written.rows.end() ? 0 : known->second;
    assert(when == Written::kThinned || count <= rows.size());  // else rows were changed that the file has already
    return count > rows.size() ? 0 : count;
}

}  // namespace

WrittenRows rows_of(const Profile& tables) {
    WrittenRows written;
    for_each_table(tables, [&](SectionType type, Written when, const auto& rows) {
        if (is_growing(when)) { written.rows[type] = rows.size(); }
    });
    written.threads = tables.threads;
    written.residences = tables.residences;
    return written;
}

void add_growing_tables(SectionBatch& batch, const Profile& tables, const WrittenRows& written) {
    for_each_table(tables, [&](SectionType type, Written when, const auto& rows) {
        if (is_growing(when)) { batch.table(type, rows, first_new(written, type, when, rows)); }
    });
}

}  // namespace memray::capture
