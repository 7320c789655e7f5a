// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/frame_program.h"

#include <dwarf.h>

namespace memray::unwind {
namespace {

using Kind = RegisterState::Kind;

constexpr std::size_t kMaxRemembered = 64;
// The three most frequent instructions have an operand in their lower bits.
constexpr unsigned kOperandBits = 6;
constexpr std::uint8_t kOperandMask = (1U << kOperandBits) - 1;

class FrameProgram {
public:
    FrameProgram(const FrameConventions& conventions, const FunctionFrames& function, std::vector<Row>& rows)
        : conventions_(conventions), function_(function), rows_(rows), address_(function.begin) {}

    void run() {
        bool good = execute_all(conventions_.initial_instructions);
        initial_ = state_;
        good = good && execute_all(function_.instructions);
        if (!good) { state_ = {}; }
        move_to(function_.end);
    }

private:
    bool execute_all(Bytes instructions) {
        ByteCursor cursor(instructions);
        while (!cursor.done()) {
            if (!execute(cursor.byte(), cursor) || cursor.failed()) { return false; }
        }
        return true;
    }

    bool execute(std::uint8_t instruction, ByteCursor& cursor) {
        const std::uint8_t operand = instruction & kOperandMask;
        switch (instruction & ~kOperandMask) {
            case DW_CFA_advance_loc:
                return advance(operand);
            case DW_CFA_offset:
                return set(operand, saved_at(scaled(cursor.unsigned_leb())));
            case DW_CFA_restore:
                return restore(operand);
            default:
                return execute_extended(instruction, cursor);
        }
    }

    bool execute_extended(std::uint8_t instruction, ByteCursor& cursor) {
        switch (instruction) {
            case DW_CFA_nop:
                return true;
            case DW_CFA_advance_loc1:
                return advance(cursor.byte());
            case DW_CFA_advance_loc2:
                return advance(cursor.fixed<std::uint16_t>());
            case DW_CFA_advance_loc4:
                return advance(cursor.fixed<std::uint32_t>());
            case DW_CFA_remember_state:
                return remember();
            case DW_CFA_restore_state:
                return restore_remembered();
            case DW_CFA_GNU_args_size:  // what the callee's arguments take: of no use to a walk
                cursor.unsigned_leb();
                return true;
            default:
                return execute_cfa(instruction, cursor) || execute_register(instruction, cursor);
        }
    }

    bool execute_cfa(std::uint8_t instruction, ByteCursor& cursor) {
        switch (instruction) {
            case DW_CFA_def_cfa:
                state_.cfa_register = cursor.unsigned_leb();
                return set_cfa_offset(static_cast<std::int64_t>(cursor.unsigned_leb()));
            case DW_CFA_def_cfa_sf:
                state_.cfa_register = cursor.unsigned_leb();
                return set_cfa_offset(scaled(cursor.signed_leb()));
            case DW_CFA_def_cfa_register:
                state_.cfa_register = cursor.unsigned_leb();
                return set_cfa_offset(state_.cfa_offset);
            case DW_CFA_def_cfa_offset:
                return set_cfa_offset(static_cast<std::int64_t>(cursor.unsigned_leb()));
            case DW_CFA_def_cfa_offset_sf:
                return set_cfa_offset(scaled(cursor.signed_leb()));
            case DW_CFA_def_cfa_expression:
                state_.cfa_is_known = true;
                state_.cfa_expression = cursor.take(cursor.unsigned_leb());
                return true;
            default:
                return false;
        }
    }

    // Those that say where a register is. False for an unknown instruction.
    bool execute_register(std::uint8_t instruction, ByteCursor& cursor) {
        const std::uint64_t number = cursor.unsigned_leb();
        switch (instruction) {
            case DW_CFA_offset_extended:
                return set(number, saved_at(scaled(cursor.unsigned_leb())));
            case DW_CFA_offset_extended_sf:
                return set(number, saved_at(scaled(cursor.signed_leb())));
            case DW_CFA_GNU_negative_offset_extended:
                return set(number, saved_at(scaled(0 - cursor.unsigned_leb())));
            case DW_CFA_restore_extended:
                return restore(number);
            case DW_CFA_undefined:
                return set(number, {Kind::kUndefined, 0, {}});
            case DW_CFA_same_value:
                return set(number, {});
            case DW_CFA_expression:
                return set(number, {Kind::kExpression, 0, cursor.take(cursor.unsigned_leb())});
            case DW_CFA_val_expression:
                cursor.take(cursor.unsigned_leb());
                return set(number, {Kind::kOther, 0, {}});
            case DW_CFA_register:
            case DW_CFA_val_offset:
            case DW_CFA_val_offset_sf:
                cursor.unsigned_leb();
                return set(number, {Kind::kOther, 0, {}});
            default:
                return false;
        }
    }

    static RegisterState saved_at(std::int64_t offset) { return {Kind::kAtCfa, offset, {}}; }
    // Unsigned: whatever the input, no overflow.
    [[nodiscard]] std::int64_t scaled(std::uint64_t factored) const {
        return static_cast<std::int64_t>(factored * static_cast<std::uint64_t>(conventions_.data_alignment));
    }
    [[nodiscard]] std::int64_t scaled(std::int64_t factored) const {
        return scaled(static_cast<std::uint64_t>(factored));
    }

    bool set_cfa_offset(std::int64_t offset) {
        state_.cfa_is_known = true;
        state_.cfa_offset = offset;
        state_.cfa_expression = {};
        return true;
    }
    bool set(std::uint64_t number, const RegisterState& value) {
        if (number == kRbp) { state_.rbp = value; }
        if (number == kReturnAddress) { state_.return_address = value; }
        return true;
    }
    bool restore(std::uint64_t number) { return set(number, number == kRbp ? initial_.rbp : initial_.return_address); }
    bool remember() {
        remembered_.push_back(state_);
        return remembered_.size() <= kMaxRemembered;
    }
    bool restore_remembered() {
        if (remembered_.empty()) { return false; }
        state_ = remembered_.back();
        remembered_.pop_back();
        return true;
    }

    bool advance(std::uint64_t count) {
        const std::uint64_t bytes = count * conventions_.code_alignment;
        if (bytes > function_.end - address_) { return false; }
        move_to(address_ + bytes);
        return true;
    }
    void move_to(std::uint64_t address) {
        if (address > address_) { rows_.push_back({address_, rule_of(state_, conventions_.signal)}); }
        address_ = address;
    }

    const FrameConventions& conventions_;
    const FunctionFrames& function_;
    std::vector<Row>& rows_;
    std::uint64_t address_;
    FrameState state_;
    FrameState initial_;
    std::vector<FrameState> remembered_;
};

}  // namespace

void append_rows(const FrameConventions& conventions, const FunctionFrames& function, std::vector<Row>& rows) {
    FrameProgram(conventions, function, rows).run();
}

}  // namespace memray::unwind
