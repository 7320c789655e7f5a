// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/python_life.h"

#include "payload/stack/code_record.h"
#include "payload/stack/python_stack.h"
#include "payload/syscalls.h"
#include "payload/thread.h"

namespace memray::payload {

constinit RenewHooks renew_python_hooks = nullptr;
constinit std::atomic<bool> renewal_is_due{false};

namespace {

using wire::Phase;
using wire::RecordKind;

// A look costs a system call; Py_Initialize makes thousands of events.
constexpr std::uint64_t kEventsBetweenLooks = 16;

enum class Finalizing { kYes, kNo, kGone };

// The library of Python may be unloaded by now.
Finalizing look_at_finalizing() noexcept {
    const wire::TargetInfo& info = *own_session().info;
    if (!is_readable(info.addresses.finalizing)) { return Finalizing::kGone; }
    return is_finalizing(info) ? Finalizing::kYes : Finalizing::kNo;
}

RecordKind change(Phase from, Phase to, RecordKind kind) noexcept {
    return own_session().control->phase.compare_exchange_strong(from, to) ? kind : kNoRecord;
}

RecordKind look_for_restart() noexcept {
    wire::ControlPage& control = *own_session().control;
    if (control.next_sequence.load(std::memory_order_relaxed) % kEventsBetweenLooks != 0) { return kNoRecord; }
    switch (look_at_finalizing()) {
        case Finalizing::kYes:
            return kNoRecord;
        case Finalizing::kGone:
            end_recording(own_session(), Phase::kStopped);
            return kNoRecord;
        case Finalizing::kNo:
            break;
    }
    // Before anybody reads a frame again: addresses of the last Python's code mean nothing in this one.
    forget_code_ids_while_recording();
    control.code_deaths.fetch_add(1, std::memory_order_release);
    renewal_is_due.store(true, std::memory_order_relaxed);
    return change(Phase::kFinished, Phase::kRecording, RecordKind::kRestart);
}

}  // namespace

RecordKind follow_python() noexcept {
    const Phase phase = own_session().control->phase.load(std::memory_order_relaxed);
    if (phase == Phase::kFinished) [[unlikely]] { return look_for_restart(); }
    if (phase != Phase::kRecording || !is_finalizing(*own_session().info)) [[likely]] { return kNoRecord; }
    return change(Phase::kRecording, Phase::kFinished, RecordKind::kFinish);
}

void renew_due_python_hooks() noexcept {
    if (renewal_is_due.exchange(false) && renew_python_hooks != nullptr) { renew_python_hooks(); }
}

}  // namespace memray::payload
