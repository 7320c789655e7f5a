// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Signals that come while a process stands still for us wait until it goes on: neither Ctrl-C nor Ctrl-Z leaves it in
// the middle of something.
#pragma once

#include <csignal>

namespace memray::heap {

// Of this thread, and for good of the threads that it starts meanwhile.
class HeldSignals {
public:
    HeldSignals() noexcept {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;
    ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

}  // namespace memray::heap
