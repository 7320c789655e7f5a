// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Runs work in child processes, several at a time. Reading debug information means reading hostile files with a library
// that trusts them more than we do: a crash or an endless loop there costs one module its names, nothing else.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "injector/base/child_process.h"
#include "injector/base/unique_fd.h"
#include "injector/capture/format.h"

namespace memray::symbolizer {

class WorkerPool {
public:
    // In the child; it may throw.
    using Work = std::function<capture::Bytes(std::size_t)>;
    // In this process, with what the work returned; nothing if it failed.
    using Done = std::function<void(std::size_t, const std::optional<capture::Bytes>&)>;

    // `jobs`: at a time; 0: one per processor. `limit`: for each. Call it from a process with one thread only.
    WorkerPool(unsigned jobs, std::chrono::milliseconds limit);

    // Runs work 0 to count - 1. Throws base::Error if there can be no child process.
    void run(std::size_t count, const Work& work, const Done& done);

private:
    struct Worker {
        std::size_t number;
        base::ChildProcess process;
        base::UniqueFd awaited;  // its pipe; once it has hung up, its pidfd
        bool hung_up;
        capture::Bytes result;
        std::chrono::steady_clock::time_point end;
    };
    void start(std::size_t number, const Work& work);
    void wait(const Done& done);
    // Something has come from it. Whether it has ended.
    static bool advance(Worker& worker);
    // Whether it has sent everything.
    static bool receive(Worker& worker);
    static void finish(Worker& worker, bool ended, const Done& done);

    std::size_t jobs_;
    std::chrono::milliseconds limit_;
    std::vector<Worker> workers_;
};

}  // namespace memray::symbolizer
