// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/waiting.h"

namespace memray::payload {

constinit std::atomic<std::uint32_t> spinning{0};

}  // namespace memray::payload
