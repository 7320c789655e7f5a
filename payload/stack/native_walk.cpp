// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/native_walk.h"

#include "payload/stack/last_walk.h"
#include "payload/stack/stack_window.h"
#include "payload/wire/record.h"

namespace memray::payload {
namespace {

using wire::CfaRule;
using wire::SavedAt;
using wire::UnwindRule;

// In the table of a module; nullptr if there is none.
const UnwindRule* find_rule(const Modules& modules, const wire::ModuleEntry& entry, std::uint64_t address) noexcept {
    const std::uint64_t table = entry.table;
    const std::uint64_t size = entry.table_size;
    const bool aligned = table % alignof(wire::UnwindTable) == 0;
    if (table < wire::kTablesOffset || !aligned || table + size < table) { return nullptr; }
    const std::uint64_t begin = table - wire::kTablesOffset;
    const unsigned char* tables = modules.tables.up_to(begin + size);
    if (tables == nullptr) { return nullptr; }
    return find_unwind_rule(reinterpret_cast<const wire::UnwindTable*>(tables + begin), size, address);
}

// The number of the module, 0 if there is none, and the rule; "stop here" if nothing is known.
std::uint32_t look_up(const Modules& modules, std::uint64_t address, UnwindRule& rule) noexcept {
    const wire::ModuleEntry* entries = module_entries(modules.directory);
    const std::uint32_t count = modules.directory.count.load(std::memory_order_acquire);
    rule = {};
    for (std::uint32_t i = 0; i < count && i < wire::kMaxModules; ++i) {
        const std::uint64_t begin = entries[i].begin.load(std::memory_order_relaxed);
        if (address < begin || address >= entries[i].end.load(std::memory_order_relaxed)) { continue; }
        const UnwindRule* found = find_rule(modules, entries[i], address - begin);
        if (found != nullptr) { rule = *found; }
        return i + 1;
    }
    return 0;
}

std::uint32_t cell_of(std::uint64_t place) noexcept {
    return static_cast<std::uint32_t>((place * 0x9E3779B97F4A7C15ULL) >> 40U) % NativeBuffers::kCells;
}

class Walk {
public:
    Walk(const Modules& modules, const WalkStart& start, NativeBuffers& buffers) noexcept
        : modules_(modules),
          buffers_(buffers),
          window_(buffers, start.stack_pointer),
          place_(start.instruction),
          rsp_(start.stack_pointer),
          rbp_(start.base_pointer) {}

    // Of the current frame.
    const NativeCell& cell() noexcept {
        NativeCell& cell = buffers_.cells[cell_of(place_)];
        // That no module is known may change; that one is does not, without the version changing, too.
        const bool known = wire::native_place(cell.word) == place_ && wire::module_of(cell.word) != 0;
        if (!known) [[unlikely]] { fill(cell); }
        return cell;
    }

    // Whether the last walk went on from here as this one would.
    [[nodiscard]] bool joins(LastWalk& last) const noexcept {
        return last.knows(place_, rsp_, rbp_, rbp_known_, window_);
    }

    // What is known of the current frame.
    void describe(const NativeCell& cell, NativeFrame& frame) const noexcept {
        const UnwindRule& rule = cell.rule;
        const bool uses_base = rule.cfa == CfaRule::kFromRbp || rule.cfa == CfaRule::kLoadFromRbp ||
                               rule.return_address == SavedAt::kFromRbp || rule.rbp == SavedAt::kFromRbp;
        frame = {cell.word, rsp_, rbp_, 0, 0, 0, 0, uses_base, rule.rbp == SavedAt::kUnchanged, false};
    }

    // Goes on to the caller. False at the end, which `whole` tells from a frame that cannot be left.
    bool leave(const UnwindRule& rule, NativeFrame& frame, bool& whole) noexcept {
        std::uint64_t cfa = 0;
        if (!frame_address(rule, frame.cfa_slot, cfa)) {
            whole = rule.cfa == CfaRule::kOutermost;
            return false;
        }
        std::uint64_t return_address = 0;
        const bool found = saved_at(rule.return_address, rule.return_offset, cfa, frame.return_slot);
        if (!found || !window_.read(frame.return_slot, return_address)) { return false; }
        if (return_address == 0) {
            whole = true;
            return false;
        }
        // Stacks grow downwards; only a signal handler may be on another one.
        const bool forward = cfa > rsp_ || rule.interrupts != 0;
        if (!forward || return_address > wire::kMaxNativeAddress) { return false; }
        restore_base(rule, cfa, frame.base_slot);
        rsp_ = cfa;
        place_ = return_address | (rule.interrupts != 0 ? wire::kInterruptedBit : 0);
        return true;
    }

    [[nodiscard]] bool met_unknown() const noexcept { return met_unknown_; }

private:
    [[gnu::noinline]] void fill(NativeCell& cell) noexcept {
        const std::uint64_t address = place_ & wire::kMaxNativeAddress;
        // A call may be the last instruction of its function: the return address then belongs to the next one.
        const bool interrupted = (place_ & wire::kInterruptedBit) != 0;
        const std::uint32_t module = look_up(modules_, interrupted ? address : address - 1, cell.rule);
        met_unknown_ = met_unknown_ || module == 0;
        cell.word = wire::native_word(module, place_);
    }

    bool frame_address(const UnwindRule& rule, std::uint64_t& slot, std::uint64_t& cfa) noexcept {
        const auto offset = static_cast<std::uint64_t>(std::int64_t{rule.cfa_offset});
        const auto addend = static_cast<std::uint64_t>(std::int64_t{rule.cfa_addend});
        switch (rule.cfa) {
            case CfaRule::kFromRsp:
                cfa = rsp_ + offset;
                return true;
            case CfaRule::kFromRbp:
                cfa = rbp_ + offset;
                return rbp_known_;
            case CfaRule::kLoadFromRsp:
            case CfaRule::kLoadFromRbp: {
                const bool by_rsp = rule.cfa == CfaRule::kLoadFromRsp;
                slot = (by_rsp ? rsp_ : rbp_) + offset;
                if (!window_.read(slot, cfa)) { return false; }
                cfa += addend;
                return by_rsp || rbp_known_;
            }
            case CfaRule::kPlt:
                cfa = rsp_ + offset + ((place_ & 15U) >= addend ? 8 : 0);
                return true;
            default:
                return false;
        }
    }

    bool saved_at(SavedAt where, std::int32_t by, std::uint64_t cfa, std::uint64_t& address) const noexcept {
        const auto offset = static_cast<std::uint64_t>(std::int64_t{by});
        switch (where) {
            case SavedAt::kFromCfa:
                address = cfa + offset;
                return true;
            case SavedAt::kFromRsp:
                address = rsp_ + offset;
                return true;
            case SavedAt::kFromRbp:
                address = rbp_ + offset;
                return rbp_known_;
            default:
                return false;
        }
    }

    void restore_base(const UnwindRule& rule, std::uint64_t cfa, std::uint64_t& slot) noexcept {
        if (rule.rbp == SavedAt::kUnchanged) { return; }
        rbp_known_ = saved_at(rule.rbp, rule.rbp_offset, cfa, slot) && window_.read(slot, rbp_);
    }

    const Modules& modules_;
    NativeBuffers& buffers_;
    StackWindow window_;
    std::uint64_t place_;  // address and kInterruptedBit
    std::uint64_t rsp_;
    std::uint64_t rbp_;
    bool rbp_known_{true};
    bool met_unknown_{false};
};

void forget_when_changed(const Modules& modules, NativeBuffers& buffers, NativeRoom& room) noexcept {
    const std::uint32_t version = modules.directory.version.load(std::memory_order_acquire);
    if (buffers.version == version) [[likely]] { return; }
    room.known = 0;
    const bool unused = buffers.version == 0;
    buffers.version = version;
    if (unused) { return; }  // zero as they are: untouched memory costs nothing
    for (NativeCell& cell : buffers.cells) { cell.word = 0; }
}

}  // namespace

WalkResult walk_native_stack(const Modules& modules, const WalkStart& start, NativeBuffers& buffers,
                             NativeRoom& room) noexcept {
    forget_when_changed(modules, buffers, room);
    Walk walk(modules, start, buffers);
    LastWalk last(room);
    bool whole = false;
    bool joined = false;
    bool more = true;
    while (more && !last.is_full() && !(joined = walk.joins(last))) {
        const NativeCell& cell = walk.cell();
        NativeFrame& frame = last.add();
        walk.describe(cell, frame);
        more = walk.leave(cell.rule, frame, whole);
    }
    last.finish(joined, whole);
    return {joined || whole, walk.met_unknown()};
}

}  // namespace memray::payload
