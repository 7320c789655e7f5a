// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Frames that most readers want to look past.
#pragma once

#include <cstdint>
#include <string_view>

namespace memray::report {

// Bits of a mask.
enum FrameClass : std::uint8_t {
    kIrrelevant = 1U << 0U,    // how CPython calls and evaluates, runpy
    kImportSystem = 1U << 1U,  // importlib
    kInstalled = 1U << 2U,     // site-packages, dist-packages
};

[[nodiscard]] std::uint8_t frame_class(std::string_view function, std::string_view file) noexcept;

}  // namespace memray::report
