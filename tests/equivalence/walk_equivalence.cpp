// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
//   walk_equivalence LIBRARY COMMAND...
//
// Runs a command with a library preloaded (compared_walks.cpp) and tells that which code is where, as the recorder of a
// capture does. Ends as the command ends.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "injector/collector/native_modules.h"
#include "tests/support/native_region.h"

using namespace memray;

namespace {

constexpr timespec kRound{0, 5'000'000};

[[noreturn]] void execute(const tests::NativeRegion& memory, char** arguments) {
    ::setenv("WALK_EQUIVALENCE_REGION", std::to_string(::dup(memory.descriptor())).c_str(), 1);
    ::setenv("LD_PRELOAD", arguments[1], 1);
    ::execvp(arguments[2], arguments + 2);
    std::perror(arguments[2]);
    ::_exit(127);
}

void await_question(wire::ModuleDirectory& directory) {
    const std::uint32_t answered = directory.answered.load(std::memory_order_relaxed) - 1;
    ::syscall(SYS_futex, &directory.wanted, FUTEX_WAIT, answered, &kRound, nullptr, 0);
}

class Server {
public:
    Server(const tests::NativeRegion& memory, pid_t child) : region_(memory.memory()), child_(child) {}

    int run() {
        int status = 0;
        while (::waitpid(child_, &status, WNOHANG) == 0) {
            answer();
            await_question(*region_.directory());
        }
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    void answer() {
        // A wrapper becomes the interpreter: with that the process has other memory.
        std::error_code error;
        const auto program = std::filesystem::read_symlink("/proc/" + std::to_string(child_) + "/exe", error);
        if (error) { return; }
        if (!modules_ || program != program_) { modules_.emplace(region_, child_); }
        program_ = program;
        modules_->update();
    }

    collector::MappedRegion region_;
    pid_t child_;
    std::filesystem::path program_;
    std::optional<collector::NativeModules> modules_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) { return 2; }
    const tests::NativeRegion memory;
    const pid_t child = ::fork();
    if (child == 0) { execute(memory, argv); }
    return Server(memory, child).run();
}
