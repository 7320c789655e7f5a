// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Preloaded into a tracer, kills it with SIGKILL (or the signal $DOOMED_BY) at the request to ptrace, or write to a
// file, that $DOOMED_AT counts from the first request on: just before that, when it has stood still for 2 ms, or right
// after. A tracer whose tracees are to die with it (PTRACE_O_EXITKILL) is spared.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

static int count;
static pid_t counted;
static pid_t spared;

static void die_if(int now) {
    const char* signal = getenv("DOOMED_BY");
    if (now) { syscall(SYS_kill, getpid(), signal ? atoi(signal) : SIGKILL); }
}

// Whether it is the one. A forked process begins anew.
static int count_request(int begins) {
    const char* doomed = getenv("DOOMED_AT");
    if (!doomed || spared == getpid() || (!begins && counted != getpid())) { return 0; }
    if (counted != getpid()) {
        counted = getpid();
        count = 0;
    }
    return ++count == abs(atoi(doomed)) ? atoi(doomed) : 0;
}

static void stand_still(int doomed) {
    if (doomed > 0) { poll(NULL, 0, 2); }
    die_if(doomed > 0);
}

long ptrace(enum __ptrace_request request, ...) {
    va_list arguments;
    va_start(arguments, request);
    const pid_t pid = va_arg(arguments, pid_t);
    void* const address = va_arg(arguments, void*);
    void* data = va_arg(arguments, void*);
    va_end(arguments);
    if (request == PTRACE_SEIZE && ((unsigned long)data & PTRACE_O_EXITKILL)) { spared = getpid(); }
    const int doomed = count_request(1);
    stand_still(doomed);
    long word = 0;
    const int peeks = request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER;
    if (peeks) { data = &word; }
    const long result = syscall(SYS_ptrace, request, pid, address, data);
    die_if(doomed < 0);
    return peeks && result == 0 ? word : result;
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
    const int doomed = count_request(0);
    stand_still(doomed);
    const ssize_t result = syscall(SYS_pwrite64, fd, data, size, offset);
    die_if(doomed < 0);
    return result;
}
