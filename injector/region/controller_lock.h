// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tells the target whether we live: a robust mutex in the control page, locked by us. If we die in whatever way, the
// kernel sets FUTEX_OWNER_DIED in its first word; on destruction this class does.
//
// The lock belongs to the thread that constructs it: that thread must live as long as the recording, and destroy it.
#pragma once

#include <atomic>
#include <cstdint>

#include "injector/base/mapping.h"

namespace memray::region {

class ControllerLock {
public:
    enum class Of { kProcess, kChildren };  // whose recorder: of the first process, or of its forked children

    // `region_fd` is the shared region, its control page laid out. Throws base::Error.
    explicit ControllerLock(int region_fd, Of whose = Of::kProcess);
    ControllerLock(const ControllerLock&) = delete;
    ControllerLock& operator=(const ControllerLock&) = delete;
    ~ControllerLock();

private:
    // A mapping of its own: the C library links locked robust mutexes into a list, which an early unmapping of the
    // region would break.
    base::Mapping page_;
    std::atomic<std::uint32_t>* word_;
};

}  // namespace memray::region
