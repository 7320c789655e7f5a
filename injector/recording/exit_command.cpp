// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/exit_command.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <vector>

#include "injector/base/child_process.h"
#include "injector/base/descriptors.h"
#include "injector/base/error.h"
#include "injector/base/printable.h"

namespace memray::recording {
namespace {

constexpr int kShellOffset = 128;

std::string status_text(const capture::Ending& ending) {
    switch (ending.kind) {
        case capture::EndKind::kExited:
            return std::to_string(ending.code);
        case capture::EndKind::kSignaled:
            return std::to_string(kShellOffset + ending.code);
        default:
            return "";
    }
}

std::vector<char*> environment_with(std::vector<std::string>& own) {
    std::vector<char*> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        if (!text.starts_with("MEMRAY_CAPTURE=") && !text.starts_with("MEMRAY_EXIT=")) {
            variables.push_back(*variable);
        }
    }
    for (std::string& variable : own) { variables.push_back(variable.data()); }
    variables.push_back(nullptr);
    return variables;
}

// As this program was started: it ignores signals, and may have more files open. System calls only, in the child of
// what may be a process with threads.
int become_shell(const char* text, char* const* environment) {
    for (int number = 1; number < NSIG; ++number) { ::signal(number, SIG_DFL); }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    base::restore_descriptor_limit();
    ::execle("/bin/sh", "sh", "-c", text, nullptr, environment);
    return kShellOffset - 1;
}

}  // namespace

void run_exit_command(const std::string& command, const std::string& capture, const capture::Ending& ending) {
    if (command.empty()) { return; }
    std::vector<std::string> own{"MEMRAY_CAPTURE=" + std::filesystem::absolute(capture).string(),
                                 "MEMRAY_EXIT=" + status_text(ending)};
    const std::vector<char*> environment = environment_with(own);
    try {
        const int status = base::ChildProcess([&] { return become_shell(command.c_str(), environment.data()); }).wait();
        if (status == 0) { return; }
        const int code = WIFSIGNALED(status) ? kShellOffset + WTERMSIG(status) : WEXITSTATUS(status);
        base::tell(fmt::format("the --on-exit command ended with status {}", code));
    } catch (const base::Error& error) {
        base::tell(fmt::format("could not run the --on-exit command: {}", error.what()));
    }
}

}  // namespace memray::recording
