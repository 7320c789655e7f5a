// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The tables of a profile that grow while it is recorded, and how much of them a file holds already.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/capture/section_batch.h"

namespace memray::capture {

struct WrittenRows {
    std::map<SectionType, std::size_t> rows;
    // What changes: a thread may get its name late.
    std::vector<Thread> threads;
    std::vector<Residence> residences;
};

[[nodiscard]] WrittenRows rows_of(const Profile& tables);

// Adds what `written` lacks.
void add_growing_tables(SectionBatch& batch, const Profile& tables, const WrittenRows& written);

}  // namespace memray::capture
