// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/sent_stack.h"

#include "payload/stack/frame_chain.h"
#include "payload/stack/frame_fields.h"

namespace memray::payload {
namespace {

using wire::PythonLayout;

constexpr std::uint32_t kMostNewFrames = 32;
constexpr std::uint32_t kSearchWindow = 32;

bool same_place(const CachedFrame& left, const CachedFrame& right) noexcept {
    return left.code == right.code && left.instruction == right.instruction;
}

// Keeps the id where the code is the same.
void replace(CachedFrame& sent, const CachedFrame& now) noexcept {
    const std::uint32_t id = sent.code == now.code ? sent.id : 0;
    sent = now;
    sent.id = id;
}

// One more than the index of the frame at this address among the innermost ones sent; 0 if it is not there.
std::uint32_t find_sent(const CachedFrame* sent, std::uint32_t depth, std::uint64_t frame) noexcept {
    if (frame == 0) { return 0; }
    const std::uint32_t last = depth > kSearchWindow ? depth - kSearchWindow : 0;
    for (std::uint32_t i = depth; i > last; --i) {
        if (sent[i - 1].frame == frame) { return i; }
    }
    return 0;
}

// Recognises frames that are as they were sent, without function calls and with the layout in registers.
class Recogniser {
public:
    explicit Recogniser(const PythonLayout& layout) noexcept
        : model_(layout.model),
          shim_owner_(layout.shim_owner),
          mask_(layout.executable_mask),
          code_(layout.frame_code),
          instruction_(layout.frame_instruction),
          owner_(layout.frame_owner),
          previous_(layout.frame_previous),
          instructions_(layout.code_instructions),
          is_entry_(layout.marks_entries != 0 ? layout.frame_is_entry : 0) {}

    // Whether the frame at `at` executes what was sent and its caller's is at `caller`. False may also mean: look
    // closer.
    [[nodiscard]] bool is_unchanged(std::uint64_t at, const CachedFrame& sent, std::uint64_t caller) const noexcept {
        if (load<std::uint64_t>(at, previous_) != caller) { return false; }
        if (model_ == wire::FrameModel::kFrameObject || is_entry_now(at) != wire::place_is_entry(sent.instruction)) {
            return false;
        }
        return (load<std::uint64_t>(at, code_) & mask_) == sent.code &&
               load<std::uint64_t>(at, instruction_) ==
                   sent.code + instructions_ +
                       static_cast<std::uint64_t>(std::int64_t{wire::place_instruction(sent.instruction)}) &&
               load<std::uint8_t>(at, owner_) < shim_owner_;
    }

private:
    // Of a frame whose caller is not a shim.
    [[nodiscard]] bool is_entry_now(std::uint64_t at) const noexcept {
        return is_entry_ != 0 && load<std::uint8_t>(at, is_entry_) != 0;
    }

    wire::FrameModel model_;
    std::uint8_t shim_owner_;
    std::uint64_t mask_;
    std::uint64_t code_;
    std::uint64_t instruction_;
    std::uint64_t owner_;
    std::uint64_t previous_;
    std::uint64_t instructions_;
    std::uint64_t is_entry_;
};

// The same at leisure: brings a frame that moved on up to date (`moved`). False if its caller is not at `caller`, shims
// aside, or if it is no frame that counts.
bool examine(const PythonLayout& layout, std::uint64_t at, CachedFrame& sent, std::uint64_t caller,
             bool& moved) noexcept {
    if (is_shim(layout, at)) { return false; }
    const CachedFrame now = read_frame(layout, at);
    moved = !same_place(sent, now);
    if (moved) {
        // What is at this address now may be a frame that does not count.
        if (skip_uncounted(layout, at, 0) != at) { return false; }
        replace(sent, now);
    }
    const auto outer = load<std::uint64_t>(at, layout.frame_previous);
    return outer == caller || skip_uncounted(layout, outer, caller) == caller;
}

// Follows the chain outwards from the frame at `at`, which is that of sent[depth - 1]. True if its frames are those
// sent; `kept` sinks to the outermost one that moved on, and what moved on is brought up to date.
//
// Only addresses that the chain itself led to are read.
bool follow(const PythonLayout& layout, std::uint64_t at, CachedFrame* sent, std::uint32_t depth,
            std::uint32_t& kept) noexcept {
    const Recogniser recogniser(layout);
    for (std::uint32_t i = depth; i > 0; --i) {
        const std::uint64_t caller =
            i > 1 ? load<std::uint64_t>(reinterpret_cast<std::uint64_t>(&sent[i - 2].frame), 0) : 0;
        if (i > 1 && caller == 0) { return false; }
        if (!recogniser.is_unchanged(at, sent[i - 1], caller)) [[unlikely]] {
            bool moved = false;
            const bool good = examine(layout, at, sent[i - 1], caller, moved);
            if (moved) { kept = i - 1; }
            if (!good) { return false; }
        }
        at = caller;
    }
    return true;
}

// The innermost frame that was sent and is still there: one more than its index, with the frames that came on top of it
// in `scratch`, innermost first, and its address. 0 if there is none nearby.
std::uint32_t find_common(const PythonLayout& layout, std::uint64_t newest, const StackRoom<CachedFrame>& room,
                          std::uint32_t depth, std::uint32_t& added, std::uint64_t& address) noexcept {
    added = 0;
    address = newest;
    if (room.sent[depth - 1].frame == newest) [[likely]] { return depth; }
    FrameWalk walk(layout, newest);
    CachedFrame entry;
    const std::uint32_t most = room.capacity < kMostNewFrames ? room.capacity : kMostNewFrames;
    for (; added < most && walk.next(entry); ++added) {
        address = entry.frame;
        if (const std::uint32_t found = find_sent(room.sent, depth, address)) { return found; }
        room.scratch()[added] = entry;
    }
    return 0;
}

// From the inside. `kept` is valid even on failure: frames beyond it are no longer what the reader knows.
bool update_from_inside(const PythonLayout& layout, std::uint64_t newest, const StackRoom<CachedFrame>& room,
                        std::uint32_t sent_depth, StackChange& change) noexcept {
    std::uint32_t added = 0;
    std::uint64_t address = 0;
    const std::uint32_t found = find_common(layout, newest, room, sent_depth, added, address);
    if (found == 0 || found + added > room.capacity) { return false; }
    change.kept = found;
    if (!follow(layout, address, room.sent, found, change.kept)) { return false; }
    for (std::uint32_t i = 0; i < added; ++i) {
        CachedFrame& sent = room.sent[found + i];
        const CachedFrame& now = room.scratch()[added - 1 - i];
        if (found + i < sent_depth) {
            replace(sent, now);
        } else {
            sent = now;
        }
    }
    change.depth = found + added;
    return true;
}

// From the outermost frame, of which `comparable` are as the reader knows them.
void update_from_outside(const PythonLayout& layout, std::uint64_t newest, const StackRoom<CachedFrame>& room,
                         std::uint32_t comparable, IsCurrentId is_current, StackChange& change) noexcept {
    change.truncated = false;
    change.depth = read_frame_chain(layout, newest, room.scratch(), room.capacity, change.truncated);
    change.kept = 0;
    bool same = true;
    for (std::uint32_t i = 0; i < change.depth; ++i) {
        CachedFrame& sent = room.sent[i];
        const CachedFrame& now = room.scratch()[change.depth - 1 - i];
        same = same && i < comparable && same_place(sent, now) &&
               (is_current == nullptr || is_current(sent.code, sent.id));
        const std::uint32_t id = same ? sent.id : 0;
        sent = now;
        sent.id = id;
        change.kept += same ? 1 : 0;
    }
}

}  // namespace

StackChange update_stack(const PythonLayout& layout, std::uint64_t newest, const StackRoom<CachedFrame>& room,
                         std::uint32_t depth, IsCurrentId is_current) noexcept {
    StackChange change{depth, 0, false};
    const bool quick = is_current == nullptr && depth > 0 && newest != 0;
    if (!quick || !update_from_inside(layout, newest, room, depth, change)) {
        update_from_outside(layout, newest, room, change.kept, is_current, change);
    }
    return change;
}

}  // namespace memray::payload
