// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Asks the interpreter that is about to run a program whether it can: found and compiled without running a line of it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "cli/running/program.h"

namespace memray::cli {

// `executable` is the interpreter that process `pid` runs; its environment and name are taken from there, so a virtual
// environment is the same. Throws base::Error with the reason if the program cannot start. Whatever else goes wrong is
// not an error: then Python itself will say.
void require_startable(const Program& program, const std::string& executable, pid_t pid,
                       const std::vector<std::string>& python_arguments);

}  // namespace memray::cli
