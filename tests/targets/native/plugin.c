// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Built several times with frames of different sizes, so that the tables of one do not fit another.
#include <stdlib.h>
#include <string.h>

void* volatile plugin_result;

__attribute__((noinline, noclone)) static void plugin_leaf(size_t size) {
    char frame[FRAME_BYTES];
    memset(frame, 1, sizeof frame);
    plugin_result = malloc(size);
    __asm__ volatile("" : : "r"(frame) : "memory");
}

__attribute__((visibility("default"))) void plugin_run(size_t size) {
    char frame[FRAME_BYTES * 2];
    memset(frame, 1, sizeof frame);
    plugin_leaf(size);
    __asm__ volatile("" : : "r"(frame) : "memory");
}
