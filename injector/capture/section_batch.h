// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Sections that go to the file together, in one write.
#pragma once

#include <algorithm>

#include "injector/capture/index_codec.h"
#include "injector/capture/section.h"
#include "injector/capture/table_codec.h"

namespace memray::capture {

class SectionBatch {
public:
    // `offset`: where in the file the batch will begin.
    SectionBatch(std::uint64_t offset, bool compress) : offset_(offset), compress_(compress) {}

    void file_header();
    void add(SectionType type, std::span<const std::uint8_t> payload);
    void metadata(const Metadata& metadata);
    // Rows from `first` on, in sections of a bounded number of rows.
    template <typename Row>
    void table(SectionType type, const std::vector<Row>& rows, std::size_t first = 0) {
        ranges(type, rows, first,
               [](ByteWriter& out, const auto& all, RowRange range) { encode_table(out, all, range); });
    }
    // The names of native frames, as those of `key`.
    void symbols(const Symbols& symbols, std::uint64_t key);
    // What only a finished profile has: amounts of sites, lifetimes, ..., totals.
    void finished_tables(const Profile& profile);
    // The index of everything up to here, and the footer. `before`: entries of earlier batches.
    void end(std::vector<IndexEntry> before, bool finished);

    [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }
    [[nodiscard]] const std::vector<IndexEntry>& entries() const noexcept { return entries_; }

private:
    static constexpr std::size_t kMaxRows = 1U << 16U;

    template <typename Row, typename Encode>
    void ranges(SectionType type, const std::vector<Row>& rows, std::size_t first, Encode encode) {
        for (; first < rows.size(); first += std::min(kMaxRows, rows.size() - first)) {
            ByteWriter out;
            encode(out, rows, RowRange{first, first + std::min(kMaxRows, rows.size() - first)});
            add(type, out.bytes());
        }
    }

    std::uint64_t offset_;
    bool compress_;
    Bytes bytes_;
    std::vector<IndexEntry> entries_;
};

}  // namespace memray::capture
