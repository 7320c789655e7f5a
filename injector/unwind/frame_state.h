// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What call frame information says at one instruction about the registers that a walk needs.
#pragma once

#include <cstdint>

#include "injector/unwind/byte_cursor.h"
#include "payload/wire/unwind_table.h"

namespace memray::unwind {

// DWARF's numbers of x86-64 registers (System V ABI, figure 3.36).
inline constexpr std::uint64_t kRbp = 6;
inline constexpr std::uint64_t kRsp = 7;
inline constexpr std::uint64_t kReturnAddress = 16;

struct RegisterState {
    enum class Kind : std::uint8_t { kUnchanged, kAtCfa, kExpression, kUndefined, kOther };
    Kind kind{Kind::kUnchanged};
    std::int64_t offset{0};  // kAtCfa: saved at CFA + offset
    Bytes expression;        // kExpression: computes where it is saved
};

struct FrameState {
    bool cfa_is_known{false};
    std::uint64_t cfa_register{0};
    std::int64_t cfa_offset{0};
    Bytes cfa_expression;  // in place of the two, if not empty
    RegisterState rbp;
    RegisterState return_address;
};

// The rule of that state; "stop here" if it cannot be expressed. `signal`: of a signal frame.
[[nodiscard]] wire::UnwindRule rule_of(const FrameState& state, bool signal);

}  // namespace memray::unwind
