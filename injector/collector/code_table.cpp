// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/code_table.h"

#include <utility>

#include "injector/collector/line_table.h"

namespace memray::collector {

void CodeTable::add(std::uint32_t id, Code code) { by_id_[id] = &*known_.insert(std::move(code)).first; }

const Code* CodeTable::find(std::uint32_t id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

std::uint32_t CodeTable::line(const Code& code, std::int32_t instruction) const {
    return line_of(code.line_table, hex_version_, code.first_line, instruction);
}

}  // namespace memray::collector
