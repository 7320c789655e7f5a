// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/attach.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <limits>
#include <thread>

#include "injector/base/process.h"
#include "injector/injection/attach_checks.h"
#include "injector/injection/descriptor_room.h"
#include "injector/injection/entered_target.h"
#include "injector/injection/guard.h"
#include "injector/injection/injection_step.h"
#include "injector/injection/leftovers.h"
#include "injector/region/recording_memory.h"
#include "injector/region/region.h"
#include "injector/safe_point/seccomp.h"
#include "payload/wire/slot.h"

namespace memray::injection {
namespace {

using Clock = std::chrono::steady_clock;

// For calls in the target, after the time it may take to find a safe point.
constexpr std::chrono::seconds kCalls{20};
constexpr int kStopRounds = 10;
constexpr std::chrono::milliseconds kBetweenStops{5};

// Message::kReady.
using PythonText = FixedText<64>;
struct PythonTexts {
    PythonText version;
    PythonText allocator;
};

EnteredTarget::Note note_to(const Channel& channel) {
    return [&channel](const std::string& text) { channel.send(Message::kNote, text); };
}

RemoteAddr load_or_find(EnteredTarget& target, region::RemoteSystem& system, pid_t pid, const std::string& content) {
    const RemoteAddr loaded = find_loaded_payload(target.memory(), target.modules(), content);
    if (!loaded.is_null()) {
        target.note("found the library loaded");
        return loaded;
    }
    const RemoteAddr start = load_payload(system, target.call(), target.memory(), target.modules(), pid, content);
    target.note("loaded the library");
    return start;
}

void note_hooks(EnteredTarget& target, RemoteAddr region) {
    const auto chained = target.memory().read<std::uint64_t>(region + offsetof(wire::ControlPage, chained));
    const auto unpatched = target.memory().read<std::uint64_t>(region + offsetof(wire::ControlPage, losses.unpatched));
    target.note("started the recording");
    if (chained > 0) {
        target.note("found functions of another library at " + std::to_string(chained) +
                    " call sites; hooks lead on to them");
    }
    if (unpatched > 0) { target.note("could not put hooks into " + std::to_string(unpatched) + " call sites"); }
}

// In the guard: everything up to the moment when the other side is ready, then the start.
void enter(const AttachOptions& options, const std::string& content, const Channel& channel) {
    const pid_t controller = ::getppid();
    reached(InjectionStep::kGuardStarted, controller);
    const std::vector<int> leftovers = leftover_descriptors(options.pid);
    EnteredTarget target(options.pid, Clock::now() + options.timeout, note_to(channel));
    reached(InjectionStep::kThreadStopped, controller);
    const cpython::PythonFacts facts = inspect_running_python(target);
    target.note("Python " + facts.version.text());
    reached(InjectionStep::kPythonInspected, controller);
    if (stop_payloads(target.call(), target.modules(), options.replace) == StopResult::kBusy) {
        throw base::Error("Process " + std::to_string(options.pid) + " is being recorded already");
    }
    reached(InjectionStep::kOldRecordingStopped, controller);
    region::RemoteSystem system(target.call());
    close_leftovers(system, options.pid, leftovers);
    region::RecordingMemory memory(system, options.pid, options.plan, facts);
    region::SharedFileInTarget& region = memory.region();
    if (region::ChildPoolInTarget* pool = memory.pool()) {
        channel.send_value(Message::kChildren, pool->address().value(), pool->take_file().get());
    }
    target.note("prepared the shared memory");
    reached(InjectionStep::kRegionMapped, controller);
    const RemoteAddr start = load_or_find(target, system, options.pid, content);
    reached(InjectionStep::kLibraryLoaded, controller);
    channel.send_value(Message::kReady, PythonTexts{PythonText(facts.version.text()), PythonText(facts.allocator)},
                       region.descriptor());
    const auto answer = channel.receive(std::nullopt);
    if (!answer || answer->kind != Message::kGo) { return; }
    target.note("the recorder got ready");
    reached(InjectionStep::kGoReceived, controller);
    start_payload(target.call(), start, region.address(), region.mapped());
    memory.keep();
    note_hooks(target, region.address());
    reached(InjectionStep::kRecordingStarted, controller);
    target.leave();
    reached(InjectionStep::kThreadReleased, controller);
}

// Filters of the target's apply to what it does for us, unless they are suspended, which takes CAP_SYS_ADMIN.
std::string seccomp_note(pid_t pid) {
    if (!safe_point::is_filtered(pid) || safe_point::may_suspend_filters()) { return {}; }
    return " (the process is under a seccomp filter, which applies to memfd_create, mmap and other calls that memray "
           "makes in it; root or CAP_SYS_ADMIN suspends it)";
}

void enter_and_leave(const AttachOptions& options, const std::string& content, const Channel& channel) {
    try {
        enter(options, content, channel);
        channel.send(Message::kDone);
    } catch (const base::Error& error) { channel.send(Message::kError, error.what() + seccomp_note(options.pid)); }
    safe_point::SafePoint::let_go_of_stuck_threads();
}

StopResult stop_once(pid_t pid, bool force, std::chrono::milliseconds timeout, const Channel& channel,
                     pid_t controller) {
    EnteredTarget target(pid, Clock::now() + timeout, note_to(channel));
    reached(InjectionStep::kDetachThreadStopped, controller);
    const StopResult result = stop_payloads(target.call(), target.modules(), force);
    target.note("stopped the recording");
    reached(InjectionStep::kDetachHooksOut, controller);
    target.leave();
    reached(InjectionStep::kDetachThreadReleased, controller);
    return result;
}

// The borrowed thread may be the very one that another waits for inside a hook, so that it waits in vain.
StopResult stop_and_unmap(pid_t pid, bool force, std::chrono::milliseconds timeout, const Channel& channel) {
    const pid_t controller = ::getppid();
    for (int round = 0; round < kStopRounds; ++round) {
        const StopResult result = stop_once(pid, force, timeout, channel, controller);
        if (result != StopResult::kStillInside) { return result; }
        std::this_thread::sleep_for(kBetweenStops);
    }
    return StopResult::kStopped;  // the next recording unmaps it
}

void stop_and_leave(pid_t pid, bool force, std::chrono::milliseconds timeout, const Channel& channel) {
    try {
        const StopResult result = stop_and_unmap(pid, force, timeout, channel);
        channel.send(Message::kDone, std::to_string(static_cast<int>(result)));
    } catch (const base::Error& error) { channel.send(Message::kError, error.what()); }
    safe_point::SafePoint::let_go_of_stuck_threads();
}

constexpr off_t kLongestFile = std::numeric_limits<off_t>::max();

}  // namespace

Attach::Attach(const AttachOptions& options) {
    require_enterable(options.pid);
    const std::string content = read_payload(options.payload);
    target_.pid = options.pid;
    target_.pidfd = base::open_pidfd(options.pid);
    target_.python_executable = base::executable_of(options.pid);
    const DescriptorRoom room(options.pid);
    Guard guard([&](const Channel& channel) { enter_and_leave(options, content, channel); }, options.tell);
    if (options.plan.follow_forks) {
        Message children = guard.expect(Message::kChildren, Clock::now() + options.timeout + kCalls);
        target_.children.pool = std::move(children.fd);
        target_.children.address = RemoteAddr(children.value<std::uint64_t>());
    }
    Message ready = guard.expect(Message::kReady, Clock::now() + options.timeout + kCalls);
    reached(InjectionStep::kRegionReceived, ::getpid());
    region_ = std::make_shared<const base::UniqueFd>(std::move(ready.fd));
    if (options.plan.follow_forks) { target_.children.region = region_; }
    target_.region = base::SharedMemory(region_);
    target_.children.flags = region::recording_flags(target_.region);
    lock_ = std::make_unique<region::ControllerLock>(region_->get());
    reached(InjectionStep::kLockTaken, ::getpid());
    guard.send(Message::kGo);
    guard.expect(Message::kDone, Clock::now() + kCalls);
    reached(InjectionStep::kGuardDone, ::getpid());
    const auto python = ready.value<PythonTexts>();
    target_.python_version = python.version.text();
    target_.python_allocator = python.allocator.text();
}

Attach::~Attach() = default;

// Not of the head, which late threads look at.
void Attach::release_memory() noexcept {
    constexpr auto kHead = static_cast<off_t>(wire::kRegionHeadSize);
    ::fallocate(region_->get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, kHead, kLongestFile - kHead);
}

StopResult stop_recording(pid_t pid, bool force, std::chrono::milliseconds timeout,
                          const std::function<void(const std::string&)>& tell, const std::function<void()>& meanwhile) {
    require_enterable(pid);
    Guard guard([&](const Channel& channel) { stop_and_leave(pid, force, timeout, channel); }, tell, meanwhile);
    const Message done = guard.expect(Message::kDone, Clock::now() + timeout + kCalls);
    reached(InjectionStep::kDetachDone, ::getpid());
    return static_cast<StopResult>(std::stoi(done.text));
}

}  // namespace memray::injection
