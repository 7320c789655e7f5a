// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/sent_stack.h"

#include "payload/stack/chain_check.h"
#include "payload/stack/frame_chain.h"

namespace memray::payload {
namespace {

using wire::PythonLayout;

bool same_place(const CachedFrame& left, const CachedFrame& right) noexcept {
    return left.code == right.code && left.instruction == right.instruction;
}

// Keeps the id where the code is the same.
void replace(CachedFrame& sent, const CachedFrame& now) noexcept {
    const std::uint32_t id = sent.code == now.code ? sent.id : 0;
    sent = now;
    sent.id = id;
}

// Whether links may begin with this frame, which `walk` has just given: what is provisional will be read again, and
// what has come on top of it.
bool may_be_linked(const ChainWalk& walk, const RawFrame& frame) noexcept {
    return !walk.at_innermost() && !frame.provisional;
}

class Update {
public:
    Update(const PythonLayout& layout, PythonRoom& room, std::uint32_t depth, std::uint32_t untouched) noexcept
        : layout_(layout),
          room_(room),
          links_(room.links()),
          counts_(room.counts()),
          sent_(room.sent()),
          depth_(depth),
          untouched_(untouched) {}

    // Whether the last link is the newest frame, and the last of `depth` frames that count.
    [[nodiscard]] bool ends_with(std::uint64_t newest, std::uint32_t depth) const noexcept {
        const std::uint32_t linked = room_.linked;
        return linked > 0 && links_[linked - 1].frame == newest && counts(linked - 1) && counts_[linked - 1] == depth;
    }

    // From the inside. False if the chain has changed too much, or too far outside.
    [[gnu::noinline]] bool from_inside(std::uint64_t newest, StackChange& change) noexcept {
        constexpr int kMostChanges = 4;
        for (int i = 0; i < kMostChanges; ++i) {
            const Common common = find_common(newest);
            if (common.linked == 0) { return false; }
            if (follow(common.linked)) { return append(common, change); }
        }
        return false;
    }

    // The whole chain. It is gone through twice: the first time to know how many frames there are.
    [[gnu::cold, gnu::noinline]] void from_outside(std::uint64_t newest, IsCurrentId is_current,
                                                   StackChange& change) noexcept {
        const Size size = measure(newest);
        change.truncated = size.counted > room_.capacity;
        change.depth = change.truncated ? room_.capacity : size.counted;
        change.kept = change.depth < untouched_ ? change.depth : untouched_;
        room_.linked = change.truncated || size.linked > room_.link_capacity() ? 0 : size.linked;
        std::uint32_t link = room_.linked;
        std::uint32_t index = change.depth;
        bool linking = false;
        for (ChainWalk walk(layout_, newest); walk.at() != 0 && (index > 0 || link > 0);) {
            const RawFrame frame = walk.next();
            linking = linking || may_be_linked(walk, frame);
            if (linking && link > 0) { put_link(--link, frame, index); }
            if (!frame.counted) { continue; }
            if (index == 0) { break; }
            if (!settle(--index, frame.told, is_current) && index < change.kept) { change.kept = index; }
        }
    }

private:
    // The innermost frame that is still there, and how many have come on top of it, innermost first in room.fresh().
    struct Common {
        std::uint32_t linked;  // one more than its link; 0: there is none nearby
        std::uint32_t fresh;
    };
    struct Size {
        std::uint32_t linked;
        std::uint32_t counted;
    };

    bool counts(std::uint32_t link) const noexcept { return counts_[link] != counted_outside(counts_, link); }

    // Among the innermost `window` links; only frames that count, whatever they are innermost of. 0 if it is not there.
    std::uint32_t find_link(std::uint64_t frame, std::uint32_t window) const noexcept {
        const std::uint32_t last = room_.linked > window ? room_.linked - window : 0;
        for (std::uint32_t i = room_.linked; i > last; --i) {
            if (links_[i - 1].frame == frame && counts(i - 1)) { return i; }
        }
        return 0;
    }

    Common find_within(std::uint64_t newest, std::uint32_t window) noexcept {
        ChainWalk walk(layout_, newest);
        for (std::uint32_t fresh = 0; walk.at() != 0; ++fresh) {
            if (const std::uint32_t linked = find_link(walk.at(), window)) { return {linked, fresh}; }
            if (fresh == window) { break; }
            room_.fresh()[fresh] = walk.next();
        }
        return {0, 0};
    }

    Common find_common(std::uint64_t newest) noexcept {
        constexpr std::uint32_t kNear = 4;
        const Common near = find_within(newest, kNear);
        return near.linked != 0 ? near : find_within(newest, PythonRoom::kFresh);
    }

    // Brings the frame of a link up to date. False if its caller is another one, or if it has begun or ceased to count.
    [[gnu::noinline]] bool examine(std::uint32_t link) noexcept {
        const FrameLink* at = links_ + link;
        const RawFrame now = read_raw_frame(layout_, at->frame, false);
        if (now.previous != at[-1].frame || now.counted != counts(link)) { return false; }
        // A shim makes an entry of the frame that it called.
        if (!now.counted && now.link.word != at->word) { return false; }
        links_[link] = now.link;
        room_.details()[link] = now.detail;
        if (!now.counted) { return true; }
        const std::uint32_t index = counts_[link] - 1;
        if (same_place(sent_[index], now.told)) { return true; }
        replace(sent_[index], now.told);
        if (index < untouched_) { untouched_ = index; }
        return true;
    }

    // From link `count - 1` outwards. False if the chain is another one: then only links that are still in it are left.
    bool follow(std::uint32_t count) noexcept {
        const ChainCheck check(layout_);
        for (;;) {
            count = check.first_changed(room_, count);
            if (count == 0) { return true; }
            --count;
            if (examine(count)) { continue; }
            room_.linked = count;
            return false;
        }
    }

    // What came on top.
    bool append(const Common& common, StackChange& change) noexcept {
        std::uint32_t depth = counted_outside(counts_, common.linked);
        if (common.linked + common.fresh > room_.link_capacity() || depth + common.fresh > room_.capacity) {
            return false;
        }
        room_.linked = common.linked;
        change.kept = depth < untouched_ ? depth : untouched_;
        bool linking = true;
        for (std::uint32_t i = common.fresh; i > 0; --i) {
            const RawFrame& frame = room_.fresh()[i - 1];
            if (frame.counted) { put_frame(depth++, frame.told, change.kept); }
            linking = linking && !frame.provisional;
            if (linking) { put_link(room_.linked++, frame, depth); }
        }
        change.depth = depth;
        return true;
    }

    void put_frame(std::uint32_t index, const CachedFrame& now, std::uint32_t& kept) noexcept {
        if (index >= depth_) {
            sent_[index] = now;
            return;
        }
        if (kept == index && index < untouched_ && same_place(sent_[index], now)) { ++kept; }
        replace(sent_[index], now);
    }

    // `count`: frames that count from the outermost one to this.
    void put_link(std::uint32_t at, const RawFrame& frame, std::uint32_t count) noexcept {
        links_[at] = frame.link;
        room_.details()[at] = frame.detail;
        counts_[at] = count;
    }

    Size measure(std::uint64_t newest) const noexcept {
        Size size{0, 0};
        for (ChainWalk walk(layout_, newest); walk.at() != 0;) {
            const RawFrame frame = walk.next();
            size.linked += size.linked > 0 || may_be_linked(walk, frame) ? 1 : 0;
            size.counted += frame.counted ? 1 : 0;
        }
        return size;
    }

    // False if the frame is not the one that was sent.
    bool settle(std::uint32_t index, const CachedFrame& now, IsCurrentId is_current) noexcept {
        CachedFrame& sent = sent_[index];
        const bool known =
            index < depth_ && sent.code == now.code && (is_current == nullptr || is_current(sent.code, sent.id));
        const bool same = known && sent.instruction == now.instruction;
        const std::uint32_t id = known ? sent.id : 0;
        sent = now;
        sent.id = id;
        return same;
    }

    const PythonLayout& layout_;
    PythonRoom& room_;
    FrameLink* links_;
    std::uint32_t* counts_;
    CachedFrame* sent_;
    std::uint32_t depth_;      // frames that the reader knows of
    std::uint32_t untouched_;  // outermost ones of those that are in `sent` as the reader knows them
};

}  // namespace

StackChange update_stack(const PythonLayout& layout, std::uint64_t newest, PythonRoom& room, std::uint32_t depth,
                         std::uint32_t untouched, IsCurrentId is_current) noexcept {
    StackChange change{0, 0, false};
    Update update(layout, room, depth, untouched);
    const bool quick = is_current == nullptr && depth > 0 && newest != 0;
    if (!quick || !update.from_inside(newest, change)) { update.from_outside(newest, is_current, change); }
    room.innermost = update.ends_with(newest, change.depth) ? newest : 0;
    return change;
}

}  // namespace memray::payload
