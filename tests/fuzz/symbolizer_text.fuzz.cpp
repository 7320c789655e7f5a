// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as what the symbolizer reads in its own process: names from a worker (which has read hostile files), perf
// maps. They give names or one error, and nothing else happens.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "injector/base/error.h"
#include "symbolizer/names.h"
#include "symbolizer/perf_map.h"

namespace symbolizer = memray::symbolizer;

namespace {

// What was understood survives the way back and forth.
void read_names(const memray::capture::Bytes& bytes) {
    try {
        const symbolizer::ModuleNames names = symbolizer::decode_names(bytes);
        const memray::capture::Bytes again = symbolizer::encode_names(names);
        if (symbolizer::encode_names(symbolizer::decode_names(again)) != again) { std::abort(); }
    } catch (const memray::base::Error&) {  // the one way to fail
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_names(memray::capture::Bytes(data, data + size));
    const symbolizer::PerfMap map(std::string(data, data + size));
    for (const std::uint64_t address : {std::uint64_t{0}, std::uint64_t{0x1000}, ~std::uint64_t{0}}) {
        if (map.empty() && !map.name_at(address).empty()) { std::abort(); }
    }
    return 0;
}
