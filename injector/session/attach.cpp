// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/attach.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "injector/session/attach_checks.h"
#include "injector/session/entered_target.h"
#include "injector/session/guard.h"
#include "injector/session/region.h"
#include "payload/wire/slot.h"

namespace memray::session {
namespace {

using Clock = std::chrono::steady_clock;

// For calls in the target, after the time it may take to find a safe point.
constexpr std::chrono::seconds kCalls{20};

EnteredTarget::Note note_to(const Channel& channel) {
    return [&channel](const std::string& text) { channel.send(Message::kNote, text); };
}

RemoteAddr load_or_find(EnteredTarget& target, RemoteSystem& system, pid_t pid, const std::string& content) {
    const RemoteAddr loaded = find_loaded_payload(target.memory(), target.modules(), content);
    if (!loaded.is_null()) { return loaded; }
    const RemoteAddr start = load_payload(system, target.call(), target.memory(), target.modules(), pid, content);
    target.note("loaded the library");
    return start;
}

// In the guard: everything up to the moment when the other side is ready, then the start.
void enter(const AttachOptions& options, const std::string& content, const Channel& channel) {
    EnteredTarget target(options.pid, Clock::now() + options.timeout, note_to(channel));
    const PythonFacts facts = inspect_running_python(target);
    if (stop_payloads(target.call(), target.modules(), options.replace) == StopResult::kBusy) {
        throw base::Error("Process " + std::to_string(options.pid) + " is being recorded already");
    }
    RemoteSystem system(target.modules(), target.memory(), target.call());
    const std::uint32_t flags = options.trace_python_allocators ? std::uint32_t{wire::kTracePythonAllocators} : 0U;
    RegionInTarget region(system, options.pid, options.sizes, flags, facts.info);
    const RemoteAddr start = load_or_find(target, system, options.pid, content);
    target.note("prepared the shared memory");
    channel.send(Message::kReady, facts.version.text() + "\n" + facts.allocator, region.file().get());
    const auto answer = channel.receive(std::nullopt);
    if (!answer || answer->kind != Message::kGo) { return; }
    target.note("the recorder got ready");
    region.keep();
    start_payload(target.call(), start, region.address(), region.size());
    target.note("started the recording");
    target.leave();
}

void enter_and_leave(const AttachOptions& options, const std::string& content, const Channel& channel) {
    try {
        enter(options, content, channel);
        channel.send(Message::kDone);
    } catch (const base::Error& error) { channel.send(Message::kError, error.what()); }
    SafePoint::let_go_of_stuck_threads();
}

void stop_and_leave(pid_t pid, bool force, std::chrono::milliseconds timeout, const Channel& channel) {
    try {
        EnteredTarget target(pid, Clock::now() + timeout, note_to(channel));
        const StopResult result = stop_payloads(target.call(), target.modules(), force);
        target.note("stopped the recording");
        target.leave();
        channel.send(Message::kDone, std::to_string(static_cast<int>(result)));
    } catch (const base::Error& error) { channel.send(Message::kError, error.what()); }
    SafePoint::let_go_of_stuck_threads();
}

base::UniqueFd open_pidfd(pid_t pid) {
    base::UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // close-on-exec always
    if (!fd) { throw base::system_error("pidfd_open of process " + std::to_string(pid)); }
    return fd;
}

std::uint64_t size_of(const base::UniqueFd& file) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) { throw base::system_error("fstat of the shared memory"); }
    return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

Attach::Attach(const AttachOptions& options) {
    require_enterable(options.pid);
    const std::string content = read_payload(options.payload);
    target_.pid = options.pid;
    target_.pidfd = open_pidfd(options.pid);
    std::error_code error;
    target_.python_executable =
        std::filesystem::read_symlink("/proc/" + std::to_string(options.pid) + "/exe", error).string();
    Guard guard([&](const Channel& channel) { enter_and_leave(options, content, channel); }, options.tell);
    Message ready = guard.expect(Message::kReady, Clock::now() + options.timeout + kCalls);
    region_ = std::move(ready.fd);
    region_size_ = size_of(region_);
    target_.region = base::Mapping::shared(region_.get(), region_size_);
    lock_ = std::make_unique<ControllerLock>(region_.get());
    guard.send(Message::kGo);
    guard.expect(Message::kDone, Clock::now() + kCalls);
    const std::size_t end = ready.text.find('\n');
    target_.python_version = ready.text.substr(0, end);
    target_.python_allocator = ready.text.substr(end + 1);
}

Attach::~Attach() = default;

// Not of the first pages, which late threads look at.
void Attach::release_memory() noexcept {
    constexpr auto kFirst = static_cast<off_t>(wire::kFirstSlotOffset);
    ::fallocate(region_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, kFirst,
                static_cast<off_t>(region_size_) - kFirst);
}

StopResult stop_recording(pid_t pid, bool force, std::chrono::milliseconds timeout,
                          const std::function<void(const std::string&)>& tell) {
    require_enterable(pid);
    Guard guard([&](const Channel& channel) { stop_and_leave(pid, force, timeout, channel); }, tell);
    const Message done = guard.expect(Message::kDone, Clock::now() + timeout + kCalls);
    return static_cast<StopResult>(std::stoi(done.text));
}

}  // namespace memray::session
