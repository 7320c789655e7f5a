// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/frame_state.h"

#include <dwarf.h>

#include <array>
#include <limits>
#include <optional>

namespace memray::unwind {
namespace {

using wire::CfaRule;
using wire::SavedAt;
using wire::UnwindRule;

constexpr std::int64_t kReturnAtCfa = -8;

bool fits(std::int64_t value) {
    return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
}

// rsp or rbp plus a constant.
struct Address {
    bool from_rsp{false};
    std::int32_t offset{0};
};

std::optional<Address> read_address(ByteCursor& cursor) {
    const std::uint8_t operation = cursor.byte();
    const std::int64_t offset = cursor.signed_leb();
    if (cursor.failed() || !fits(offset)) { return std::nullopt; }
    if (operation != DW_OP_breg0 + kRsp && operation != DW_OP_breg0 + kRbp) { return std::nullopt; }
    return Address{operation == DW_OP_breg0 + kRsp, static_cast<std::int32_t>(offset)};
}

// An expression that is nothing but an address.
std::optional<Address> only_address(Bytes expression) {
    ByteCursor cursor(expression);
    const auto address = read_address(cursor);
    return cursor.done() ? address : std::nullopt;
}

// The rest of what linkers write for a PLT entry, after "rsp + n": 8 more once its push was executed, which the address
// tells: + (((rip & 15) >= k) << 3). Returns k.
std::optional<std::int32_t> read_plt_step(ByteCursor cursor) {
    constexpr std::array<std::uint8_t, 4> kBefore{DW_OP_breg16, 0, DW_OP_lit15, DW_OP_and};
    constexpr std::array<std::uint8_t, 4> kAfter{DW_OP_ge, DW_OP_lit3, DW_OP_shl, DW_OP_plus};
    for (const std::uint8_t expected : kBefore) {
        if (cursor.byte() != expected) { return std::nullopt; }
    }
    const std::uint8_t literal = cursor.byte();
    for (const std::uint8_t expected : kAfter) {
        if (cursor.byte() != expected) { return std::nullopt; }
    }
    const bool good = cursor.done() && !cursor.failed() && literal >= DW_OP_lit0 && literal <= DW_OP_lit15;
    return good ? std::optional(literal - DW_OP_lit0) : std::nullopt;
}

// "what is there", or "what is there, + n": a frame that was aligned at run time, and functions written by hand that
// keep the caller's stack pointer in their frame. Returns n.
std::optional<std::int32_t> read_load(ByteCursor cursor) {
    if (cursor.byte() != DW_OP_deref) { return std::nullopt; }
    if (cursor.done()) { return 0; }
    if (cursor.byte() != DW_OP_plus_uconst) { return std::nullopt; }
    const std::uint64_t addend = cursor.unsigned_leb();
    const bool good = cursor.done() && !cursor.failed() && addend <= std::numeric_limits<std::int32_t>::max();
    return good ? std::optional(static_cast<std::int32_t>(addend)) : std::nullopt;
}

void set_expression(UnwindRule& rule, Bytes expression) {
    ByteCursor cursor(expression);
    const auto address = read_address(cursor);
    if (!address) { return; }
    rule.cfa_offset = address->offset;
    if (cursor.done()) {
        rule.cfa = address->from_rsp ? CfaRule::kFromRsp : CfaRule::kFromRbp;
    } else if (const auto addend = read_load(cursor)) {
        rule.cfa = address->from_rsp ? CfaRule::kLoadFromRsp : CfaRule::kLoadFromRbp;
        rule.cfa_addend = *addend;
    } else if (const auto step = read_plt_step(cursor); step && address->from_rsp) {
        rule.cfa = CfaRule::kPlt;
        rule.cfa_addend = *step;
    }
}

void set_cfa(UnwindRule& rule, const FrameState& state) {
    if (!state.cfa_is_known) { return; }
    if (!state.cfa_expression.empty()) { return set_expression(rule, state.cfa_expression); }
    if (!fits(state.cfa_offset)) { return; }
    rule.cfa_offset = static_cast<std::int32_t>(state.cfa_offset);
    if (state.cfa_register == kRsp) { rule.cfa = CfaRule::kFromRsp; }
    if (state.cfa_register == kRbp) { rule.cfa = CfaRule::kFromRbp; }
}

// False if it cannot be expressed.
bool set_saved(const RegisterState& state, SavedAt& saved, std::int32_t& offset) {
    offset = 0;
    switch (state.kind) {
        case RegisterState::Kind::kUnchanged:
            saved = SavedAt::kUnchanged;
            return true;
        case RegisterState::Kind::kAtCfa:
            saved = SavedAt::kFromCfa;
            offset = static_cast<std::int32_t>(state.offset);
            return fits(state.offset);
        case RegisterState::Kind::kExpression:
            if (const auto address = only_address(state.expression)) {
                saved = address->from_rsp ? SavedAt::kFromRsp : SavedAt::kFromRbp;
                offset = address->offset;
                return true;
            }
            return false;
        default:
            return false;
    }
}

}  // namespace

UnwindRule rule_of(const FrameState& state, bool signal) {
    UnwindRule rule;
    if (state.return_address.kind == RegisterState::Kind::kUndefined) {
        rule.cfa = CfaRule::kOutermost;
        return rule;
    }
    set_cfa(rule, state);
    if (rule.cfa == CfaRule::kStop) { return {}; }
    // Where the walk needs it, the caller's rbp being lost ends it there; most callers do not need it.
    if (!set_saved(state.rbp, rule.rbp, rule.rbp_offset)) { rule.rbp = SavedAt::kLost; }
    // Unless said otherwise, a call has pushed it.
    RegisterState return_address = state.return_address;
    if (return_address.kind == RegisterState::Kind::kUnchanged) {
        return_address = {RegisterState::Kind::kAtCfa, kReturnAtCfa, {}};
    }
    if (!set_saved(return_address, rule.return_address, rule.return_offset)) { return {}; }
    rule.interrupts = signal ? 1 : 0;
    return rule;
}

}  // namespace memray::unwind
