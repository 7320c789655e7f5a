// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The two functions that the controller calls in a stopped thread of the target. Nothing else is exported.
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/children.h"
#include "payload/got/patch.h"
#include "payload/hooks/originals.h"
#include "payload/hooks/python_allocators.h"
#include "payload/python_life.h"
#include "payload/session.h"
#include "payload/stack/code_record.h"
#include "payload/syscalls.h"
#include "payload/waiting.h"
#include "payload/wire/start_error.h"

using namespace memray;

namespace {

bool hooked = false;

// One call at a time. Where the controller is killed in the middle of one, its thread goes on with it by itself, and
// the next controller's call may come in another thread meanwhile.
class Entry {
public:
    Entry() noexcept {
        for (std::int64_t waited = 0; !entered_ && waited < kPatienceNs;) {
            std::uint32_t inside = process.load(std::memory_order_acquire);
            // Of a thread that is not in this process: it was forked from there.
            const bool free = inside != own_;
            entered_ = free && process.compare_exchange_strong(inside, own_, std::memory_order_acq_rel);
            if (!entered_) { waited += payload::wait_while(process, own_, kRoundNs); }
        }
    }
    ~Entry() {
        if (entered_) { process.store(0, std::memory_order_release); }
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    [[nodiscard]] explicit operator bool() const noexcept { return entered_; }

private:
    static constexpr std::int64_t kPatienceNs = 1'000'000'000;
    static constexpr std::int64_t kRoundNs = 10'000'000;
    static constinit std::atomic<std::uint32_t> process;  // whose thread is inside, 0: none

    std::uint32_t own_{static_cast<std::uint32_t>(payload::raw_syscall(SYS_getpid))};
    bool entered_{false};
};
constinit std::atomic<std::uint32_t> Entry::process{0};

// Somebody else's recording; that of a controller that died does not count.
bool is_busy() noexcept { return payload::is_armed() && !payload::controller_died(*payload::newest_session()); }

void take_out_hooks() noexcept {
    payload::disarm(*payload::newest_session());
    payload::leave_children();
    payload::restore_hooks();
    payload::restore_python_allocators();
    payload::restore_code_death_hook();
    hooked = false;
}

void put_in_python_hooks() noexcept {
    payload::install_code_death_hook();
    payload::install_python_allocators();
}

void put_in_hooks() noexcept {
    payload::bind_originals();
    payload::renew_python_hooks = put_in_python_hooks;
    put_in_python_hooks();
    payload::install_hooks();
    hooked = true;
}

}  // namespace

extern "C" {

// Starts recording into a region that the controller mapped and laid out. Returns a StartError.
[[gnu::visibility("default")]] int memray_payload_start(void* region, std::size_t size) {
    const Entry entry;
    if (!entry) { return wire::kAlreadyRecording; }
    if (is_busy()) { return wire::kAlreadyRecording; }
    // What a recording that ended by itself has left may differ from what this one wants.
    if (hooked) { take_out_hooks(); }
    if (const int error = payload::open_session(region, size)) { return error; }
    const payload::Session& session = *payload::newest_session();
    put_in_hooks();
    payload::follow_children(*session.control);
    payload::arm(session);
    return wire::kStarted;
}

// Stops recording and takes every hook out again, as far as nobody built on it, and unmaps the region. Without `force`,
// only if the controller is dead. The library stays. Returns a StartError.
[[gnu::visibility("default")]] int memray_payload_stop(int force) {
    const Entry entry;
    if (!entry) { return wire::kStillInside; }
    if (!hooked && payload::is_released()) { return wire::kNotRecording; }
    if (force == 0 && is_busy()) { return wire::kAlreadyRecording; }
    if (hooked) { take_out_hooks(); }
    payload::release_session();
    return payload::is_released() ? wire::kStarted : wire::kStillInside;
}
}
