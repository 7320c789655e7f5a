// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/code_table.h"

#include "injector/collector/tables/line_table.h"

namespace memray::collector {

void CodeTable::add(std::uint32_t ring, std::uint32_t id, const Code& code) {
    known_[key_of(ring, id)] = {tables_.function(code.name, code.file, code.first_line), code.first_line,
                                code.line_table};
}

std::uint32_t CodeTable::frame_of(std::uint32_t ring, std::uint64_t word) {
    const std::uint32_t frame = resolve(ring, word);
    if ((wire::code_of(word) & wire::kPrivateCode) == 0) {
        cache_.add(word, frame, [this](std::uint64_t other) { return known_.contains(wire::code_of(other)); });
    }
    return frame;
}

std::uint32_t CodeTable::resolve(std::uint32_t ring, std::uint64_t word) {
    const auto found = known_.find(key_of(ring, wire::code_of(word)));
    if (found == known_.end()) { return tables_.frame(tables_.function("???", "???", 0), 0); }
    const Known& code = found->second;
    const std::uint32_t line = line_of(code.line_table, hex_version_, code.first_line, wire::instruction_of(word));
    return tables_.frame(code.function, line);
}

}  // namespace memray::collector
