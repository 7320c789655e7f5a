// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/loader_hooks.h"

#include "payload/got/rescan.h"
#include "payload/hooks/originals.h"
#include "payload/thread.h"

extern "C" {
#define MEMRAY_LOADER_ORIGINALS(name) void* memray_original_##name[memray::payload::kVariants];
MEMRAY_LOADER_HOOKS(MEMRAY_LOADER_ORIGINALS)
}

namespace memray::payload {

extern "C" void note_loader_call(bool changes) noexcept {
    if (!is_armed() || this_thread.activity != Activity::kNone) { return; }
    const RecordingScope scope;
    if (!scope) { return; }
    leave_loader();
    rescan_if_wanted();
    if (changes) { enter_loader(); }
}

static_assert(kVariants == 6, "as the assembler is told");
static_assert(kLoaderHookSize == 32);

// The hook of each variant, one after the other. At entry rsp is 8 below a multiple of 16, so five pushes align it for
// the call. rax is not an argument of these functions and only pads.
#define MEMRAY_LOADER_HOOK(name, changes)                       \
    __asm__(                                                    \
        ".pushsection .text\n"                                  \
        ".balign 32\n"                                          \
        ".globl memray_hooks_" #name                            \
        "\n"                                                    \
        ".hidden memray_hooks_" #name                           \
        "\n"                                                    \
        ".type memray_hooks_" #name                             \
        ", @function\n"                                         \
        "memray_hooks_" #name                                   \
        ":\n"                                                   \
        ".set memray_variant, 0\n"                              \
        ".rept 6\n"                                             \
        ".balign 32\n"                                          \
        ".cfi_startproc\n"                                      \
        "endbr64\n"                                             \
        "push %rdi\n"                                           \
        ".cfi_adjust_cfa_offset 8\n"                            \
        "push %rsi\n"                                           \
        ".cfi_adjust_cfa_offset 8\n"                            \
        "push %rdx\n"                                           \
        ".cfi_adjust_cfa_offset 8\n"                            \
        "push %rcx\n"                                           \
        ".cfi_adjust_cfa_offset 8\n"                            \
        "push %rax\n"                                           \
        ".cfi_adjust_cfa_offset 8\n"                            \
        "mov $" #changes                                        \
        ", %edi\n"                                              \
        "call note_loader_call\n"                               \
        "pop %rax\n"                                            \
        ".cfi_adjust_cfa_offset -8\n"                           \
        "pop %rcx\n"                                            \
        ".cfi_adjust_cfa_offset -8\n"                           \
        "pop %rdx\n"                                            \
        ".cfi_adjust_cfa_offset -8\n"                           \
        "pop %rsi\n"                                            \
        ".cfi_adjust_cfa_offset -8\n"                           \
        "pop %rdi\n"                                            \
        ".cfi_adjust_cfa_offset -8\n"                           \
        "jmp *memray_original_" #name                           \
        " + 8 * memray_variant(%rip)\n"                         \
        ".cfi_endproc\n"                                        \
        ".set memray_variant, memray_variant + 1\n"             \
        ".endr\n"                                               \
        ".size memray_hooks_" #name ", . - memray_hooks_" #name \
        "\n"                                                    \
        ".popsection\n");

MEMRAY_LOADER_HOOK(dlopen, 1)
MEMRAY_LOADER_HOOK(dlmopen, 1)
MEMRAY_LOADER_HOOK(dlsym, 0)
MEMRAY_LOADER_HOOK(dlvsym, 0)
MEMRAY_LOADER_HOOK(dlclose, 1)

}  // namespace memray::payload
