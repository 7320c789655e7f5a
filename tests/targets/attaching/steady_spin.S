# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
#
# void steady_spin(const struct Image* in, struct Image* out, uint64_t turns, int avx): see steady.c.
    .intel_syntax noprefix
    .set GENERAL, 512
    .set RED_ZONE, GENERAL + 88
    .set FLAGS, RED_ZONE + 128
    .set MXCSR, FLAGS + 8
    .set X87_CONTROL, MXCSR + 4
    .set X87_TOP, MXCSR + 16

    .macro each_general action
    \action rax, 0
    \action rbx, 1
    \action rbp, 2
    \action r8, 3
    \action r9, 4
    \action r10, 5
    \action r11, 6
    \action r12, 7
    \action r13, 8
    \action r14, 9
    \action r15, 10
    .endm
    .macro load_general register, index
    mov \register, [rdi + GENERAL + 8 * \index]
    .endm
    .macro store_general register, index
    mov [rsi + GENERAL + 8 * \index], \register
    .endm

    .text
    .globl steady_spin
    .hidden steady_spin
    .type steady_spin, @function
steady_spin:
    .cfi_startproc
    push rbx
    .cfi_adjust_cfa_offset 8
    push rbp
    .cfi_adjust_cfa_offset 8
    push r12
    .cfi_adjust_cfa_offset 8
    push r13
    .cfi_adjust_cfa_offset 8
    push r14
    .cfi_adjust_cfa_offset 8
    push r15
    .cfi_adjust_cfa_offset 8
    # What the C code needs afterwards, above the red zone.
    push rcx
    .cfi_adjust_cfa_offset 8
    sub rsp, 16
    .cfi_adjust_cfa_offset 16
    stmxcsr [rsp]
    fnstcw [rsp + 4]

    # The vector registers: 32 bytes each with AVX, else 16.
    test ecx, ecx
    jz 1f
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovdqu ymm\n, [rdi + 32 * \n]
    .endr
    jmp 2f
1:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movdqu xmm\n, [rdi + 32 * \n]
    .endr
2:
    ldmxcsr [rdi + MXCSR]
    fldcw [rdi + X87_CONTROL]
    fld tbyte ptr [rdi + X87_TOP]
    .set place, 0
    .rept 16
    mov rax, [rdi + RED_ZONE + 8 * place]
    mov [rsp - 8 - 8 * place], rax
    .set place, place + 1
    .endr
    each_general load_general

    # rcx and the flags are the only ones that change: lea and jrcxz leave the flags alone.
    mov rcx, rdx
    mov rdx, [rdi + FLAGS]
    # The flags come through memory that is not the red zone.
    lea rsp, [rsp - 256]
    push rdx
    popfq
    lea rsp, [rsp + 256]
3:
    jrcxz 4f
    lea rcx, [rcx - 1]
    jmp 3b
4:
    lea rsp, [rsp - 256]
    pushfq
    pop rdx
    lea rsp, [rsp + 256]
    and edx, 0x8d5
    mov [rsi + FLAGS], rdx
    each_general store_general
    .set place, 0
    .rept 16
    mov rax, [rsp - 8 - 8 * place]
    mov [rsi + RED_ZONE + 8 * place], rax
    .set place, place + 1
    .endr
    stmxcsr [rsi + MXCSR]
    fnstcw [rsi + X87_CONTROL]
    fstp tbyte ptr [rsi + X87_TOP]

    cmp dword ptr [rsp + 16], 0
    jz 5f
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovdqu [rsi + 32 * \n], ymm\n
    .endr
    vzeroupper
    jmp 6f
5:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movdqu [rsi + 32 * \n], xmm\n
    .endr
6:
    ldmxcsr [rsp]
    fldcw [rsp + 4]
    add rsp, 16
    .cfi_adjust_cfa_offset -16
    pop rcx
    .cfi_adjust_cfa_offset -8
    pop r15
    .cfi_adjust_cfa_offset -8
    pop r14
    .cfi_adjust_cfa_offset -8
    pop r13
    .cfi_adjust_cfa_offset -8
    pop r12
    .cfi_adjust_cfa_offset -8
    pop rbp
    .cfi_adjust_cfa_offset -8
    pop rbx
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_endproc
    .size steady_spin, . - steady_spin
    .section .note.GNU-stack, "", @progbits
