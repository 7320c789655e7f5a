// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which function a call instruction calls, read from the code before its return address. A blocked thread is often deep
// inside functions without a name that the called one jumped to: only the call site tells what was called.
#pragma once

#include <optional>

#include "injector/elf/image.h"

namespace memray::safe_point {

// Follows PLT stubs to what their slot holds. Nothing for calls through registers.
[[nodiscard]] std::optional<base::RemoteAddr> called_function(const elf::ReadMemory& read,
                                                              base::RemoteAddr return_address);

}  // namespace memray::safe_point
