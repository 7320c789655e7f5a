// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/exit_command.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "injector/base/printable.h"

namespace memray::cli {
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

// Every signal as it is by default: this process ignores some.
class DefaultSignals {
public:
    DefaultSignals() {
        sigset_t all;
        ::sigfillset(&all);
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~DefaultSignals() { ::posix_spawnattr_destroy(&attributes_); }
    DefaultSignals(const DefaultSignals&) = delete;
    DefaultSignals& operator=(const DefaultSignals&) = delete;
    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

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

}  // namespace

void run_exit_command(const std::string& command, const std::string& capture, const capture::Ending& ending) {
    if (command.empty()) { return; }
    std::string text = command;
    std::vector<std::string> own{"MEMRAY_CAPTURE=" + std::filesystem::absolute(capture).string(),
                                 "MEMRAY_EXIT=" + status_text(ending)};
    char shell[] = "sh";
    char option[] = "-c";
    char* const arguments[] = {shell, option, text.data(), nullptr};
    pid_t pid = 0;
    const int error =
        ::posix_spawn(&pid, "/bin/sh", nullptr, DefaultSignals().get(), arguments, environment_with(own).data());
    if (error != 0) {
        base::tell(fmt::format("could not run the --on-exit command: {}", std::strerror(error)));
        return;
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    if (status != 0) {
        const int code = WIFSIGNALED(status) ? kShellOffset + WTERMSIG(status) : WEXITSTATUS(status);
        base::tell(fmt::format("the --on-exit command ended with status {}", code));
    }
}

}  // namespace memray::cli
