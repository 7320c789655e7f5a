// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Written by hand: one with call frame information whose rbp is not what its caller left there, and one without any,
// where a walk ends.
    .text

    .globl chain_assembly
    .type chain_assembly, @function
chain_assembly:
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    movq %rdi, %rbx
    xorl %ebp, %ebp
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    call plain_leaf@PLT
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
    ret
    .cfi_endproc
    .size chain_assembly, . - chain_assembly

    .globl chain_unknown
    .type chain_unknown, @function
chain_unknown:
    subq $8, %rsp
    call plain_leaf@PLT
    addq $8, %rsp
    ret
    .size chain_unknown, . - chain_unknown

    .section .note.GNU-stack, "", @progbits
