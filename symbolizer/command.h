// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The command line of memray-symbolize.
#pragma once

namespace memray::symbolizer {

// Returns the exit code. Throws base::Error.
int run(int argc, char** argv);

}  // namespace memray::symbolizer
