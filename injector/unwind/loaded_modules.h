// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The modules of machine code that a process has mapped at a time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "injector/elf/memory_map.h"
#include "injector/unwind/mapped_image.h"

namespace memray::unwind {

// Where a module's first page is mapped, and of what. Two that are equal are the same module.
struct ModulePlace {
    RemoteAddr header;
    std::uint64_t inode{0};
    std::string path;  // as /proc/PID/maps has it: with " (deleted)" if the file is gone; "[vdso]"

    friend bool operator==(const ModulePlace&, const ModulePlace&) = default;
};

// Ordered by address. Throws base::Error if the process has ended or may not be looked at.
[[nodiscard]] std::vector<ModulePlace> read_module_places(pid_t pid);
[[nodiscard]] std::vector<ModulePlace> module_places(const std::vector<elf::MapEntry>& maps);

// By which this process reaches a file that /proc/PID/maps names so: below the root directory of that process. maps has
// names as its reader would use them, so that one in a chroot begins with that root (d_path() in fs/d_path.c of Linux).
[[nodiscard]] std::string path_below_root(pid_t pid, const std::string& path);

// What is known of the file behind a module; 0 where nothing is.
struct FileFacts {
    std::uint64_t size{0};
    std::int64_t modified_ns{0};  // since the epoch
};
// As the process sees the file. Nothing if another file is at that path now.
[[nodiscard]] FileFacts file_facts(pid_t pid, const ModulePlace& place);

}  // namespace memray::unwind
