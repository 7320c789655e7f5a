// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/debuginfod_client.h"

#include <dlfcn.h>
#include <elfutils/debuginfod.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>

#include "injector/base/child_process.h"
#include "injector/base/descriptors.h"
#include "injector/base/unique_fd.h"

namespace memray::symbolizer {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kNoLibraryCode = 3;

// Loaded only when somebody wants it: it brings an HTTP client with it.
int download(int fd, const std::string& build_id) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    base::close_all_but({fd});
    ::signal(SIGINT, SIG_DFL);
    void* library = ::dlopen("libdebuginfod.so.1", RTLD_NOW);
    if (library == nullptr) { return kNoLibraryCode; }
    const auto begin = reinterpret_cast<decltype(&::debuginfod_begin)>(::dlsym(library, "debuginfod_begin"));
    const auto find =
        reinterpret_cast<decltype(&::debuginfod_find_debuginfo)>(::dlsym(library, "debuginfod_find_debuginfo"));
    if (begin == nullptr || find == nullptr) { return kNoLibraryCode; }
    char* path = nullptr;
    const int found = find(begin(), reinterpret_cast<const unsigned char*>(build_id.c_str()), 0, &path);
    if (found < 0 || path == nullptr) { return 1; }
    const std::string text(path);
    return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
}

bool readable_within(int fd, milliseconds limit) {
    const auto end = steady_clock::now() + limit;
    pollfd entry{fd, POLLIN, 0};
    for (;;) {
        const auto rest = std::chrono::duration_cast<milliseconds>(end - steady_clock::now()).count();
        const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(rest, 0)));
        if (ready >= 0 || errno != EINTR) { return ready > 0; }
    }
}

// The terminal sends it to the download as well, which ends by it.
class IgnoredInterrupt {
public:
    IgnoredInterrupt() : before_(::signal(SIGINT, SIG_IGN)) {}
    ~IgnoredInterrupt() { ::signal(SIGINT, before_); }
    IgnoredInterrupt(const IgnoredInterrupt&) = delete;
    IgnoredInterrupt& operator=(const IgnoredInterrupt&) = delete;

private:
    sighandler_t before_;
};

enum class Ending { kDone, kTooLate, kInterrupted, kNoLibrary };

// One download, in a process of its own.
class Download {
public:
    explicit Download(const std::string& build_id) {
        base::Pipe pipe;
        process_ = base::ChildProcess([&] { return download(pipe.writer.get(), build_id); });
        pipe_ = std::move(pipe.reader);
    }

    // Whatever happens, the process has ended afterwards. `path`: of the file, if there is one.
    Ending wait(milliseconds limit, std::string& path) {
        const bool in_time = readable_within(pipe_.get(), limit);
        if (!in_time) { process_.kill(SIGKILL); }
        std::array<char, PATH_MAX> text{};
        const ssize_t size = in_time ? ::read(pipe_.get(), text.data(), text.size()) : 0;
        const int status = process_.wait();
        if (!in_time) { return Ending::kTooLate; }
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) { return Ending::kInterrupted; }
        if (WIFEXITED(status) && WEXITSTATUS(status) == kNoLibraryCode) { return Ending::kNoLibrary; }
        if (status == 0 && size > 0) { path.assign(text.data(), static_cast<std::size_t>(size)); }
        return Ending::kDone;
    }

private:
    base::UniqueFd pipe_;
    base::ChildProcess process_;
};

}  // namespace

DebuginfodClient::DebuginfodClient(milliseconds limit) : left_(limit), limit_(limit) {
    const char* urls = std::getenv(DEBUGINFOD_URLS_ENV_VAR);
    usable_ = urls != nullptr && *urls != '\0';
}

void DebuginfodClient::give_up(std::string why) {
    usable_ = false;
    problem_ = std::move(why);
}

std::string DebuginfodClient::find(const std::string& build_id) {
    if (!usable_ || build_id.empty()) { return {}; }
    const IgnoredInterrupt ignored;
    const auto start = steady_clock::now();
    std::string path;
    switch (Download(build_id).wait(left_, path)) {
        case Ending::kDone:
            break;
        case Ending::kTooLate:
            give_up(fmt::format("debuginfod did not answer within {:g} s and was ended",
                                std::chrono::duration<double>(limit_).count()));
            break;
        case Ending::kInterrupted:
            give_up("the downloads from debuginfod were interrupted");
            break;
        case Ending::kNoLibrary:
            give_up("DEBUGINFOD_URLS is set, but libdebuginfod is not installed");
            break;
    }
    left_ -= std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
    return path;
}

}  // namespace memray::symbolizer
