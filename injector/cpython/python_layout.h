// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How the frames, code objects and strings of one CPython lie in memory.
//
// 3.8 to 3.12: a table per minor version. 3.13 to 3.15: _Py_DebugOffsets, which the interpreter keeps at the start of
// _PyRuntime and whose own layout changes with each minor version, plus a few constants that it lacks. Later versions:
// that of 3.15 if their table says the same, else nothing is known, FrameModel::kNone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "injector/cpython/python_version.h"
#include "payload/wire/python_layout.h"

namespace memray::cpython {

struct LayoutFacts {
    wire::PythonLayout layout;
    std::uint64_t finalizing{0};  // offset in _PyRuntime of the word that Py_FinalizeEx sets; 0 if unknown
};

// 3.8 to 3.12.
[[nodiscard]] LayoutFacts layout_from_table(PythonVersion version);

// Reads 8 bytes at an offset into _PyRuntime; nothing if it cannot be read.
using ReadRuntime = std::function<std::optional<std::uint64_t>(std::size_t)>;
// 3.13 and later. Debug offsets that do not make sense are not used: FrameModel::kNone.
[[nodiscard]] LayoutFacts layout_from_debug_offsets(PythonVersion version, const ReadRuntime& read);

}  // namespace memray::cpython
