// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where the socket of a target's recorder is to be found. The user who records decides that, not the target.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "injector/sockets/runtime_folder.h"

namespace memray::recording {

// After its process id and start time. Throws base::Error if there is no such process.
[[nodiscard]] std::string rendezvous_name(pid_t target);

// This user's; if that is root, those of the target's user, too.
[[nodiscard]] std::vector<std::shared_ptr<const sockets::RuntimeFolder>> rendezvous_folders(pid_t target);

}  // namespace memray::recording
