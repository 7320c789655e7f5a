// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Allocates while it is being loaded.
#include <stdlib.h>

#ifndef SIZE
#define SIZE 30018
#endif

void* blocks[200];

__attribute__((constructor)) static void construct(void) {
    for (int i = 0; i < 200; ++i) blocks[i] = malloc(SIZE);
}
