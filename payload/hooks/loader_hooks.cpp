// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/loader_hooks.h"

#include "payload/got/rescan.h"
#include "payload/hooks/originals.h"
#include "payload/thread.h"

extern "C" {
[[gnu::visibility("hidden")]] void* memray_original_dlopen;
[[gnu::visibility("hidden")]] void* memray_original_dlmopen;
[[gnu::visibility("hidden")]] void* memray_original_dlsym;
[[gnu::visibility("hidden")]] void* memray_original_dlvsym;
[[gnu::visibility("hidden")]] void* memray_original_dlclose;
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

void bind_loader_hooks() noexcept {
    memray_original_dlopen = reinterpret_cast<void*>(originals.dlopen);
    memray_original_dlmopen = reinterpret_cast<void*>(originals.dlmopen);
    memray_original_dlsym = reinterpret_cast<void*>(originals.dlsym);
    memray_original_dlvsym = reinterpret_cast<void*>(originals.dlvsym);
    memray_original_dlclose = reinterpret_cast<void*>(originals.dlclose);
}

}  // namespace memray::payload

// At entry rsp is 8 below a multiple of 16, so five pushes align it for the call. rax is not an argument of these
// functions and only pads.
#define MEMRAY_LOADER_STUB(name, changes)       \
    __asm__(                                    \
        ".pushsection .text\n"                  \
        ".globl hook_" #name                    \
        "\n"                                    \
        ".hidden hook_" #name                   \
        "\n"                                    \
        ".type hook_" #name                     \
        ", @function\n"                         \
        "hook_" #name                           \
        ":\n"                                   \
        ".cfi_startproc\n"                      \
        "endbr64\n"                             \
        "push %rdi\n"                           \
        ".cfi_adjust_cfa_offset 8\n"            \
        "push %rsi\n"                           \
        ".cfi_adjust_cfa_offset 8\n"            \
        "push %rdx\n"                           \
        ".cfi_adjust_cfa_offset 8\n"            \
        "push %rcx\n"                           \
        ".cfi_adjust_cfa_offset 8\n"            \
        "push %rax\n"                           \
        ".cfi_adjust_cfa_offset 8\n"            \
        "mov $" #changes                        \
        ", %edi\n"                              \
        "call note_loader_call\n"               \
        "pop %rax\n"                            \
        ".cfi_adjust_cfa_offset -8\n"           \
        "pop %rcx\n"                            \
        ".cfi_adjust_cfa_offset -8\n"           \
        "pop %rdx\n"                            \
        ".cfi_adjust_cfa_offset -8\n"           \
        "pop %rsi\n"                            \
        ".cfi_adjust_cfa_offset -8\n"           \
        "pop %rdi\n"                            \
        ".cfi_adjust_cfa_offset -8\n"           \
        "jmp *memray_original_" #name           \
        "(%rip)\n"                              \
        ".cfi_endproc\n"                        \
        ".size hook_" #name ", . - hook_" #name \
        "\n"                                    \
        ".popsection\n");

MEMRAY_LOADER_STUB(dlopen, 1)
MEMRAY_LOADER_STUB(dlmopen, 1)
MEMRAY_LOADER_STUB(dlsym, 0)
MEMRAY_LOADER_STUB(dlvsym, 0)
MEMRAY_LOADER_STUB(dlclose, 1)
