// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// When a thread's name is to be looked at, and which was sent (thread_name.h).
#pragma once

#include <cstdint>

namespace memray::payload {

struct NameWatch {
    std::uint32_t countdown;  // events until the next look
    std::uint32_t looks;      // so far, up to the number from which on they are rare
    std::uint64_t sent;       // a number made of the name that was sent last; 0: none was

    void begin() noexcept { *this = {1, 0, 0}; }
};

}  // namespace memray::payload
