// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/worker_pool.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/process.h"

namespace memray::symbolizer {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 65'536;
// A result this large is no result.
constexpr std::size_t kMaxResult = std::size_t{1} << 31U;

bool write_all(int fd, const capture::Bytes& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t written = ::write(fd, bytes.data() + at, bytes.size() - at);
        if (written < 0 && errno != EINTR) { return false; }
        at += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
    }
    return true;
}

void limit(decltype(RLIMIT_CORE) resource, rlim_t value) {
    const rlimit both{value, value};
    ::setrlimit(resource, &both);
}

// Pages of data that this process has. A sanitizer maps more for itself than any machine has memory.
rlim_t data_pages() {
    unsigned long pages = 0;
    const std::string sizes = base::try_read_file("/proc/self/statm").value_or("");
    return std::sscanf(sizes.c_str(), "%*u %*u %*u %*u %*u %lu", &pages) == 1 ? pages : 0;
}

// A few bytes of compressed debug information can stand for more than there is.
rlim_t memory_limit() {
    const rlim_t pages = data_pages() + static_cast<rlim_t>(::sysconf(_SC_PHYS_PAGES));
    return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

// What happens in the child. Its failures are its own: nothing on the terminal, no core file.
int run_child(int fd, const WorkerPool::Work& work, std::size_t number) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    base::close_all_but({fd});
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_DATA, memory_limit());
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTERM, SIGINT}) { ::signal(signal, SIG_DFL); }
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(null, STDERR_FILENO);
    bool good = false;
    try {
        good = write_all(fd, work(number));
    } catch (const std::exception&) {  // the parent sees the exit code
    }
    return good ? 0 : 1;
}

}  // namespace

WorkerPool::WorkerPool(unsigned jobs, std::chrono::milliseconds limit)
    : jobs_(jobs != 0 ? jobs : std::max(1U, std::thread::hardware_concurrency())), limit_(limit) {}

void WorkerPool::run(std::size_t count, const Work& work, const Done& done) {
    for (std::size_t next = 0; next < count || !workers_.empty();) {
        if (next < count && workers_.size() < jobs_) {
            start(next++, work);
        } else {
            wait(done);
        }
    }
}

void WorkerPool::start(std::size_t number, const Work& work) {
    base::Pipe pipe;
    base::ChildProcess process([&] { return run_child(pipe.writer.get(), work, number); });
    workers_.push_back({number, std::move(process), std::move(pipe.reader), false, {}, steady_clock::now() + limit_});
}

void WorkerPool::wait(const Done& done) {
    std::vector<pollfd> fds;
    auto end = steady_clock::time_point::max();
    for (const Worker& worker : workers_) {
        fds.push_back({worker.awaited.get(), POLLIN, 0});
        end = std::min(end, worker.end);
    }
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now()).count() + 1;
    ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<std::int64_t>(rest, 0, 60'000)));
    for (std::size_t i = workers_.size(); i-- > 0;) {
        const bool ended = fds[i].revents != 0 && advance(workers_[i]);
        const bool good = steady_clock::now() < workers_[i].end && workers_[i].result.size() < kMaxResult;
        if (!ended && good) { continue; }
        finish(workers_[i], ended, done);
        workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

// Who has closed the pipe is about to end, unless a hostile file has taken it over: the others are not kept waiting.
bool WorkerPool::advance(Worker& worker) {
    if (worker.hung_up) { return true; }
    if (receive(worker)) {
        worker.hung_up = true;
        worker.awaited = base::open_pidfd(worker.process.id());
    }
    return false;
}

bool WorkerPool::receive(Worker& worker) {
    const std::size_t before = worker.result.size();
    worker.result.resize(before + kReadBytes);
    const ssize_t got = ::read(worker.awaited.get(), worker.result.data() + before, kReadBytes);
    worker.result.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got == 0;
}

void WorkerPool::finish(Worker& worker, bool ended, const Done& done) {
    if (!ended) { worker.process.kill(SIGKILL); }
    const int status = worker.process.wait();
    const bool good = ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    done(worker.number, good ? std::optional(std::move(worker.result)) : std::nullopt);
}

}  // namespace memray::symbolizer
