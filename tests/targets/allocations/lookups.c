// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// malloc by other roads than the linker's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef void* (*Malloc)(size_t);
typedef void (*CallMalloc)(int first, int count, size_t size);

static void call(Malloc found, int count, size_t size) {
    if (found == NULL) abort();
    for (int i = 0; i < count; ++i) memset(found(size), 1, size);
}

void call_next(int count, size_t size) { call(dlsym(RTLD_NEXT, "malloc"), count, size); }
void call_version(int count, size_t size) { call(dlvsym(RTLD_DEFAULT, "malloc", "GLIBC_2.2.5"), count, size); }
void call_of_library(int count, size_t size) {
    void* const library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    call(dlsym(library, "malloc"), count, size);
}

// Another copy of the C library, and a library that is bound to that.
void call_in_namespace(const char* path, int count, size_t size) {
    void* const library = dlmopen(LM_ID_NEWLM, path, RTLD_NOW);
    if (library == NULL) abort();
    const CallMalloc function = dlsym(library, "call_malloc");
    function(0, count, size);
}

// Found once, and called at any time afterwards.
static Malloc kept;
void find(void) { kept = dlsym(RTLD_DEFAULT, "malloc"); }
void call_kept(int count, size_t size) { call(kept, count, size); }

// Whether it is what the program's own calls lead to, wherever memray's hooks are.
int leads_to_libc(void) {
    Dl_info info;
    return dladdr(dlsym(RTLD_DEFAULT, "malloc"), &info) != 0 && strstr(info.dli_fname, "libc") != NULL;
}
