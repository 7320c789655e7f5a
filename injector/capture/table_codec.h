// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tables as payloads of sections: first row, number of rows, then column by column (columns.h), which compresses better
// than row by row. New columns go to the end. Decoding a range replaces all rows of the table from the range's first
// row on; throws Corrupt if that would leave a gap.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "injector/capture/byte_reader.h"
#include "injector/capture/byte_writer.h"
#include "injector/capture/columns.h"
#include "injector/capture/profile.h"

namespace memray::capture {

// Rows `first` up to `last` (exclusive) of a table.
struct RowRange {
    std::size_t first{0};
    std::size_t last{0};
};

// Bytes that a row takes at least.
template <typename Layout>
std::size_t column_count() {
    ColumnCounter counter;
    Layout::visit(counter);
    return counter.columns;
}

template <typename Layout, typename Row>
void encode_columns(ByteWriter& out, const std::vector<Row>& table, RowRange rows) {
    out.varint(rows.first);
    out.varint(rows.last - rows.first);
    const std::span<const Row> range = std::span(table).subspan(rows.first, rows.last - rows.first);
    Layout::visit(ColumnWriter<Row>(out, range));
}

template <typename Row>
void encode_table(ByteWriter& out, const std::vector<Row>& table, RowRange rows) {
    encode_columns<Columns<Row>>(out, table, rows);
}

template <typename Row>
void decode_table(ByteReader& in, std::vector<Row>& table) {
    const std::uint64_t first = in.varint();
    const std::size_t count = in.count(column_count<Columns<Row>>());
    if (first > table.size()) { throw Corrupt("rows of a table are missing"); }
    table.resize(first);
    table.resize(first + count);
    Columns<Row>::visit(ColumnReader<Row>(in, std::span(table).subspan(first)));
}

// The amounts of sites are a section of their own, of rows that are there.
void encode_amounts(ByteWriter& out, const std::vector<Site>& sites, RowRange rows);
void decode_amounts(ByteReader& in, std::vector<Site>& sites);

// Which native frames symbols are of: a hash of the tables of modules and native frames. Symbols can be stored apart
// from their capture, and a capture can be recorded anew under its old name: symbols with another key are not its own.
[[nodiscard]] std::uint64_t symbols_key(const Profile& profile);

}  // namespace memray::capture
