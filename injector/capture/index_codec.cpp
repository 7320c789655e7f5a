// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/index_codec.h"

namespace memray::capture {

void encode_index(ByteWriter& out, const Index& index) {
    out.varint(index.finished ? 1 : 0);
    out.varint(index.entries.size());
    std::uint64_t last = 0;
    for (const IndexEntry& entry : index.entries) {
        out.varint(static_cast<std::uint64_t>(entry.type));
        out.varint(entry.offset - last);
        last = entry.offset;
    }
}

Index decode_index(ByteReader& in) {
    Index index;
    index.finished = in.varint() != 0;
    index.entries.resize(in.count(2));
    std::uint64_t offset = 0;
    for (IndexEntry& entry : index.entries) {
        entry.type = static_cast<SectionType>(in.varint());
        entry.offset = offset + in.varint();
        // Each section once: an index must not make a small file endless.
        if (entry.offset <= offset) { throw Corrupt("an index that goes backwards"); }
        offset = entry.offset;
    }
    return index;
}

}  // namespace memray::capture
