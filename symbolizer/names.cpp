// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/names.h"

#include "injector/capture/byte_reader.h"
#include "injector/capture/byte_writer.h"

namespace memray::symbolizer {

capture::Bytes encode_names(const ModuleNames& names) {
    capture::ByteWriter out;
    out.varint(static_cast<std::uint64_t>(names.source));
    out.varint(names.kept ? 1 : 0);
    out.varint(names.of.size());
    for (const Names& chain : names.of) {
        out.varint(chain.size());
        for (const Name& name : chain) {
            out.string(name.function);
            out.string(name.file);
            out.varint(name.line);
        }
    }
    return out.bytes();
}

ModuleNames decode_names(const capture::Bytes& bytes) {
    capture::ByteReader in(bytes);
    ModuleNames names;
    names.source = static_cast<capture::SymbolSource>(in.varint());
    if (names.source > capture::kLastSymbolSource) { throw capture::Corrupt("names have no source"); }
    names.kept = in.varint() != 0;
    names.of.resize(in.count(1));
    for (Names& chain : names.of) {
        chain.resize(in.count(3));
        for (Name& name : chain) {
            name.function = in.string();
            name.file = in.string();
            name.line = static_cast<std::uint32_t>(in.varint());
        }
    }
    return names;
}

}  // namespace memray::symbolizer
