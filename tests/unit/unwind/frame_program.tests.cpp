// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/frame_program.h"

#include <dwarf.h>

#include <catch2/catch.hpp>

using namespace memray;
using unwind::Row;
using wire::CfaRule;
using wire::SavedAt;
using wire::UnwindRule;

namespace {

using Code = std::vector<std::uint8_t>;

// At entry: CFA = rsp + 8, return address at CFA - 8; factors 1 and -8.
const Code kEntry{DW_CFA_def_cfa, 7, 8, DW_CFA_offset | 16, 1};

std::vector<Row> rows_of(const Code& code, const Code& initial = kEntry, bool signal = false) {
    std::vector<Row> rows;
    unwind::append_rows({1, -8, signal, initial}, {0x1000, 0x1100, code}, rows);
    return rows;
}

UnwindRule from_rsp(std::int32_t offset) {
    UnwindRule rule;
    rule.cfa = CfaRule::kFromRsp;
    rule.cfa_offset = offset;
    return rule;
}

UnwindRule only_rule(const Code& code) {
    const std::vector<Row> rows = rows_of(code);
    REQUIRE(rows.size() == 1);
    return rows[0].rule;
}

Code expression(std::uint8_t instruction, const Code& operations) {
    Code code{instruction};
    if (instruction == DW_CFA_expression) { code.push_back(6); }
    code.push_back(static_cast<std::uint8_t>(operations.size()));
    code.insert(code.end(), operations.begin(), operations.end());
    return code;
}

}  // namespace

TEST_CASE("a function that says nothing has the one row of its unit") {
    const std::vector<Row> rows = rows_of({});
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].address == 0x1000);
    CHECK(rows[0].rule == from_rsp(8));
}

TEST_CASE("a frame pointer's life makes three rows") {
    const std::vector<Row> rows =
        rows_of({DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 16, DW_CFA_offset | 6, 2, DW_CFA_advance_loc | 3,
                 DW_CFA_def_cfa_register, 6, DW_CFA_advance_loc1, 0x40, DW_CFA_def_cfa, 7, 8, DW_CFA_restore | 6});
    REQUIRE(rows.size() == 4);
    UnwindRule pushed = from_rsp(16);
    pushed.rbp = SavedAt::kFromCfa;
    pushed.rbp_offset = -16;
    UnwindRule body = pushed;
    body.cfa = CfaRule::kFromRbp;
    CHECK(rows[1].address == 0x1001);
    CHECK(rows[1].rule == pushed);
    CHECK(rows[2].address == 0x1004);
    CHECK(rows[2].rule == body);
    CHECK(rows[3].address == 0x1044);
    CHECK(rows[3].rule == from_rsp(8));
}

TEST_CASE("a remembered state comes back with its CFA") {
    const std::vector<Row> rows =
        rows_of({DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 32, DW_CFA_remember_state, DW_CFA_advance_loc | 1,
                 DW_CFA_def_cfa_offset, 8, DW_CFA_advance_loc | 1, DW_CFA_restore_state});
    REQUIRE(rows.size() == 4);
    CHECK(rows[2].rule == from_rsp(8));
    CHECK(rows[3].rule == from_rsp(32));
}

TEST_CASE("a frame aligned at run time loads its CFA, and rbp is where rbp points") {
    Code code = expression(DW_CFA_def_cfa_expression, {DW_OP_breg6, 0x78, DW_OP_deref});
    const Code rbp = expression(DW_CFA_expression, {DW_OP_breg6, 0});
    code.insert(code.end(), rbp.begin(), rbp.end());
    UnwindRule expected;
    expected.cfa = CfaRule::kLoadFromRbp;
    expected.cfa_offset = -8;
    expected.rbp = SavedAt::kFromRbp;
    CHECK(only_rule(code) == expected);
}

TEST_CASE("a stack pointer kept in the frame is loaded and added to") {
    UnwindRule expected;
    expected.cfa = CfaRule::kLoadFromRsp;
    expected.cfa_offset = 152;
    expected.cfa_addend = 8;
    CHECK(only_rule(expression(DW_CFA_def_cfa_expression,
                               {DW_OP_breg7, 0x98, 0x01, DW_OP_deref, DW_OP_plus_uconst, 8})) == expected);
}

TEST_CASE("a PLT entry's CFA depends on the address") {
    UnwindRule expected;
    expected.cfa = CfaRule::kPlt;
    expected.cfa_offset = 8;
    expected.cfa_addend = 11;
    CHECK(only_rule(expression(DW_CFA_def_cfa_expression,
                               {DW_OP_breg7, 8, DW_OP_breg16, 0, DW_OP_lit15, DW_OP_and, DW_OP_lit11, DW_OP_ge,
                                DW_OP_lit3, DW_OP_shl, DW_OP_plus})) == expected);
}

TEST_CASE("a signal frame finds everything from the stack pointer") {
    Code code = expression(DW_CFA_def_cfa_expression, {DW_OP_breg7, 0xa0, 0x01, DW_OP_deref});
    for (const Code& part : {expression(DW_CFA_expression, {DW_OP_breg7, 0xf8, 0x00}),
                             Code{DW_CFA_expression, 16, 3, DW_OP_breg7, 0xa8, 0x01}}) {
        code.insert(code.end(), part.begin(), part.end());
    }
    const std::vector<Row> rows = rows_of(code, kEntry, true);
    REQUIRE(rows.size() == 1);
    UnwindRule expected;
    expected.cfa = CfaRule::kLoadFromRsp;
    expected.cfa_offset = 160;
    expected.rbp = SavedAt::kFromRsp;
    expected.rbp_offset = 120;
    expected.return_address = SavedAt::kFromRsp;
    expected.return_offset = 168;
    expected.interrupts = 1;
    CHECK(rows[0].rule == expected);
}

TEST_CASE("an undefined return address is where a thread begins") {
    CHECK(only_rule({DW_CFA_undefined, 16}).cfa == CfaRule::kOutermost);
}

TEST_CASE("what cannot be expressed stops the walk") {
    const UnwindRule stop;
    CHECK(only_rule({DW_CFA_def_cfa, 10, 0}) == stop);                                               // r10
    CHECK(only_rule(expression(DW_CFA_def_cfa_expression, {DW_OP_breg3, 0, DW_OP_deref})) == stop);  // rbx
    CHECK(only_rule({DW_CFA_register, 16, 3}) == stop);  // the return address in rbx
    CHECK(only_rule({DW_CFA_register, 6, 3}).rbp == SavedAt::kLost);
}

TEST_CASE("unknown and broken instructions stop the walk to the end of the function") {
    const UnwindRule stop;
    CHECK(only_rule({0x3d}) == stop);
    CHECK(only_rule({DW_CFA_restore_state}) == stop);
    CHECK(only_rule({DW_CFA_def_cfa_offset, 0x80}) == stop);
    CHECK(only_rule({DW_CFA_advance_loc4, 0xff, 0xff, 0xff, 0xff}) == stop);
    CHECK(only_rule(Code(100, DW_CFA_remember_state)) == stop);
}
