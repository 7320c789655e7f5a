// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What records say of a code object: kBytes ones that carry the texts, and kCode, which ends them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "injector/collector/ordered_merge.h"
#include "injector/collector/tables/code_table.h"
#include "injector/collector/thread_state.h"
#include "payload/wire/ring_reader.h"

namespace memray::collector {

// Appends what a kBytes record of `size` bytes holds. False, and nothing is appended, if that is too much to believe.
bool append_bytes(std::string& blob, std::uint64_t size, const wire::RingReader& reader);

// The code object of a kCode record, `blob` being what was sent before. Nothing if they do not fit.
[[nodiscard]] std::optional<Code> announced_code(const std::string& blob, const wire::RingReader& reader);

// Looks for the code object `id` in what `merge` has not delivered yet: a thread may use a code object while the record
// in which another one says what it is waits for its turn behind events. `states`: of the rings, by ring.
[[nodiscard]] std::optional<Code> find_announcement(const OrderedMerge& merge, const std::vector<ThreadState>& states,
                                                    std::uint32_t id);

}  // namespace memray::collector
