// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The CPython in a process: which one it is, and where its state lies. Found by exported symbols and by what its own
// memory says; nothing is run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "injector/elf/modules.h"
#include "injector/heap/memory/memory.h"
#include "injector/heap/memory/static_memory.h"
#include "injector/heap/python/heap_layout.h"

namespace memray::heap {

struct Runtime {
    elf::Modules modules;          // the images of the process, libraries whose files are deleted among them
    StaticMemory statics;          // of all of them
    std::uint32_t hex_version{0};  // as PY_VERSION_HEX
    const HeapLayout* layout{nullptr};
    RemoteAddr runtime{};                    // _PyRuntime
    RemoteAddr type_type{};                  // PyType_Type
    std::vector<RemoteAddr> interpreters{};  // PyInterpreterState of each, the main one last
    std::vector<StaticRange> data{};         // of the program or library that CPython is in

    [[nodiscard]] std::string version_text() const;
};

// Throws base::Error that says in one line why there is none: no CPython, not initialised, a version or a build that
// nobody has looked at. `memory` must outlive it.
[[nodiscard]] Runtime find_runtime(const Memory& memory);

}  // namespace memray::heap
