// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How the frames of one module of machine code are left: what .eh_frame says, reduced to what a walk along return
// addresses needs, and laid out to be searched. Compiled by the controller, read by the target and kept on disk.
//
//   table ─┬─ UnwindTable  header
//          ├─ uint32_t[]   rows: where each begins, in bytes from the start of the module's image, ascending, from 0
//          ├─ uint16_t[]   the number of each row's rule; padded to 4 bytes
//          └─ UnwindRule[] rules, each once; rule 0 is "stop here"
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace memray::wire {

// The canonical frame address: the stack pointer of the caller once the call has returned.
enum class CfaRule : std::uint8_t {
    kStop = 0,         // no frame, or one that cannot be expressed here
    kOutermost = 1,    // nobody called this: a thread begins here
    kFromRsp = 2,      // rsp + cfa_offset
    kFromRbp = 3,      // rbp + cfa_offset
    kLoadFromRsp = 4,  // what is at rsp + cfa_offset, + cfa_addend
    kLoadFromRbp = 5,  // what is at rbp + cfa_offset, + cfa_addend
    kPlt = 6,          // rsp + cfa_offset, + 8 if (rip & 15) >= cfa_addend
};

// Where the caller's value of a register is.
enum class SavedAt : std::uint8_t {
    kUnchanged = 0,  // still in the register
    kFromCfa = 1,    // in memory, at CFA + offset
    kFromRsp = 2,
    kFromRbp = 3,
    kLost = 4,
};

struct UnwindRule {
    CfaRule cfa{CfaRule::kStop};
    SavedAt rbp{SavedAt::kUnchanged};
    SavedAt return_address{SavedAt::kFromCfa};
    std::uint8_t interrupts{0};  // a signal frame: the caller did not call, it was interrupted at that address
    std::int32_t cfa_offset{0};
    std::int32_t cfa_addend{0};
    std::int32_t rbp_offset{0};
    std::int32_t return_offset{-8};

    friend bool operator==(const UnwindRule&, const UnwindRule&) = default;
};
static_assert(sizeof(UnwindRule) == 20);

struct UnwindTable {
    std::uint32_t row_count{0};
    std::uint32_t rule_count{0};
};
static_assert(sizeof(UnwindTable) == 8);

inline constexpr std::uint32_t kMaxUnwindRules = 1U << 16U;

constexpr std::uint64_t unwind_rows_offset() noexcept { return sizeof(UnwindTable); }
constexpr std::uint64_t unwind_numbers_offset(std::uint64_t rows) noexcept {
    return unwind_rows_offset() + rows * sizeof(std::uint32_t);
}
constexpr std::uint64_t unwind_rules_offset(std::uint64_t rows) noexcept {
    return (unwind_numbers_offset(rows) + rows * sizeof(std::uint16_t) + 3) / 4 * 4;
}
constexpr std::uint64_t unwind_table_size(std::uint64_t rows, std::uint64_t rules) noexcept {
    return unwind_rules_offset(rows) + rules * sizeof(UnwindRule);
}

// The rule for an address, in bytes from the start of the image. nullptr if the table, of which at most `limit` bytes
// are at hand, makes no sense. The reader may be late and find zeroes: counts are read once and checked.
inline const UnwindRule* find_unwind_rule(const UnwindTable* table, std::uint64_t limit,
                                          std::uint64_t address) noexcept {
    if (limit < sizeof(UnwindTable) || address > 0xffffffffU) { return nullptr; }
    const std::uint32_t rows = __atomic_load_n(&table->row_count, __ATOMIC_RELAXED);
    const std::uint32_t rules = __atomic_load_n(&table->rule_count, __ATOMIC_RELAXED);
    if (rows == 0 || unwind_table_size(rows, rules) > limit) { return nullptr; }
    const auto* bytes = reinterpret_cast<const unsigned char*>(table);
    const auto* begins = reinterpret_cast<const std::uint32_t*>(bytes + unwind_rows_offset());
    const auto* after = std::upper_bound(begins, begins + rows, static_cast<std::uint32_t>(address));
    if (after == begins) { return nullptr; }
    const auto* numbers = reinterpret_cast<const std::uint16_t*>(bytes + unwind_numbers_offset(rows));
    const std::uint16_t number = numbers[after - begins - 1];
    if (number >= rules) { return nullptr; }
    return reinterpret_cast<const UnwindRule*>(bytes + unwind_rules_offset(rows)) + number;
}

}  // namespace memray::wire
