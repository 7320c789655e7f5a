// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The files behind the modules of a target, held open from the moment a module is seen: they can be read when their
// names are gone, when the process and its mount namespace are, too. A file that many processes have mapped is held
// once.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>

#include "injector/base/unique_fd.h"
#include "injector/capture/profile.h"
#include "injector/unwind/loaded_modules.h"

namespace memray::collector {

using ModuleFile = std::shared_ptr<const base::UniqueFd>;

// The file that is mapped at `place`: through the root of the process, or, where it has no name any more, through
// /proc/PID/map_files, which takes CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN (proc(5)). Null if it cannot be had.
[[nodiscard]] ModuleFile open_module(pid_t pid, const unwind::ModulePlace& place);

// Symbols of the module for the capture, if its file is no longer where it was, as this process sees that. At most
// `limit` bytes; empty otherwise.
[[nodiscard]] std::string symbols_to_keep(const capture::Module& module, const ModuleFile& file, std::size_t limit);

}  // namespace memray::collector
