// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tells the target whether we live: a robust mutex in the control page, locked by us. If we die in whatever way, the
// kernel sets FUTEX_OWNER_DIED in its first word; on destruction this class does.
//
// The lock belongs to the thread that constructs it: that thread must live as long as the recording, and destroy it.
#pragma once

#include "injector/base/mapping.h"

namespace memray::session {

class ControllerLock {
public:
    // `region_fd` is the shared region, its control page laid out. Throws base::Error.
    explicit ControllerLock(int region_fd);
    ControllerLock(const ControllerLock&) = delete;
    ControllerLock& operator=(const ControllerLock&) = delete;
    ~ControllerLock();

private:
    // A mapping of its own: the C library links locked robust mutexes into a list, which an early unmapping of the
    // region would break.
    base::Mapping page_;
};

}  // namespace memray::session
