// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Each chain_* function makes one allocation of `size` bytes, which stays, through functions that the tests name.
#include <alloca.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define KEPT __attribute__((noinline, noclone))
#define CHAIN __attribute__((visibility("default"))) KEPT

void* volatile chain_result;

KEPT void plain_leaf(size_t size) { chain_result = malloc(size); }
KEPT static void plain_middle(size_t size) {
    plain_leaf(size);
    __asm__ volatile("" ::: "memory");
}
CHAIN void chain_plain(size_t size) {
    plain_middle(size);
    __asm__ volatile("" ::: "memory");
}

// Every register that a caller may rely on is in use, rbp too.
KEPT static long busy_middle(size_t size, long a, long b, long c, long d, long e) {
    plain_leaf(size);
    return a * b + c * d - e;
}
CHAIN long chain_busy(size_t size) {
    volatile long value = (long)size;
    return busy_middle(size, value, value + 1, value + 2, value + 3, value + 4) + value;
}

// A frame of a size that is known at run time only: the compiler takes rbp for it.
KEPT static void alloca_middle(size_t size, size_t room) {
    char* block = alloca(room);
    memset(block, 1, room);
    plain_leaf(size);
    __asm__ volatile("" : : "r"(block) : "memory");
}
CHAIN void chain_alloca(size_t size) {
    volatile size_t room = 20000;
    alloca_middle(size, room);
}

// A frame aligned to more than the stack is: its CFA is loaded from memory.
KEPT static void aligned_middle(size_t size, volatile size_t* room) {
    _Alignas(256) char block[512];
    char* more = alloca(*room);
    memset(block, 1, sizeof block);
    plain_leaf(size);
    __asm__ volatile("" : : "r"(block), "r"(more) : "memory");
}
CHAIN void chain_aligned(size_t size) {
    volatile size_t room = 300;
    aligned_middle(size, &room);
}

KEPT static void deep_step(size_t size, int depth) {
    if (depth > 1) {
        deep_step(size, depth - 1);
    } else {
        plain_leaf(size);
    }
    __asm__ volatile("" ::: "memory");
}
CHAIN void chain_deep(size_t size) { deep_step(size, 2000); }

// Calls back while the block is there.
KEPT static void held_leaf(size_t size, void (*hold)(void)) {
    chain_result = malloc(size);
    hold();
}
CHAIN void chain_held(size_t size, void (*hold)(void)) {
    held_leaf(size, hold);
    __asm__ volatile("" ::: "memory");
}

static volatile size_t signal_size;
static void on_signal(int number) {
    (void)number;
    plain_leaf(signal_size);
    __asm__ volatile("" ::: "memory");
}
KEPT static void raise_signal(void) { raise(SIGUSR1); }
static void handle(size_t size, int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = flags;
    signal_size = size;
    sigaction(SIGUSR1, &action, NULL);
    raise_signal();
    __asm__ volatile("" ::: "memory");
}
CHAIN void chain_signal(size_t size) {
    handle(size, 0);
    __asm__ volatile("" ::: "memory");
}
CHAIN void chain_signal_stack(size_t size) {
    static char stack[65536];
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&other, NULL);
    handle(size, SA_ONSTACK);
    __asm__ volatile("" ::: "memory");
}
