// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The library that is injected: where it is, and how it gets into the target.
#pragma once

#include <sys/types.h>

#include <string>

#include "injector/elf/modules.h"
#include "injector/region/remote_file.h"

namespace memray::injection {

using base::RemoteAddr;

// Where it is: beside this program, in the layout of the build or of the installation. Throws base::Error if it is
// not there.
[[nodiscard]] std::string payload_path();

// The content of the library. Throws base::Error if it cannot be read or is no library.
[[nodiscard]] std::string read_payload(const std::string& path);

// Loads `content` into the target with its own dlopen, from a memory file that is closed again afterwards; the target
// need not see /proc or any other file system. Returns the address of memray_payload_start. Throws base::Error with
// what dlerror says.
[[nodiscard]] RemoteAddr load_payload(region::RemoteSystem& system, ptrace::RemoteCall& call,
                                      const ptrace::RemoteMemory& memory, const elf::Modules& modules, pid_t pid,
                                      const std::string& content);

// memray_payload_start of the same build that an earlier recording has loaded; null if there is none.
[[nodiscard]] RemoteAddr find_loaded_payload(const ptrace::RemoteMemory& memory, const elf::Modules& modules,
                                             const std::string& content);

enum class StopResult { kStopped, kStillInside, kBusy, kNothingToStop };
// Calls int memray_payload_stop(int force) of every payload in the target: takes the hooks out. Without `force`, not
// those of a recording whose controller lives (kBusy). kStillInside: a thread has to run on before the shared memory
// can be unmapped; call again.
[[nodiscard]] StopResult stop_payloads(ptrace::RemoteCall& call, const elf::Modules& modules, bool force);

// Calls int memray_payload_start(void* region, size_t size) in the target. Throws base::Error if it refuses.
void start_payload(ptrace::RemoteCall& call, RemoteAddr start, RemoteAddr region, std::uint64_t size);

}  // namespace memray::injection
