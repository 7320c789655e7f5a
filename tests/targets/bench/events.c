// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Events for scripts/bench_events, which counts the instructions between one signal and the next.
#include <signal.h>
#include <stddef.h>

typedef void* (*Allocate)(size_t size);
typedef void (*Free)(void* block);

// Fewer than an allocator keeps at hand, so that each call takes the same way through it.
enum { kEvents = 6 };

static void allocate_all(Allocate allocate, void** blocks) {
    for (int i = 0; i < kEvents; ++i) { blocks[i] = allocate(48); }
}
static void free_all(Free free_block, void* const* blocks) {
    for (int i = 0; i < kEvents; ++i) { free_block(blocks[i]); }
}

// Returns how many events there are between two signals: first none, then allocations, then frees.
int make_events(Allocate allocate, Free free_block) {
    void* blocks[kEvents];
    for (int i = 0; i < 3; ++i) {
        allocate_all(allocate, blocks);
        free_all(free_block, blocks);
    }
    raise(SIGUSR1);
    raise(SIGUSR1);
    allocate_all(allocate, blocks);
    raise(SIGUSR1);
    free_all(free_block, blocks);
    raise(SIGUSR1);
    return kEvents;
}
