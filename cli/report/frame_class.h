// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whose a frame is: the program's own, a library's, or machinery that most readers want to look past. All rules about
// that are here, by names and paths alone, so that a capture is read the same on every machine.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cli/report/stack_view.h"

namespace memray::report {

// Bits of a mask.
enum FrameClass : std::uint8_t {
    kIrrelevant = 1U << 0U,    // how CPython calls and evaluates, runpy
    kImportSystem = 1U << 1U,  // importlib
    kInstalled = 1U << 2U,     // site-packages, dist-packages
    kStandard = 1U << 3U,      // the standard library
    kRuntime = 1U << 4U,       // native: the interpreter, the C library, allocators
};

[[nodiscard]] std::uint8_t frame_class(std::string_view function, std::string_view file,
                                       FrameKind kind = FrameKind::kPython) noexcept;

// What a frame is where "my code" is shown (my_code.h). Pages get these numbers: see cli/web/src/my_code.js.
enum class Role : std::uint8_t {
    kOwn,         // Python code that is neither installed nor of the standard library
    kLibrary,     // installed, of the standard library, or native
    kModuleBody,  // what a module of a library does when it is imported
    kImport,      // the import system
    kMachinery,   // interpreter, allocator, C library, runpy
    kProcess,     // a process of a merged capture
};

// One for each frame of the view. A script without suffix in the folder bin of an installation that the view has files
// of is a library's: that is how pip installs commands.
[[nodiscard]] std::vector<Role> roles_of(const StackView& view);

// What follows ".../site-packages/" or ".../dist-packages/"; empty if the file is not installed there.
[[nodiscard]] std::string_view path_in_packages(std::string_view file) noexcept;

// What follows ".../lib/python3.11/" or ".../python311.zip/"; the name of a frozen module, "importlib._bootstrap".
// Empty if the file is not of the standard library.
[[nodiscard]] std::string_view path_in_standard_library(std::string_view file) noexcept;

// The package or module of the library that a file belongs to, as it is imported: "pandas", "json". Empty if the file
// is of no library.
[[nodiscard]] std::string_view package_of(std::string_view file) noexcept;

}  // namespace memray::report
