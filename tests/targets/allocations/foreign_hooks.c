// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Another library that puts hooks of its own into the slots of other objects, as profilers do, and counts what passes.
// By relocation, in every object but itself and the loader.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void* (*next_malloc)(size_t);
static void (*next_free)(void*);
static unsigned long calls;

static void* own_malloc(size_t size) {
    __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
    return next_malloc(size);
}
static void own_free(void* block) { next_free(block); }

static struct {
    void** place;
    void* before;
    void* own;
} slots[4096];
static int slot_count;
static enum { kFoundThere, kFoundNow, kFoundEarlier } way;

static void write_slot(void** place, void* value) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char* const begin = (char*)((size_t)place & ~(page - 1));
    mprotect(begin, page, PROT_READ | PROT_WRITE);
    __atomic_store_n(place, value, __ATOMIC_RELEASE);
}

static void hook_slot(void** place, const char* name) {
    const int is_malloc = strcmp(name, "malloc") == 0;
    void* const own = is_malloc ? (void*)own_malloc : strcmp(name, "free") == 0 ? (void*)own_free : NULL;
    if (own == NULL || *place == own || slot_count == 4096) return;
    slots[slot_count].place = place;
    slots[slot_count].before = *place;
    slots[slot_count++].own = own;
    void* const next = way == kFoundThere ? *place : dlsym(RTLD_NEXT, name);
    if (is_malloc && next_malloc == NULL) next_malloc = next;
    if (!is_malloc && next_free == NULL) next_free = next;
    write_slot(place, own);
}

static int hook_object(struct dl_phdr_info* info, size_t size, void* data) {
    (void)size, (void)data;
    if (strstr(info->dlpi_name, "/ld-") || strstr(info->dlpi_name, "vdso")) return 0;
    const ElfW(Dyn)* entry = NULL;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const ElfW(Phdr)* header = &info->dlpi_phdr[i];
        const size_t own = (size_t)&hook_object - info->dlpi_addr - header->p_vaddr;
        if (header->p_type == PT_LOAD && own < header->p_memsz) return 0;
        if (header->p_type == PT_DYNAMIC) entry = (const void*)(info->dlpi_addr + header->p_vaddr);
    }
    const ElfW(Rela) * tables[2] = {NULL, NULL};
    size_t bytes[2] = {0, 0};
    const ElfW(Sym)* symbols = NULL;
    const char* strings = NULL;
    for (; entry != NULL && entry->d_tag != DT_NULL; ++entry) {
        if (entry->d_tag == DT_SYMTAB) symbols = (const void*)entry->d_un.d_ptr;
        if (entry->d_tag == DT_STRTAB) strings = (const void*)entry->d_un.d_ptr;
        if (entry->d_tag == DT_JMPREL) tables[0] = (const void*)entry->d_un.d_ptr;
        if (entry->d_tag == DT_PLTRELSZ) bytes[0] = entry->d_un.d_val;
        if (entry->d_tag == DT_RELA) tables[1] = (const void*)entry->d_un.d_ptr;
        if (entry->d_tag == DT_RELASZ) bytes[1] = entry->d_un.d_val;
    }
    for (int table = 0; table < 2; ++table) {
        for (size_t i = 0; i < bytes[table] / sizeof(ElfW(Rela)); ++i) {
            const ElfW(Rela)* relocation = &tables[table][i];
            const size_t type = ELF64_R_TYPE(relocation->r_info);
            if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
            const char* name = strings + symbols[ELF64_R_SYM(relocation->r_info)].st_name;
            hook_slot((void**)(info->dlpi_addr + relocation->r_offset), name);
        }
    }
    return 0;
}

static void* found_earlier[2];
__attribute__((constructor)) static void find(void) {
    found_earlier[0] = dlsym(RTLD_NEXT, "malloc");
    found_earlier[1] = dlsym(RTLD_NEXT, "free");
}

// Where there are none yet. They go on to what the first slot held, to what dlsym finds now, or to what it found when
// this was loaded. Returns how many there are.
int install_hooks(int chosen_way) {
    way = chosen_way;
    next_malloc = way == kFoundEarlier ? found_earlier[0] : NULL;
    next_free = way == kFoundEarlier ? found_earlier[1] : NULL;
    dl_iterate_phdr(hook_object, NULL);
    return slot_count;
}

// `only_own`: leaves those alone that somebody else has changed. Returns how many it put back.
int remove_hooks(int only_own) {
    int changed = 0;
    for (int i = 0; i < slot_count; ++i) {
        if (only_own && *slots[i].place != slots[i].own) continue;
        write_slot(slots[i].place, slots[i].before);
        ++changed;
    }
    slot_count = 0;
    return changed;
}

unsigned long calls_so_far(void) { return calls; }
