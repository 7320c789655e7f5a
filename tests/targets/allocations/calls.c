// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One function per allocator call. Each makes `count` calls for `size` bytes and keeps the blocks in slots
// [first, first + count), so that a Python line stands for an exactly known number of calls.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void* slots[4096];

#define FOR_EACH_SLOT for (int i = first; i < first + count; ++i)

void call_malloc(int first, int count, size_t size) { FOR_EACH_SLOT slots[i] = malloc(size); }
void call_calloc(int first, int count, size_t size) { FOR_EACH_SLOT slots[i] = calloc(7, size / 7); }
void call_realloc(int first, int count, size_t size) { FOR_EACH_SLOT slots[i] = realloc(slots[i], size); }
void call_reallocarray(int first, int count, size_t size) {
    FOR_EACH_SLOT slots[i] = reallocarray(slots[i], 7, size / 7);
}
void call_posix_memalign(int first, int count, size_t size) {
    FOR_EACH_SLOT if (posix_memalign(&slots[i], 64, size) != 0) abort();
}
void call_aligned_alloc(int first, int count, size_t size) { FOR_EACH_SLOT slots[i] = aligned_alloc(64, size); }
void call_memalign(int first, int count, size_t size) { FOR_EACH_SLOT slots[i] = memalign(64, size); }
void call_valloc(int first, int count, size_t size) { FOR_EACH_SLOT slots[i] = valloc(size); }
void call_pvalloc(int first, int count, size_t size) { FOR_EACH_SLOT slots[i] = pvalloc(size); }
void call_free(int first, int count, size_t size) {
    (void)size;
    FOR_EACH_SLOT {
        free(slots[i]);
        slots[i] = NULL;
    }
}

static void* map(void* (*function)(void*, size_t, int, int, int, off_t), size_t size) {
    return function(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
void call_mmap(int first, int count, size_t size) { FOR_EACH_SLOT slots[i] = map(mmap, size); }
void call_mmap64(int first, int count, size_t size) { FOR_EACH_SLOT slots[i] = map(mmap64, size); }
void call_munmap(int first, int count, size_t size) { FOR_EACH_SLOT munmap(slots[i], size); }
// Unmaps `size` bytes that start at the second page of each block.
void call_munmap_inside(int first, int count, size_t size) { FOR_EACH_SLOT munmap((char*)slots[i] + 4096, size); }
// Grows from 4 pages to `size`.
void call_mremap(int first, int count, size_t size) {
    FOR_EACH_SLOT slots[i] = mremap(slots[i], (size_t)4 * 4096, size, MREMAP_MAYMOVE);
}

// In `threads` new threads, none of which ever runs Python: each makes `count` blocks and keeps all but one.
static int blocks_of_thread;
static size_t size_of_block;
static void* fill_own_slots(void* number) {
    const int first = (int)(size_t)number * blocks_of_thread;
    call_malloc(first, blocks_of_thread, size_of_block);
    call_free(first, 1, 0);
    return NULL;
}
void call_malloc_in_threads(int threads, int count, size_t size) {
    pthread_t running[16];
    blocks_of_thread = count;
    size_of_block = size;
    for (int i = 0; i < threads; ++i) {
        if (pthread_create(&running[i], NULL, fill_own_slots, (void*)(size_t)i) != 0) abort();
    }
    for (int i = 0; i < threads; ++i) pthread_join(running[i], NULL);
}

// Every way to fail, and frees of nothing. Leaves the blocks as they are.
void call_failing(int first, int count, size_t size) {
    FOR_EACH_SLOT {
        void* block = NULL;
        const int missing = malloc(size) == NULL && calloc(size, 2) == NULL && realloc(slots[i], size) == NULL &&
                            aligned_alloc(64, size) == NULL && posix_memalign(&block, 64, size) == ENOMEM &&
                            map(mmap, size) == MAP_FAILED && munmap((void*)1, 4096) == -1 &&
                            mremap(NULL, 4096, size, 0) == MAP_FAILED;
        free(NULL);
        if (!missing) abort();
    }
}

// CPython's allocator domains: 0 raw, 1 mem, 2 object. Needs the GIL: load this library with ctypes.PyDLL.
static void* python(const char* function, int domain) {
    static const char* const prefixes[] = {"PyMem_Raw", "PyMem_", "PyObject_"};
    char name[64];
    strcat(strcpy(name, prefixes[domain]), function);
    void* const symbol = dlsym(RTLD_DEFAULT, name);
    if (symbol == NULL) abort();
    return symbol;
}
void python_malloc(int first, int count, size_t size, int domain) {
    void* (*const function)(size_t) = python("Malloc", domain);
    FOR_EACH_SLOT slots[i] = function(size);
}
void python_calloc(int first, int count, size_t size, int domain) {
    void* (*const function)(size_t, size_t) = python("Calloc", domain);
    FOR_EACH_SLOT slots[i] = function(7, size / 7);
}
void python_realloc(int first, int count, size_t size, int domain) {
    void* (*const function)(void*, size_t) = python("Realloc", domain);
    FOR_EACH_SLOT slots[i] = function(slots[i], size);
}
void python_free(int first, int count, size_t size, int domain) {
    (void)size;
    void (*const function)(void*) = python("Free", domain);
    FOR_EACH_SLOT {
        function(slots[i]);
        slots[i] = NULL;
    }
}
