// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Starts commands for the tests of this folder, with their standard streams in files.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "injector/base/file.h"
#include "injector/pursuit/launch.h"

namespace memray::tests {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "memray-session-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, const std::string& content, bool executable = false) const {
        std::ofstream(path_ / name) << content;
        if (executable) { std::filesystem::permissions(path_ / name, std::filesystem::perms(0755)); }
        return *this / name;
    }

private:
    std::filesystem::path path_;
};

// While it lives, descriptor `fd` of this process is another one.
class Redirected {
public:
    Redirected(int fd, int to) : fd_(fd), saved_(::fcntl(fd, F_DUPFD_CLOEXEC, 100)) { ::dup2(to, fd); }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;
    ~Redirected() {
        ::dup2(saved_, fd_);
        ::close(saved_);
    }

private:
    int fd_;
    int saved_;
};

// CPython 3.8 and newer: pyenv's and the system's.
inline std::vector<std::string> interpreters() {
    std::vector<std::string> found;
    const char* root = std::getenv("PYENV_ROOT");
    const char* home = std::getenv("HOME");
    const std::filesystem::path versions =
        std::filesystem::path(root != nullptr ? root : std::string(home != nullptr ? home : "") + "/.pyenv") /
        "versions";
    std::error_code error;
    for (const auto& version : std::filesystem::directory_iterator(versions, error)) {
        const std::string name = version.path().filename();
        const bool supported = name.starts_with("3.") && name[2] != '6' && name[2] != '7';
        const auto python = version.path() / "bin" / "python3";
        if (supported && ::access(python.c_str(), X_OK) == 0) { found.push_back(python); }
    }
    if (::access("/usr/bin/python3", X_OK) == 0) { found.emplace_back("/usr/bin/python3"); }
    return found;
}

inline pursuit::LaunchOptions options_for(std::vector<std::string> command, const std::string& payload = STUB_PAYLOAD) {
    pursuit::LaunchOptions options;
    options.command = std::move(command);
    options.payload = payload;
    options.plan.sizes = {.slots = 4, .ring_words = 1024, .frames = 64};
    return options;
}

inline int wait_status_of(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status;
}

struct Outcome {
    int wait_status{0};
    std::string output;
};

// Launches, resumes, waits; standard output is caught, standard input is `input`.
inline Outcome run(pursuit::LaunchOptions options, const std::string& input = "") {
    const TemporaryFolder folder;
    const std::string in = folder.write("in", input);
    const base::UniqueFd stdin_fd(::open(in.c_str(), O_RDONLY | O_CLOEXEC));
    const base::UniqueFd stdout_fd(::open((folder / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    Outcome outcome;
    {
        const Redirected redirected_in(STDIN_FILENO, stdin_fd.get());
        const Redirected redirected_out(STDOUT_FILENO, stdout_fd.get());
        pursuit::Launch launch(std::move(options));
        launch.resume();
        outcome.wait_status = wait_status_of(launch.target().pid);
    }
    outcome.output = base::read_file(folder / "out");
    return outcome;
}

// The output of a shell command that nobody profiles.
inline std::string plain_output(const std::string& command) {
    std::FILE* stream = ::popen(command.c_str(), "re");
    std::string output;
    for (int letter = std::fgetc(stream); letter != EOF; letter = std::fgetc(stream)) {
        output.push_back(static_cast<char>(letter));
    }
    ::pclose(stream);
    return output;
}

}  // namespace memray::tests
