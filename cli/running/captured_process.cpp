// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/captured_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "injector/base/child_process.h"
#include "injector/base/error.h"

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

int become(const CommandLine& command, int output) {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    ::execve(command.executable.c_str(), pointers(command.arguments).data(), pointers(command.environment).data());
    return ::raise(SIGKILL);  // no end that a command could have had
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

std::optional<CapturedOutput> capture(const CommandLine& command, std::chrono::milliseconds limit) {
    base::Pipe pipe;
    base::ChildProcess process([&] { return become(command, pipe.writer.get()); });
    pipe.writer.reset();
    CapturedOutput output;
    const bool complete = read_all(pipe.reader.get(), Clock::now() + limit, output.text);
    if (!complete) { process.kill(SIGKILL); }
    const int status = process.wait();
    if (!complete || !WIFEXITED(status)) { return std::nullopt; }
    output.exit_code = WEXITSTATUS(status);
    return output;
}

}  // namespace

std::optional<CapturedOutput> try_capture(const CommandLine& command, std::chrono::milliseconds limit) {
    try {
        return capture(command, limit);
    } catch (const base::Error&) { return std::nullopt; }
}

}  // namespace memray::cli
