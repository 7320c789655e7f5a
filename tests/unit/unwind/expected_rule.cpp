// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "tests/unit/unwind/expected_rule.h"

#include <dwarf.h>

#include <array>
#include <cstdlib>
#include <span>

namespace memray::tests {
namespace {

using wire::CfaRule;
using wire::SavedAt;
using wire::UnwindRule;

constexpr int kRbpNumber = 6;
constexpr int kRspNumber = 7;
constexpr int kRipNumber = 16;

using Operations = std::span<const Dwarf_Op>;

struct Place {
    int base{0};  // register
    std::int32_t offset{0};
};

std::optional<Place> place_of(const Dwarf_Op& operation) {
    if (operation.atom == DW_OP_bregx) {
        return Place{static_cast<int>(operation.number), static_cast<std::int32_t>(operation.number2)};
    }
    if (operation.atom >= DW_OP_breg0 && operation.atom <= DW_OP_breg31) {
        return Place{operation.atom - DW_OP_breg0, static_cast<std::int32_t>(operation.number)};
    }
    return std::nullopt;
}

bool is_plt(Operations rest) {
    constexpr std::array<int, 7> kAtoms{DW_OP_breg16, DW_OP_lit15, DW_OP_and, -1, DW_OP_ge, DW_OP_lit3, DW_OP_shl};
    if (rest.size() != kAtoms.size() + 1 || rest[0].number != 0 || rest.back().atom != DW_OP_plus) { return false; }
    for (std::size_t i = 0; i < kAtoms.size(); ++i) {
        if (kAtoms.at(i) != -1 && rest[i].atom != kAtoms.at(i)) { return false; }
    }
    return true;
}

void set_cfa(UnwindRule& rule, Operations operations) {
    const auto place = operations.empty() ? std::nullopt : place_of(operations[0]);
    if (!place || (place->base != kRspNumber && place->base != kRbpNumber)) { return; }
    const bool rsp = place->base == kRspNumber;
    const Operations rest = operations.subspan(1);
    rule.cfa_offset = place->offset;
    if (rest.empty()) {
        rule.cfa = rsp ? CfaRule::kFromRsp : CfaRule::kFromRbp;
    } else if (rest[0].atom == DW_OP_deref && rest.size() <= 2) {
        if (rest.size() == 2 && rest[1].atom != DW_OP_plus_uconst) { return; }
        rule.cfa = rsp ? CfaRule::kLoadFromRsp : CfaRule::kLoadFromRbp;
        rule.cfa_addend = rest.size() == 2 ? static_cast<std::int32_t>(rest[1].number) : 0;
    } else if (rsp && is_plt(rest)) {
        rule.cfa = CfaRule::kPlt;
        rule.cfa_addend = rest[3].atom - DW_OP_lit0;
    }
}

struct Saved {
    SavedAt at{SavedAt::kLost};
    std::int32_t offset{0};
    bool undefined{false};
};

Saved saved(Dwarf_Frame* frame, int number) {
    std::array<Dwarf_Op, 3> memory{};
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (::dwarf_frame_register(frame, number, memory.data(), &operations, &count) != 0) { return {}; }
    if (count == 0) { return {operations == nullptr ? SavedAt::kUnchanged : SavedAt::kLost, 0, operations != nullptr}; }
    Operations rest(operations, count);
    if (rest[0].atom != DW_OP_call_frame_cfa) { return {}; }
    rest = rest.subspan(1);
    if (rest.empty()) { return {SavedAt::kFromCfa, 0, false}; }
    if (rest.size() > 1) { return {}; }
    if (rest[0].atom == DW_OP_plus_uconst) {
        return {SavedAt::kFromCfa, static_cast<std::int32_t>(rest[0].number), false};
    }
    // An expression: it begins with the CFA on the stack, and puts its own result on top.
    const auto place = place_of(rest[0]);
    if (!place) { return {}; }
    if (place->base == kRspNumber) { return {SavedAt::kFromRsp, place->offset, false}; }
    if (place->base == kRbpNumber) { return {SavedAt::kFromRbp, place->offset, false}; }
    return {};
}

UnwindRule rule_in(Dwarf_Frame* frame, bool signal) {
    UnwindRule rule;
    const Saved rip = saved(frame, kRipNumber);
    if (rip.undefined) {
        rule.cfa = CfaRule::kOutermost;
        return rule;
    }
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (::dwarf_frame_cfa(frame, &operations, &count) != 0) { return {}; }
    set_cfa(rule, Operations(operations, count));
    if (rule.cfa == CfaRule::kStop || rip.at == SavedAt::kLost) { return {}; }
    const Saved rbp = saved(frame, kRbpNumber);
    rule.rbp = rbp.at;
    rule.rbp_offset = rbp.at == SavedAt::kLost ? 0 : rbp.offset;
    rule.return_address = rip.at;
    rule.return_offset = rip.offset;
    rule.interrupts = signal ? 1 : 0;
    return rule;
}

}  // namespace

std::optional<ExpectedRule> expected_rule(Dwarf_CFI* cfi, std::uint64_t address) {
    Dwarf_Frame* frame = nullptr;
    if (::dwarf_cfi_addrframe(cfi, address, &frame) != 0) { return std::nullopt; }
    ExpectedRule expected;
    bool signal = false;
    ::dwarf_frame_info(frame, &expected.begin, &expected.end, &signal);
    expected.rule = rule_in(frame, signal);
    std::free(frame);
    return expected;
}

}  // namespace memray::tests
