// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The recording of one child, in a thread of its own.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "injector/base/shared_memory.h"
#include "injector/base/unique_fd.h"
#include "injector/capture/profile.h"
#include "injector/recording/order.h"
#include "injector/recording/process_watch.h"

namespace memray::recording {

class ChildRecording {
public:
    struct Child {
        pid_t pid;
        base::UniqueFd pidfd;
        std::optional<std::uint32_t> place;  // in the pool of forked ones
        base::SharedMemory region;
    };

    // The name of a capture. Called from the recording's thread, for it may have to wait for the disk.
    using PathOf = std::function<std::string(pid_t)>;

    // `metadata`: of this child. `order` must outlive this.
    ChildRecording(Child child, PathOf path_of, capture::Metadata metadata, const Order& order);
    ~ChildRecording();
    ChildRecording(const ChildRecording&) = delete;
    ChildRecording& operator=(const ChildRecording&) = delete;

    // Whether the limit on descriptors leaves room for one more; if it does not, that is said on standard error, once.
    [[nodiscard]] static bool has_room();

    [[nodiscard]] std::optional<std::uint32_t> place() const noexcept { return child_.place; }
    [[nodiscard]] bool child_has_ended() const;
    // The child has ended and its capture is complete, or could not be written.
    [[nodiscard]] bool is_over() const noexcept { return over_.load(std::memory_order_acquire); }

private:
    void run() noexcept;
    void record();

    Child child_;
    PathOf path_of_;
    capture::Metadata metadata_;
    const Order& order_;
    ProcessWatch watch_;
    std::atomic<bool> over_{false};
    std::thread thread_;
};

}  // namespace memray::recording
