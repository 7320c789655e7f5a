// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/table_codec.h"

namespace memray::capture {

void encode_amounts(ByteWriter& out, const std::vector<Site>& sites, RowRange rows) {
    encode_columns<AmountColumns>(out, sites, rows);
}

void decode_amounts(ByteReader& in, std::vector<Site>& sites) {
    const std::uint64_t first = in.varint();
    const std::size_t count = in.count(column_count<AmountColumns>());
    if (first > sites.size() || count > sites.size() - first) { throw Corrupt("amounts of unknown sites"); }
    AmountColumns::visit(ColumnReader<Site>(in, std::span(sites).subspan(first, count)));
}

std::uint64_t symbols_key(const Profile& profile) {
    ByteWriter out;
    encode_table(out, profile.modules, {0, profile.modules.size()});
    encode_table(out, profile.native_frames, {0, profile.native_frames.size()});
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const std::uint8_t byte : out.bytes()) { hash = (hash ^ byte) * 0x100000001b3U; }
    return hash;
}

}  // namespace memray::capture
