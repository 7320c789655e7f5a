// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/stack_verdict.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>

namespace memray::safe_point {
namespace {

constexpr std::int64_t kEpollPwait2 = 441;

constexpr std::array<std::int64_t, 36> kOutside{
    SYS_read,      SYS_readv,         SYS_pread64,  SYS_write,           SYS_writev,      SYS_poll,
    SYS_ppoll,     SYS_select,        SYS_pselect6, SYS_epoll_wait,      SYS_epoll_pwait, kEpollPwait2,
    SYS_nanosleep, SYS_pause,         SYS_recvfrom, SYS_recvmsg,         SYS_recvmmsg,    SYS_sendto,
    SYS_sendmsg,   SYS_sendmmsg,      SYS_accept,   SYS_accept4,         SYS_connect,     SYS_wait4,
    SYS_waitid,    SYS_rt_sigsuspend, SYS_semop,    SYS_rt_sigtimedwait, SYS_semtimedop,  SYS_msgrcv,
    SYS_msgsnd,    SYS_flock,         SYS_fcntl,    SYS_openat,          SYS_getrandom,   SYS_clock_nanosleep};

constexpr std::array<std::int64_t, 9> kNotRestarted{SYS_epoll_wait,      SYS_epoll_pwait, kEpollPwait2,
                                                    SYS_rt_sigtimedwait, SYS_semop,       SYS_semtimedop,
                                                    SYS_msgrcv,          SYS_msgsnd,      SYS_io_getevents};

class Judge {
public:
    explicit Judge(const StackFacts& facts) : facts_(facts), frames_(facts.stack.frames) {}

    Verdict judge() {
        if (!facts_.stack.complete || frames_.size() < 2) { return {false, "its stack cannot be read", std::nullopt}; }
        // Outwards: the outermost reason counts, as that call has to be left.
        for (std::size_t index = 0; index < frames_.size(); ++index) { look_at(index); }
        return verdict_;
    }

private:
    [[nodiscard]] CodeKind kind(std::size_t index) const {
        // A return address may be the first byte of the next function.
        return facts_.kind_at(index == 0 ? frames_[0].instruction : frames_[index].instruction - 1);
    }
    void look_at(std::size_t index) {
        switch (kind(index)) {
            case CodeKind::kOther:
                outside_libc_seen_ = true;
                return;
            case CodeKind::kLoader:
                return refuse(index, "it is inside the loader");
            case CodeKind::kAllocator:
                return refuse(index, "it is inside an allocator");
            case CodeKind::kLibc:
                return look_at_libc(index);
        }
    }
    // Of several frames in a row, the outermost tells what the program called.
    void look_at_libc(std::size_t index) {
        const bool last = index + 1 == frames_.size();
        if (!last && kind(index + 1) == CodeKind::kLibc) { return; }
        // Where threads begin, and main(): that is called by the C library, and this by the program's _start.
        if (outside_libc_seen_ && index + 2 >= frames_.size()) { return; }
        if (last || outside_libc_seen_ || !waits(index)) { refuse(index, "it is inside the C library"); }
    }
    [[nodiscard]] bool waits(std::size_t index) const {
        if (facts_.system_call < 0) { return false; }
        return waits_outside(facts_.system_call) || facts_.waits_for_caller(frames_[index + 1].instruction);
    }
    void refuse(std::size_t index, const char* reason) {
        verdict_ = {false, reason, std::nullopt};
        // Code of others might throw an exception, which does not find its way through a detour.
        if (index + 1 < frames_.size() && !outside_libc_seen_) { verdict_.leave = frames_[index + 1]; }
    }

    const StackFacts& facts_;
    const std::vector<StackFrame>& frames_;
    bool outside_libc_seen_{false};
    Verdict verdict_{true, "", std::nullopt};
};

template <std::size_t Size>
bool contains(const std::array<std::int64_t, Size>& list, std::int64_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

Verdict judge_stack(const StackFacts& facts) { return Judge(facts).judge(); }
bool waits_outside(std::int64_t system_call) { return contains(kOutside, system_call); }
bool ends_when_stopped(std::int64_t system_call) { return contains(kNotRestarted, system_call); }

}  // namespace memray::safe_point
