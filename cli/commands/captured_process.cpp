// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/captured_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "injector/base/unique_fd.h"

namespace memray::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (const std::string& string : strings) { result.push_back(const_cast<char*>(string.c_str())); }
    result.push_back(nullptr);
    return result;
}

class FileActions {
public:
    explicit FileActions(int output) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

std::optional<pid_t> try_spawn(const CommandLine& command, int output) {
    const FileActions actions(output);
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, command.executable.c_str(), actions.get(), nullptr,
                                    pointers(command.arguments).data(), pointers(command.environment).data());
    return error == 0 ? std::optional(pid) : std::nullopt;
}

// Reads up to the end of the output; false if that does not come in time.
bool read_all(int fd, Clock::time_point deadline, std::string& text) {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd waiting{fd, POLLIN, 0};
        const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
        if (ready < 0 && errno == EINTR) { continue; }
        if (ready <= 0) { return false; }
        const ssize_t count = ::read(fd, buffer.data(), buffer.size());
        if (count == 0) { return true; }
        if (count < 0) { return false; }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

int wait_for(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    return status;
}

}  // namespace

std::optional<CapturedOutput> try_capture(const CommandLine& command, std::chrono::milliseconds limit) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) { return std::nullopt; }
    const base::UniqueFd reading(ends[0]);
    base::UniqueFd writing(ends[1]);
    const std::optional<pid_t> pid = try_spawn(command, writing.get());
    if (!pid) { return std::nullopt; }
    writing.reset();
    CapturedOutput output;
    const bool complete = read_all(reading.get(), Clock::now() + limit, output.text);
    if (!complete) { ::kill(*pid, SIGKILL); }
    const int status = wait_for(*pid);
    if (!complete || !WIFEXITED(status)) { return std::nullopt; }
    output.exit_code = WEXITSTATUS(status);
    return output;
}

}  // namespace memray::cli
