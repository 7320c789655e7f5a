// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What executes a program, or makes a child that does. The calls themselves are no events; what the C library
// allocates in them goes through its own hooks.
#include <cstdarg>

#include "payload/exec_handover.h"
#include "payload/hooks/originals.h"

namespace memray::payload {
namespace {

std::size_t count_arguments(std::va_list list) noexcept {
    std::size_t count = 0;
    while (va_arg(list, const char*) != nullptr) { ++count; }
    return count;
}

// NOLINTBEGIN(bugprone-macro-parentheses): `arguments` is a name to declare
// An array for the functions that take their arguments one by one. `more` stands behind `first`; what follows the
// terminating null is the caller's to read. On the caller's stack, as nothing may be allocated here.
#define MEMRAY_COLLECT_ARGUMENTS(first, arguments, more)                                   \
    std::va_list counted;                                                                  \
    va_copy(counted, more);                                                                \
    const std::size_t count = (first) == nullptr ? 0 : 1 + count_arguments(counted);       \
    va_end(counted);                                                                       \
    auto** arguments = static_cast<char**>(__builtin_alloca((count + 1) * sizeof(char*))); \
    for (std::size_t i = 0; i < count; ++i) {                                              \
        (arguments)[i] = const_cast<char*>(i == 0 ? (first) : va_arg(more, const char*));  \
    }                                                                                      \
    (arguments)[count] = nullptr;                                                          \
    if (count > 0) { static_cast<void>(va_arg(more, const char*)); }
// NOLINTEND(bugprone-macro-parentheses)

}  // namespace

extern "C" {

int hook_execl(const char* path, const char* argument, ...) {
    std::va_list more;
    va_start(more, argument);
    MEMRAY_COLLECT_ARGUMENTS(argument, arguments, more)
    va_end(more);
    const ExecHandover handover(path);
    return originals[0].execv(path, arguments);
}

int hook_execle(const char* path, const char* argument, ...) {
    std::va_list more;
    va_start(more, argument);
    MEMRAY_COLLECT_ARGUMENTS(argument, arguments, more)
    char* const* environment = va_arg(more, char* const*);
    va_end(more);
    const ExecHandover handover(path);
    return originals[0].execve(path, arguments, environment);
}

int hook_execlp(const char* file, const char* argument, ...) {
    std::va_list more;
    va_start(more, argument);
    MEMRAY_COLLECT_ARGUMENTS(argument, arguments, more)
    va_end(more);
    const ExecHandover handover(nullptr);
    return originals[0].execvp(file, arguments);
}

int hook_execv(const char* path, char* const* arguments) {
    const ExecHandover handover(path);
    return originals[0].execv(path, arguments);
}

int hook_execve(const char* path, char* const* arguments, char* const* environment) {
    const ExecHandover handover(path);
    return originals[0].execve(path, arguments, environment);
}

int hook_execvp(const char* file, char* const* arguments) {
    const ExecHandover handover(nullptr);
    return originals[0].execvp(file, arguments);
}

int hook_execvpe(const char* file, char* const* arguments, char* const* environment) {
    const ExecHandover handover(nullptr);
    return originals[0].execvpe(file, arguments, environment);
}

int hook_fexecve(int fd, char* const* arguments, char* const* environment) {
    const ExecHandover handover(nullptr);
    return originals[0].fexecve(fd, arguments, environment);
}

int hook_posix_spawn(int* pid, const char* path, const void* actions, const void* attributes, char* const* arguments,
                     char* const* environment) {
    const ExecHandover handover(path);
    return originals[0].posix_spawn(pid, path, actions, attributes, arguments, environment);
}

int hook_posix_spawnp(int* pid, const char* file, const void* actions, const void* attributes, char* const* arguments,
                      char* const* environment) {
    const ExecHandover handover(nullptr);
    return originals[0].posix_spawnp(pid, file, actions, attributes, arguments, environment);
}

FILE* hook_popen(const char* command, const char* mode) {
    const ExecHandover handover(nullptr);
    return originals[0].popen(command, mode);
}

int hook_system(const char* command) {
    const ExecHandover handover(nullptr);
    return originals[0].system(command);
}
}

}  // namespace memray::payload
