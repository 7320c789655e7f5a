/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: The memray authors
 *
 * What malloc says of itself, at a moment from which on nothing in this thread changes until it is told to go on. */
#include <alloca.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void wait_on(int fd) {
    char byte;
    if (read(fd, &byte, 1) < 0) { abort(); }
}

/* Writes struct mallinfo2 (ten size_t) to `out`, and waits for a byte on `in`. */
void say_and_wait(int out, int in) {
    const struct mallinfo2 info = mallinfo2();
    if (write(out, &info, sizeof info) != (ssize_t)sizeof info) { abort(); }
    wait_on(in);
}

/* Waits with that many bytes of stack in use. */
void wait_deep(size_t bytes, int in) {
    volatile char* stack = alloca(bytes);
    for (size_t offset = 0; offset < bytes; offset += 4096) { stack[offset] = 1; }
    wait_on(in);
}

void go_deep(size_t bytes) {
    volatile char* stack = alloca(bytes);
    for (size_t offset = 0; offset < bytes; offset += 4096) { stack[offset] = 1; }
}

/* Of blocks[0] to blocks[count - 1]. */
void allocate(void** blocks, size_t count, size_t size) {
    for (size_t i = 0; i < count; ++i) {
        blocks[i] = malloc(size);
        if (blocks[i] == NULL) { abort(); }
        memset(blocks[i], 1, size);
    }
}

void free_every_other(void** blocks, size_t count) {
    for (size_t i = 0; i < count; i += 2) { free(blocks[i]); }
}

void* allocate_aligned(size_t alignment, size_t size) { return memalign(alignment, size); }

/* Nothing else happens between both. */
void say_before_and_after_trim(int out, int in) {
    say_and_wait(out, in);
    malloc_trim(0);
    say_and_wait(out, in);
}
