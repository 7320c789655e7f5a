// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// C functions inlined into each other, among them one that is also there on its own.
#include <stddef.h>
#include <stdlib.h>

typedef void (*sink_function)(void*);

static inline size_t rounded(size_t size) { return (size + 15) & ~(size_t)15; }

static inline void* block_of(size_t size, sink_function sink) {
    void* block = malloc(rounded(size));
    sink(block);
    return block;
}

__attribute__((noinline)) static size_t fill(unsigned char* block, size_t size) {
    size_t sum = 0;
    for (size_t i = 0; i < size; ++i) {
        block[i] = (unsigned char)(i * size);
        sum += block[i];
    }
    return sum;
}

__attribute__((visibility("default"))) size_t plain_run(size_t size, sink_function sink) {
    unsigned char* block = block_of(size, sink);
    const size_t sum = fill(block, size);
    free(block);
    return sum;
}
