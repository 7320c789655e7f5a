// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The threads of the interpreters of a process and the Python functions that they are in.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "injector/heap/memory/memory.h"
#include "injector/heap/python/runtime.h"
#include "injector/heap/python/type_table.h"

namespace memray::heap {

struct PythonFrame {
    RemoteAddr frame;  // a PyFrameObject up to 3.10, a _PyInterpreterFrame later
    RemoteAddr code;
    RemoteAddr end;  // behind its last slot
    std::string function;
    std::string file;
    std::uint32_t first_line{0};  // of the function
};

struct PythonThread {
    RemoteAddr state;                 // PyThreadState
    std::vector<PythonFrame> frames;  // innermost first
};

// Those that run: a chain of frames that makes no sense ends where it does.
[[nodiscard]] std::vector<PythonThread> find_threads(const Memory& memory, const Runtime& runtime);

// That of a generator (3.11 and later), or of a frame object; nothing if there is none any more.
[[nodiscard]] std::optional<PythonFrame> frame_in(const Memory& memory, const Runtime& runtime, RemoteAddr object,
                                                  Kind kind);

// Calls `slot` for each slot of a frame that may hold a reference, with the name of the local variable, or "" for one
// of the value stack.
using FrameSlot = std::function<void(const std::string& name, RemoteAddr value)>;
void for_each_slot(const Memory& memory, const Runtime& runtime, const PythonFrame& frame, const FrameSlot& slot);

}  // namespace memray::heap
