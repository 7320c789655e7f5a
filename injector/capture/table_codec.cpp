// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/table_codec.h"

#include "injector/capture/columns.h"

namespace memray::capture {
namespace {

template <typename Row>
std::span<const Row> rows_of(const std::vector<Row>& table, RowRange rows) {
    return std::span(table).subspan(rows.first, rows.last - rows.first);
}

void encode_range(ByteWriter& out, RowRange rows) {
    out.varint(rows.first);
    out.varint(rows.last - rows.first);
}

// Makes room for the range at the front of `in`, whose rows take at least `bytes_each` bytes, and returns it.
template <typename Row>
std::span<Row> decode_range(ByteReader& in, std::vector<Row>& table, std::size_t bytes_each) {
    const std::uint64_t first = in.varint();
    const std::size_t count = in.count(bytes_each);
    if (first > table.size()) { throw Corrupt("rows of a table are missing"); }
    table.resize(first);
    table.resize(first + count);
    return std::span(table).subspan(first);
}

template <typename Layout>
std::size_t column_count() {
    ColumnCounter counter;
    Layout::visit(counter);
    return counter.columns;
}

template <typename Row>
void encode_rows(ByteWriter& out, const std::vector<Row>& table, RowRange rows) {
    encode_range(out, rows);
    Columns<Row>::visit(ColumnWriter<Row>(out, rows_of(table, rows)));
}

template <typename Row>
void decode_rows(ByteReader& in, std::vector<Row>& table) {
    const std::span<Row> rows = decode_range(in, table, column_count<Columns<Row>>());
    Columns<Row>::visit(ColumnReader<Row>(in, rows));
}

// Strings: all lengths, then all characters.
template <typename Row, typename Text>
void encode_texts(ByteWriter& out, std::span<const Row> rows, Text text) {
    for (const Row& row : rows) { out.varint(text(row).size()); }
    for (const Row& row : rows) { out.raw(text(row)); }
}

template <typename Row, typename Text>
void decode_texts(ByteReader& in, std::span<Row> rows, Text text) {
    std::vector<std::size_t> lengths(rows.size());
    for (std::size_t& length : lengths) { length = in.count(1); }
    for (std::size_t i = 0; i < rows.size(); ++i) { text(rows[i]) = in.raw(lengths[i]); }
}

constexpr auto kItself = [](auto& row) -> auto& { return row; };
constexpr auto kName = [](auto& row) -> auto& { return row.name; };
constexpr auto kPath = [](auto& row) -> auto& { return row.path; };
constexpr auto kCommandLine = [](auto& row) -> auto& { return row.command_line; };
constexpr auto kFile = [](auto& row) -> auto& { return row.file; };
constexpr auto kBuildId = [](auto& row) -> auto& { return row.build_id; };

}  // namespace

void encode_table(ByteWriter& out, const std::vector<std::string>& table, RowRange rows) {
    encode_range(out, rows);
    encode_texts(out, rows_of(table, rows), kItself);
}
void encode_table(ByteWriter& out, const std::vector<Thread>& table, RowRange rows) {
    encode_rows(out, table, rows);
    encode_texts(out, rows_of(table, rows), kName);
}
void encode_table(ByteWriter& out, const std::vector<Function>& table, RowRange rows) { encode_rows(out, table, rows); }
void encode_table(ByteWriter& out, const std::vector<Frame>& table, RowRange rows) { encode_rows(out, table, rows); }
void encode_table(ByteWriter& out, const std::vector<Stack>& table, RowRange rows) { encode_rows(out, table, rows); }
void encode_table(ByteWriter& out, const std::vector<Module>& table, RowRange rows) {
    encode_rows(out, table, rows);
    encode_texts(out, rows_of(table, rows), kPath);
    encode_texts(out, rows_of(table, rows), kBuildId);
}
void encode_table(ByteWriter& out, const std::vector<NativeFrame>& table, RowRange rows) {
    encode_rows(out, table, rows);
}
void encode_table(ByteWriter& out, const std::vector<NativeStack>& table, RowRange rows) {
    encode_rows(out, table, rows);
}
void encode_table(ByteWriter& out, const std::vector<KeptSymbols>& table, RowRange rows) {
    encode_rows(out, table, rows);
    encode_texts(out, rows_of(table, rows), kFile);
}
void encode_table(ByteWriter& out, const std::vector<Symbol>& table, RowRange rows) { encode_rows(out, table, rows); }
void encode_table(ByteWriter& out, const std::vector<SymbolChain>& table, RowRange rows) {
    encode_rows(out, table, rows);
}
void encode_table(ByteWriter& out, const std::vector<ModuleSymbols>& table, RowRange rows) {
    encode_rows(out, table, rows);
}
void encode_table(ByteWriter& out, const std::vector<Site>& table, RowRange rows) { encode_rows(out, table, rows); }
void encode_table(ByteWriter& out, const std::vector<Lifetime>& table, RowRange rows) { encode_rows(out, table, rows); }
void encode_table(ByteWriter& out, const std::vector<Interval>& table, RowRange rows) { encode_rows(out, table, rows); }
void encode_table(ByteWriter& out, const std::vector<TimeBucket>& table, RowRange rows) {
    encode_rows(out, table, rows);
}
void encode_table(ByteWriter& out, const std::vector<Snapshot>& table, RowRange rows) { encode_rows(out, table, rows); }
void encode_table(ByteWriter& out, const std::vector<SizeCount>& table, RowRange rows) {
    encode_rows(out, table, rows);
}
void encode_table(ByteWriter& out, const std::vector<Process>& table, RowRange rows) {
    encode_rows(out, table, rows);
    encode_texts(out, rows_of(table, rows), kCommandLine);
}
void encode_table(ByteWriter& out, const std::vector<ProcessSnapshot>& table, RowRange rows) {
    encode_rows(out, table, rows);
}

void decode_table(ByteReader& in, std::vector<std::string>& table) {
    decode_texts(in, decode_range(in, table, 1), kItself);
}
void decode_table(ByteReader& in, std::vector<Thread>& table) {
    const std::span<Thread> rows = decode_range(in, table, column_count<Columns<Thread>>() + 1);
    Columns<Thread>::visit(ColumnReader<Thread>(in, rows));
    decode_texts(in, rows, kName);
}
void decode_table(ByteReader& in, std::vector<Function>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<Frame>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<Stack>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<Module>& table) {
    const std::span<Module> rows = decode_range(in, table, column_count<Columns<Module>>() + 2);
    Columns<Module>::visit(ColumnReader<Module>(in, rows));
    decode_texts(in, rows, kPath);
    decode_texts(in, rows, kBuildId);
}
void decode_table(ByteReader& in, std::vector<NativeFrame>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<NativeStack>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<KeptSymbols>& table) {
    const std::span<KeptSymbols> rows = decode_range(in, table, column_count<Columns<KeptSymbols>>() + 1);
    Columns<KeptSymbols>::visit(ColumnReader<KeptSymbols>(in, rows));
    decode_texts(in, rows, kFile);
}
void decode_table(ByteReader& in, std::vector<Symbol>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<SymbolChain>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<ModuleSymbols>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<Site>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<Lifetime>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<Interval>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<TimeBucket>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<Snapshot>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<SizeCount>& table) { decode_rows(in, table); }
void decode_table(ByteReader& in, std::vector<Process>& table) {
    const std::span<Process> rows = decode_range(in, table, column_count<Columns<Process>>() + 1);
    Columns<Process>::visit(ColumnReader<Process>(in, rows));
    decode_texts(in, rows, kCommandLine);
}
void decode_table(ByteReader& in, std::vector<ProcessSnapshot>& table) { decode_rows(in, table); }

void encode_amounts(ByteWriter& out, const std::vector<Site>& sites, RowRange rows) {
    encode_range(out, rows);
    AmountColumns::visit(ColumnWriter<Site>(out, rows_of(sites, rows)));
}

void decode_amounts(ByteReader& in, std::vector<Site>& sites) {
    const std::uint64_t first = in.varint();
    const std::size_t count = in.count(column_count<AmountColumns>());
    if (first > sites.size() || count > sites.size() - first) { throw Corrupt("amounts of unknown sites"); }
    AmountColumns::visit(ColumnReader<Site>(in, std::span(sites).subspan(first, count)));
}

}  // namespace memray::capture
