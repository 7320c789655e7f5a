// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tables as payloads of sections: first row, number of rows, then column by column, which compresses better than row by
// row. New columns go to the end. Decoding a range replaces all rows of the table from the range's first row on;
// throws Corrupt if that would leave a gap.
#pragma once

#include <string>
#include <vector>

#include "injector/capture/byte_reader.h"
#include "injector/capture/byte_writer.h"
#include "injector/capture/profile.h"

namespace memray::capture {

// Rows `first` up to `last` (exclusive) of a table.
struct RowRange {
    std::size_t first{0};
    std::size_t last{0};
};

void encode_table(ByteWriter& out, const std::vector<std::string>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Thread>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Function>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Frame>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Stack>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Module>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<NativeFrame>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<NativeStack>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<KeptSymbols>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Symbol>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<SymbolChain>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<ModuleSymbols>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Site>& table, RowRange rows);  // without the amounts
void encode_table(ByteWriter& out, const std::vector<Lifetime>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Interval>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<TimeBucket>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Snapshot>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<SizeCount>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<Process>& table, RowRange rows);
void encode_table(ByteWriter& out, const std::vector<ProcessSnapshot>& table, RowRange rows);

void decode_table(ByteReader& in, std::vector<std::string>& table);
void decode_table(ByteReader& in, std::vector<Thread>& table);
void decode_table(ByteReader& in, std::vector<Function>& table);
void decode_table(ByteReader& in, std::vector<Frame>& table);
void decode_table(ByteReader& in, std::vector<Stack>& table);
void decode_table(ByteReader& in, std::vector<Module>& table);
void decode_table(ByteReader& in, std::vector<NativeFrame>& table);
void decode_table(ByteReader& in, std::vector<NativeStack>& table);
void decode_table(ByteReader& in, std::vector<KeptSymbols>& table);
void decode_table(ByteReader& in, std::vector<Symbol>& table);
void decode_table(ByteReader& in, std::vector<SymbolChain>& table);
void decode_table(ByteReader& in, std::vector<ModuleSymbols>& table);
void decode_table(ByteReader& in, std::vector<Site>& table);
void decode_table(ByteReader& in, std::vector<Lifetime>& table);
void decode_table(ByteReader& in, std::vector<Interval>& table);
void decode_table(ByteReader& in, std::vector<TimeBucket>& table);
void decode_table(ByteReader& in, std::vector<Snapshot>& table);
void decode_table(ByteReader& in, std::vector<SizeCount>& table);
void decode_table(ByteReader& in, std::vector<Process>& table);
void decode_table(ByteReader& in, std::vector<ProcessSnapshot>& table);

void encode_amounts(ByteWriter& out, const std::vector<Site>& sites, RowRange rows);
// Fills in the amounts of sites that exist.
void decode_amounts(ByteReader& in, std::vector<Site>& sites);

}  // namespace memray::capture
