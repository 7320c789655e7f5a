// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/process_argument.h"

#include <fmt/format.h>

#include "cli/commands/report_options.h"

namespace memray::cli {
namespace {

std::string check_pid(const std::string& text) {
    if (check_positive(text).empty()) { return ""; }
    return fmt::format("'{}' is not a process id: those are numbers above 0, as ps and pgrep show them", text);
}

}  // namespace

void add_pid(CLI::App& app, int& pid, const std::string& description) {
    app.add_option("pid", pid, description)->required()->check(check_pid);
}

void add_method(CLI::App& app, std::string& method) {
    app.add_option(
           "--method", method,
           "Accepted for compatibility: auto, gdb, lldb and sys.remote_exec; processes are entered in one way,\n"
           "by ptrace")
        ->option_text("METHOD")
        ->check(CLI::IsMember({"auto", "gdb", "lldb", "sys.remote_exec"}));
}

}  // namespace memray::cli
