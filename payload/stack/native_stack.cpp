// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/native_stack.h"

#include "payload/stack/native_walk.h"
#include "payload/stack/send_change.h"
#include "payload/waiting.h"

extern "C" {
// Of this library; set by the linker, which chose the names.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
[[gnu::visibility("hidden")]] extern const unsigned char __ehdr_start;
[[gnu::visibility("hidden")]] extern const unsigned char _end;
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}

namespace memray::payload {
namespace {

// The controller has to read the target's list of mappings and to compile a table for each new module: a few
// milliseconds. The caller may hold any lock, so the wait has an end; then stacks through new modules are cut.
constexpr std::int64_t kRoundNs = 20'000'000;
constexpr std::int64_t kPatienceNs = 2'000'000'000;
// Code that no module holds is asked about once after each dlopen, as it may be of what that has loaded, and else
// rarely: it may have been mapped without our noticing, but most likely it was made at run time.
constexpr std::int64_t kSecondsBetweenQuestions = 1;
std::atomic<std::int64_t> next_question{0};

bool is_own(std::uint64_t address) noexcept {
    return address - reinterpret_cast<std::uint64_t>(&__ehdr_start) <
           reinterpret_cast<std::uint64_t>(&_end) - reinterpret_cast<std::uint64_t>(&__ehdr_start);
}

// The caller of the hook. All that runs between it and here keeps frame pointers (CMakeLists.txt).
[[gnu::always_inline]] inline WalkStart caller_of_hook() noexcept {
    const auto* frame = static_cast<const std::uint64_t*>(__builtin_frame_address(0));
    while (is_own(frame[1])) { frame = reinterpret_cast<const std::uint64_t*>(frame[0]); }
    return {frame[1], reinterpret_cast<std::uint64_t>(frame + 2), frame[0]};
}

[[gnu::noinline]] void await_answer(const Session& session, wire::ModuleDirectory& directory,
                                    std::uint32_t wanted) noexcept {
    if (directory.given_up.load(std::memory_order_relaxed) == wanted + 1) { return; }
    StallCounter stalls;
    for (std::int64_t waited = 0; waited < kPatienceNs;) {
        const std::uint32_t answered = directory.answered.load(std::memory_order_acquire);
        if (wire::is_answered(wanted, answered)) { return; }
        const auto phase = session.control->phase.load(std::memory_order_relaxed);
        if (!wire::is_recorded(phase) || !controller_is_alive(session, stalls)) { break; }
        const std::int64_t more = wait_while(directory.answered, answered, kRoundNs);
        waited += more;
        stalls.waited_ns += more;
        if (!is_armed()) { return; }
    }
    directory.given_up.store(wanted + 1, std::memory_order_relaxed);
}

void ask(wire::ModuleDirectory& directory) noexcept { directory.wanted.fetch_add(1, std::memory_order_acq_rel); }

bool may_ask_about_unknown() noexcept {
    const std::int64_t now = recorder_seconds(own_session());
    std::int64_t next = next_question.load(std::memory_order_relaxed);
    return now >= next && next_question.compare_exchange_strong(next, now + kSecondsBetweenQuestions);
}

bool is_in_loader(wire::ModuleDirectory& directory, const NativeRoom& room) noexcept {
    const wire::ModuleEntry* entries = module_entries(directory);
    for (std::uint32_t i = 0; i < room.walked; ++i) {
        const std::uint32_t module = wire::module_of(room.frames()[i].word);
        if (module != 0 && module <= wire::kMaxModules && entries[module - 1].is_loader != 0) { return true; }
    }
    return false;
}

// Whether the walk is to be done again once the directory is up to date. A thread that is seen outside the loader has
// left its last dlopen or dlclose: what that did is not in the directory yet.
bool asks_again(wire::ModuleDirectory& directory, const WalkResult& walk, const NativeRoom& room) noexcept {
    bool changed = false;
    if ((this_thread.loading & kMayChangeModules) != 0 && !is_in_loader(directory, room)) {
        this_thread.loading &= ~std::uint32_t{kMayChangeModules};
        changed = true;
    }
    if (!changed && !(walk.met_unknown && may_ask_about_unknown())) { return false; }
    ask(directory);
    return true;
}

void await_modules(const Session& session) noexcept {
    wire::ModuleDirectory& directory = *session.pieces->directory;
    const std::uint32_t wanted = directory.wanted.load(std::memory_order_acquire);
    if (!wire::is_answered(wanted, directory.answered.load(std::memory_order_acquire))) [[unlikely]] {
        await_answer(session, directory, wanted);
    }
}

// With as much room as it takes and is to be had.
WalkResult walk_whole(const Session& session, const WalkStart& start, ThreadStacks& stacks) noexcept {
    const Modules modules{*session.pieces->directory, session.pieces->tables};
    for (;;) {
        NativeRoom& room = stacks.native;
        const WalkResult walk = walk_native_stack(modules, start, *stacks.native_buffers, room);
        if (room.walked < room.capacity || walk.whole) [[likely]] { return walk; }
        if (!grow(room, *session.control, session.native_capacity)) { return walk; }
    }
}

WalkResult walk_up_to_date(const Session& session, const WalkStart& start, ThreadStacks& stacks) noexcept {
    await_modules(session);
    const WalkResult walk = walk_whole(session, start, stacks);
    const bool good = !walk.met_unknown && (this_thread.loading & kMayChangeModules) == 0;
    if (good || !asks_again(*session.pieces->directory, walk, stacks.native)) [[likely]] { return walk; }
    await_modules(session);
    return walk_whole(session, start, stacks);
}

}  // namespace

bool sync_native_stack(wire::Slot& slot) noexcept {
    const Session& session = own_session();
    if (session.native_capacity == 0) { return true; }
    const WalkStart start = caller_of_hook();
    ThreadStacks& stacks = own_stacks();
    const WalkResult walk = walk_up_to_date(session, start, stacks);
    if (!is_armed()) [[unlikely]] { return false; }  // it has waited, see wait_while()
    if (!walk.whole) [[unlikely]] { session.control->losses.cut_native.fetch_add(1, std::memory_order_relaxed); }
    NativeRoom& room = stacks.native;
    if (room.same == room.depth && room.same == room.walked) { return true; }
    const NativeFrame* frames = room.frames();
    const StackLengths lengths{room.depth, room.same, room.walked};
    const auto word_at = [frames](std::uint32_t i) noexcept { return frames[i].word; };
    if (!send_change(slot, wire::RecordKind::kNativeFrames, lengths, word_at)) { return false; }
    room.depth = room.same = room.walked;
    return true;
}

void note_changing_modules() noexcept {
    const Session& session = own_session();
    if (session.native_capacity == 0) { return; }
    next_question.store(0, std::memory_order_relaxed);
    // The call before this one is over now.
    if ((this_thread.loading & kMayChangeModules) != 0) { ask(*session.pieces->directory); }
}

}  // namespace memray::payload
