// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The tables of a profile that grow while it is recorded, and how much of them a file holds already.
#pragma once

#include <cstddef>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/capture/section_batch.h"

namespace memray::capture {

struct WrittenRows {
    std::size_t strings{0};
    std::size_t functions{0};
    std::size_t frames{0};
    std::size_t stacks{0};
    std::size_t modules{0};
    std::size_t native_frames{0};
    std::size_t native_stacks{0};
    std::size_t sites{0};
    std::size_t snapshots{0};
    std::vector<Thread> threads;
};

[[nodiscard]] WrittenRows rows_of(const Profile& tables);

// Adds what `written` lacks.
void add_growing_tables(SectionBatch& batch, const Profile& tables, const WrittenRows& written);

}  // namespace memray::capture
