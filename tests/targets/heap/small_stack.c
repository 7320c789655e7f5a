// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Waits on a stack that is hardly larger than it has to be, with memory of the program's below it.
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { kBelow = 64 << 10, kStack = 4 << 10, kMark = 0xa5 };

static ucontext_t outside;
static ucontext_t inside;
static int awaited;

static void wait_until_readable(void) {
    struct pollfd readable = {awaited, POLLIN, 0};
    poll(&readable, 1, -1);
}

// How many bytes below the stack are not what they were when `fd` is readable; -1 if there is no memory.
long changed_below_small_stack(int fd) {
    unsigned char* memory = malloc(kBelow + kStack);
    if (memory == NULL || getcontext(&inside) != 0) { return -1; }
    memset(memory, kMark, kBelow);
    awaited = fd;
    poll(NULL, 0, 0);  // bound here, as the linker takes much room
    inside.uc_stack.ss_sp = memory + kBelow;
    inside.uc_stack.ss_size = kStack;
    inside.uc_link = &outside;
    makecontext(&inside, wait_until_readable, 0);
    swapcontext(&outside, &inside);
    long changed = 0;
    for (int at = 0; at < kBelow; ++at) { changed += memory[at] != kMark; }
    free(memory);
    return changed;
}
