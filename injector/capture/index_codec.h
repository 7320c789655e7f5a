// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The index: where the sections are that hold tables (not the event log), in the order to read them.
#pragma once

#include <vector>

#include "injector/capture/byte_reader.h"
#include "injector/capture/byte_writer.h"

namespace memray::capture {

struct IndexEntry {
    SectionType type{};
    std::uint64_t offset{0};  // of the section's header
};

struct Index {
    bool finished{false};  // false: a checkpoint of a recording that went on
    std::vector<IndexEntry> entries;
};

void encode_index(ByteWriter& out, const Index& index);
[[nodiscard]] Index decode_index(ByteReader& in);

}  // namespace memray::capture
