// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The program: its options, its subcommands, and which of them an invocation means.
#pragma once

namespace memray::cli {

// Parses the command line and runs the subcommand. Returns the exit code; throws base::Error with what to print.
int run(int argc, char** argv);

}  // namespace memray::cli
