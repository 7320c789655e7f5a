// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/exec_handover.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "payload/children.h"
#include "payload/recorder_wait.h"
#include "payload/syscalls.h"

namespace memray::payload {
namespace {

using wire::ExecRequest;
using wire::ExecState;

bool can_be_executed(const char* path) noexcept {
    return raw_syscall(SYS_faccessat, AT_FDCWD, address_of(path), X_OK) == 0;
}

// By its set-user-id or set-group-id bit, or by capabilities of its file (capabilities(7)).
bool gains_rights(const char* path) noexcept {
    struct stat status {};
    if (raw_syscall(SYS_newfstatat, AT_FDCWD, address_of(path), address_of(&status), 0) != 0) { return false; }
    if ((status.st_mode & (S_ISUID | S_ISGID)) != 0) { return true; }
    return raw_syscall(SYS_getxattr, address_of(path), address_of("security.capability"), 0, 0) > 0;
}

ExecRequest* claim_request() noexcept {
    for (ExecRequest& request : children.pool->exec_requests) {
        auto free = ExecState::kFree;
        if (request.state.compare_exchange_strong(free, ExecState::kClaiming, std::memory_order_acquire)) {
            return &request;
        }
    }
    return nullptr;
}

// Or until it is clear that the recorder does not answer.
void await_change(ExecRequest& request, ExecState from) noexcept {
    for (RecorderWait patience; patience.goes_on();) {
        if (request.state.load(std::memory_order_acquire) != from) { return; }
        patience.wait(request.state, from);
    }
}

}  // namespace

ExecHandover::ExecHandover(const char* path) noexcept {
    const wire::ChildPool* pool = children.pool;
    if (pool == nullptr || pool->follow_exec == 0 || recorder_died()) { return; }
    if (path != nullptr && (!can_be_executed(path) || gains_rights(path))) { return; }
    request_ = claim_request();
    if (request_ != nullptr) { ask(); }
}

void ExecHandover::ask() noexcept {
    wire::ChildPool& pool = *children.pool;
    const wire::Caller caller = this_caller(pool);
    ticket_ = caller.ticket;
    // Where only ancestors may trace (kernel.yama.ptrace_scope=1), for the recorder is none. In another PID namespace
    // its number is somebody else's.
    if (caller.pid_namespace != 0 && caller.pid_namespace == pool.recorder_namespace) {
        raw_syscall(SYS_prctl, PR_SET_PTRACER, static_cast<long>(pool.recorder));
    }
    request_->caller = caller;
    request_->state.store(ExecState::kAsked, std::memory_order_release);
    wake_recorder();
    await_change(*request_, ExecState::kAsked);
    // One that was refused may have gone to somebody else.
    auto asked = ExecState::kAsked;
    if (is_ours() && request_->state.compare_exchange_strong(asked, ExecState::kFree, std::memory_order_acq_rel)) {
        pool.unrecorded.fetch_add(1, std::memory_order_relaxed);
    }
}

bool ExecHandover::is_ours() const noexcept { return request_->caller.ticket == ticket_; }

ExecHandover::~ExecHandover() {
    // Free, or somebody else's by now: this thread is not traced any more.
    if (request_ == nullptr || !is_ours()) { return; }
    auto traced = ExecState::kTraced;
    if (!request_->state.compare_exchange_strong(traced, ExecState::kReleasing, std::memory_order_acq_rel)) { return; }
    wake_recorder();
    await_change(*request_, ExecState::kReleasing);
}

}  // namespace memray::payload
