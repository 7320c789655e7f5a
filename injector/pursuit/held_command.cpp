// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/held_command.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"

namespace memray::pursuit {
namespace {

constexpr char kPermitted = 'p';

std::vector<char*> pointers_to(const std::vector<std::string>& argv) {
    std::vector<char*> result;
    for (const std::string& argument : argv) { result.push_back(const_cast<char*>(argument.c_str())); }
    result.push_back(nullptr);
    return result;
}

// In the child of what may be a process with threads: system calls only.
int execute(const char* path, char* const* argv, int go_ahead, int exec_error) {
    char byte = 0;
    ssize_t count = 0;
    do { count = ::read(go_ahead, &byte, 1); } while (count < 0 && errno == EINTR);
    if (count == 1) {
        base::restore_descriptor_limit();
        ::execvp(path, argv);  // with a slash in the path it searches nothing, but runs scripts without "#!", too
        const int error = errno;
        static_cast<void>(::write(exec_error, &error, sizeof error));
    }
    return 127;
}

}  // namespace

HeldCommand::HeldCommand(const std::string& path, const std::vector<std::string>& argv, pid_t tracer) {
    const std::vector<char*> arguments = pointers_to(argv);
    base::Pipe go_ahead;
    base::Pipe exec_error;
    process_ = base::ChildProcess([&] {
        ::close(go_ahead.writer.get());  // or the death of the parent would go unnoticed
        if (tracer != 0) { ::prctl(PR_SET_PTRACER, static_cast<unsigned long>(tracer), 0, 0, 0); }
        static_cast<void>(::write(exec_error.writer.get(), &kPermitted, 1));
        return execute(path.c_str(), arguments.data(), go_ahead.reader.get(), exec_error.writer.get());
    });
    base::close_inherited();
    base::close_standard_input();
    exec_error.writer.reset();
    char permitted = 0;
    static_cast<void>(::read(exec_error.reader.get(), &permitted, 1));
    go_ahead_ = std::move(go_ahead.writer);
    // Kept open here until the child is told: writing to it cannot raise SIGPIPE then.
    reader_ = std::move(go_ahead.reader);
    exec_error_ = std::move(exec_error.reader);
}

HeldCommand::~HeldCommand() {
    if (!go_ahead_) { return; }
    go_ahead_.reset();
    process_.wait();
}

void HeldCommand::go() {
    if (::write(go_ahead_.get(), "g", 1) != 1) { throw base::system_error("starting the process"); }
    go_ahead_.reset();
    reader_.reset();
}

int read_exec_error(const base::UniqueFd& exec_error) {
    int error = 0;
    const ssize_t count = ::read(exec_error.get(), &error, sizeof error);
    return count == static_cast<ssize_t>(sizeof error) ? error : 0;
}

}  // namespace memray::pursuit
