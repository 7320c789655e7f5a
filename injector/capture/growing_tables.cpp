// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/growing_tables.h"

#include <algorithm>
#include <cassert>

#include "injector/capture/tables.h"

namespace memray::capture {
namespace {

bool is_growing(Written when) {
    return when == Written::kGrowing || when == Written::kChanging || when == Written::kThinned;
}

// The first thread that is new or has changed.
std::size_t first_changed(const std::vector<Thread>& written, const std::vector<Thread>& now) {
    const auto same = std::mismatch(written.begin(), written.end(), now.begin(), now.end());
    return static_cast<std::size_t>(same.second - now.begin());
}

// The first row that `written` lacks of a table that has `size` rows now.
std::size_t first_new(const WrittenRows& written, SectionType type, Written when, std::size_t size,
                      const Profile& tables) {
    if (when == Written::kChanging) { return first_changed(written.threads, tables.threads); }
    const auto known = written.rows.find(type);
    const std::size_t rows = known == written.rows.end() ? 0 : known->second;
    assert(when == Written::kThinned || rows <= size);  // else rows were changed that the file has already
    return rows > size ? 0 : rows;
}

}  // namespace

WrittenRows rows_of(const Profile& tables) {
    WrittenRows written;
    for_each_table(tables, [&](SectionType type, Written when, const auto& rows) {
        if (is_growing(when)) { written.rows[type] = rows.size(); }
    });
    written.threads = tables.threads;
    return written;
}

void add_growing_tables(SectionBatch& batch, const Profile& tables, const WrittenRows& written) {
    for_each_table(tables, [&](SectionType type, Written when, const auto& rows) {
        if (is_growing(when)) { batch.table(type, rows, first_new(written, type, when, rows.size(), tables)); }
    });
}

}  // namespace memray::capture
