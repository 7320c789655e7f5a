// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What small objects say, in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "injector/heap/memory/memory.h"
#include "injector/heap/python/type_table.h"

namespace memray::heap {

// The value of the integer at `object`; nothing if it has more than two digits of 30 bits.
[[nodiscard]] std::optional<std::int64_t> small_integer(const Memory& memory, const HeapLayout& layout,
                                                        RemoteAddr object);

// "app.models.User", "dict": classes have their module in their dictionary, types in C in their name.
[[nodiscard]] std::string full_name(const Memory& memory, const HeapLayout& layout, const Type& type);

}  // namespace memray::heap
