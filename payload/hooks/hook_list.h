// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The one list of hooked functions: it drives installing, restoring and the tests. For each name there is a hook of the
// same type (checked at compile time, hook_table.cpp): a member of AllocatorHooks or MappingHooks, or a function
// `hook_<name>`. The original is bound by the dynamic linker like anybody else's reference; optional ones are weak and
// may be missing in the target.
#pragma once

#include <sys/prctl.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdio>

#define MEMRAY_ALLOCATOR_HOOKS(X) \
    X(malloc)                     \
    X(calloc)                     \
    X(realloc)                    \
    X(free)                       \
    X(posix_memalign)             \
    X(aligned_alloc)              \
    X(memalign)                   \
    X(valloc)                     \
    X(pvalloc)                    \
    X(reallocarray)               \
    X(free_sized)                 \
    X(free_aligned_sized)

#define MEMRAY_MAPPING_HOOKS(X) \
    X(mmap)                     \
    X(mmap64)                   \
    X(munmap)                   \
    X(mremap)                   \
    X(mprotect)

#define MEMRAY_LOADER_HOOKS(X) \
    X(dlopen)                  \
    X(dlmopen)                 \
    X(dlsym)                   \
    X(dlvsym)                  \
    X(dlclose)

#define MEMRAY_THREAD_HOOKS(X) \
    X(prctl)                   \
    X(pthread_setname_np)

#define MEMRAY_EXEC_HOOKS(X) \
    X(execl)                 \
    X(execle)                \
    X(execlp)                \
    X(execv)                 \
    X(execve)                \
    X(execvp)                \
    X(execvpe)               \
    X(fexecve)               \
    X(posix_spawn)           \
    X(posix_spawnp)          \
    X(popen)                 \
    X(system)

#define MEMRAY_FORK_HOOKS(X) \
    X(fork)                  \
    X(_Fork)

#define MEMRAY_HOOKS(X)       \
    MEMRAY_ALLOCATOR_HOOKS(X) \
    MEMRAY_MAPPING_HOOKS(X)   \
    MEMRAY_LOADER_HOOKS(X)    \
    MEMRAY_THREAD_HOOKS(X)    \
    MEMRAY_EXEC_HOOKS(X)      \
    MEMRAY_FORK_HOOKS(X)

// The types of the originals, as glibc's headers have them; never called nor taken the address of by these names
// (originals.h says why).
extern "C" {
void* malloc(std::size_t size) noexcept;
void* calloc(std::size_t count, std::size_t size) noexcept;
void* realloc(void* address, std::size_t size) noexcept;
void free(void* address) noexcept;
int posix_memalign(void** address, std::size_t alignment, std::size_t size) noexcept;
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept;
void* memalign(std::size_t alignment, std::size_t size) noexcept;
void* valloc(std::size_t size) noexcept;
void* pvalloc(std::size_t size) noexcept;
void* reallocarray(void* address, std::size_t count, std::size_t size) noexcept;
void free_sized(void* address, std::size_t size) noexcept;
void free_aligned_sized(void* address, std::size_t alignment, std::size_t size) noexcept;
void* mmap(void* address, std::size_t size, int protection, int flags, int fd, long offset) noexcept;
void* mmap64(void* address, std::size_t size, int protection, int flags, int fd, long offset) noexcept;
int munmap(void* address, std::size_t size) noexcept;
int mprotect(void* address, std::size_t size, int protection) noexcept;
void* mremap(void* address, std::size_t old_size, std::size_t new_size, int flags, ...) noexcept;
int execl(const char* path, const char* argument, ...) noexcept;
int execle(const char* path, const char* argument, ...) noexcept;
int execlp(const char* file, const char* argument, ...) noexcept;
int execv(const char* path, char* const* arguments) noexcept;
int execve(const char* path, char* const* arguments, char* const* environment) noexcept;
int execvp(const char* file, char* const* arguments) noexcept;
int execvpe(const char* file, char* const* arguments, char* const* environment) noexcept;
int fexecve(int fd, char* const* arguments, char* const* environment) noexcept;
int posix_spawn(int* pid, const char* path, const void* actions, const void* attributes, char* const* arguments,
                char* const* environment) noexcept;
int posix_spawnp(int* pid, const char* file, const void* actions, const void* attributes, char* const* arguments,
                 char* const* environment) noexcept;
int pthread_setname_np(unsigned long thread, const char* name) noexcept;
int system(const char* command);
int fork() noexcept;
int _Fork() noexcept;  // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
void* dlopen(const char* file, int mode) noexcept;
void* dlmopen(long name_space, const char* file, int mode) noexcept;
void* dlsym(void* handle, const char* name) noexcept;
void* dlvsym(void* handle, const char* name, const char* version) noexcept;
int dlclose(void* handle) noexcept;
}

namespace memray::payload {

extern "C" {
int hook_execl(const char* path, const char* argument, ...);
int hook_execle(const char* path, const char* argument, ...);
int hook_execlp(const char* file, const char* argument, ...);
int hook_execv(const char* path, char* const* arguments);
int hook_execve(const char* path, char* const* arguments, char* const* environment);
int hook_execvp(const char* file, char* const* arguments);
int hook_execvpe(const char* file, char* const* arguments, char* const* environment);
int hook_fexecve(int fd, char* const* arguments, char* const* environment);
int hook_posix_spawn(int* pid, const char* path, const void* actions, const void* attributes, char* const* arguments,
                     char* const* environment);
int hook_posix_spawnp(int* pid, const char* file, const void* actions, const void* attributes, char* const* arguments,
                      char* const* environment);
FILE* hook_popen(const char* command, const char* mode);
int hook_system(const char* command);
int hook_fork();
int hook__Fork();  // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
int hook_prctl(int option, ...);
int hook_pthread_setname_np(unsigned long thread, const char* name);
}

}  // namespace memray::payload
