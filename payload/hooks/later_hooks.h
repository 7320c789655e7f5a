// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The hooks of the variants from 1 on (variants.h). They are many and hardly ever run, and the library has to be small
// enough to be loaded where files must be (ulimit -f). So all variants of a hook share one function,
// `memray_later_<name>`, whose last argument is the variant's number; their own code, in one block with a fixed size
// for each, only adds that number and goes on.
#pragma once

#define MEMRAY_LATER_HOOKS_BY(name, count, size, instructions)              \
    __asm__(                                                                \
        ".pushsection .text\n"                                              \
        ".balign " #size                                                    \
        "\n"                                                                \
        ".globl memray_later_hooks_" #name                                  \
        "\n"                                                                \
        ".hidden memray_later_hooks_" #name                                 \
        "\n"                                                                \
        ".type memray_later_hooks_" #name                                   \
        ", @function\n"                                                     \
        "memray_later_hooks_" #name                                         \
        ":\n"                                                               \
        ".cfi_startproc\n"                                                  \
        ".set memray_variant, 1\n"                                          \
        ".rept " #count                                                     \
        "\n"                                                                \
        ".balign " #size "\nendbr64\n" instructions                         \
        ".set memray_variant, memray_variant + 1\n"                         \
        ".endr\n"                                                           \
        ".cfi_endproc\n"                                                    \
        ".size memray_later_hooks_" #name ", . - memray_later_hooks_" #name \
        "\n"                                                                \
        ".popsection\n");

// `argument`: the register (32 bits) of the argument after the hook's own.
#define MEMRAY_LATER_HOOKS(name, count, size, argument) \
    MEMRAY_LATER_HOOKS_BY(name, count, size, "mov $memray_variant, %" #argument "\njmp memray_later_" #name "\n")

// The same where six arguments of its own leave no register. With a frame, as all of this library (native_stack.cpp);
// pushed twice, for the alignment.
#define MEMRAY_LATER_HOOKS_AFTER_6(name, count, size)                                                                \
    MEMRAY_LATER_HOOKS_BY(                                                                                           \
        name, count, size,                                                                                           \
        "push %rbp\n.cfi_adjust_cfa_offset 8\n.cfi_rel_offset %rbp, 0\nmov %rsp, %rbp\n.cfi_def_cfa_register %rbp\n" \
        "push $memray_variant\npush $memray_variant\ncall memray_later_" #name                                       \
        "\nleave\n.cfi_def_cfa %rsp, 8\n.cfi_restore %rbp\nret\n")
