// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Threads that hand blocks to each other and recycle addresses as fast as they can.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { kMailboxes = 64, kMostThreads = 16 };
static _Atomic(void*) mailboxes[kMailboxes];

// Puts a new block into a random mailbox and frees the one it finds there, `rounds` times. Any number of threads.
void exchange(unsigned seed, long rounds) {
    uint32_t state = seed * 2654435761U + 1;
    for (long i = 0; i < rounds; ++i) {
        state = state * 1664525U + 1013904223U;
        void* const block = malloc(40);
        free(atomic_exchange(&mailboxes[state >> 26U], block));
    }
}

// The same with realloc, which frees and allocates in one call.
void exchange_grown(unsigned seed, long rounds) {
    uint32_t state = seed * 2654435761U + 1;
    for (long i = 0; i < rounds; ++i) {
        state = state * 1664525U + 1013904223U;
        void* const block = realloc(atomic_exchange(&mailboxes[state >> 26U], NULL), 24 + (state >> 8U) % 200);
        free(atomic_exchange(&mailboxes[(state >> 20U) & 63U], block));
    }
}

void empty_mailboxes(void) {
    for (int i = 0; i < kMailboxes; ++i) free(atomic_exchange(&mailboxes[i], NULL));
}

static long thread_rounds;
static void* run(void* seed) {
    exchange((unsigned)(uintptr_t)seed, thread_rounds);
    return NULL;
}

// exchange() in `count` threads that Python knows nothing of.
void exchange_in_native_threads(int count, long rounds) {
    pthread_t threads[kMostThreads];
    thread_rounds = rounds;
    for (int i = 0; i < count; ++i) {
        if (pthread_create(&threads[i], NULL, run, (void*)(uintptr_t)(i + 1)) != 0) abort();
    }
    for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}
