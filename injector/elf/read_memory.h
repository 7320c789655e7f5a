// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How the memory of a process is read: through /proc, or from a test's buffer.
#pragma once

#include <cstddef>
#include <functional>

#include "injector/base/remote_addr.h"

namespace memray::elf {

using base::RemoteAddr;

// All bytes that are asked for, or false.
using ReadMemory = std::function<bool(RemoteAddr, void*, std::size_t)>;

}  // namespace memray::elf
