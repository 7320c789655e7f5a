// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// States that Python code alone cannot bring a process into.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Computes, without a system call in between that anybody could wait for, until `fd` is readable.
int count_until_readable(int fd) {
    struct pollfd readable = {fd, POLLIN, 0};
    volatile unsigned long turns = 0;
    do {
        for (int i = 0; i < 1000000; ++i) { ++turns; }
    } while (poll(&readable, 1, 0) == 0);
    return turns > 0;
}

// Says that it has started, and cannot be stopped by anybody for that long: a child of vfork sleeps.
int vfork_for(const char* started, unsigned milliseconds) {
    const struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    int status = 1;
    const pid_t child = vfork();
    if (child == 0) {
        if (write(STDOUT_FILENO, started, strlen(started)) < 0) { _exit(1); }
        nanosleep(&pause, NULL);
        _exit(0);
    }
    return waitpid(child, &status, 0) == child && status == 0;
}

static int sorting_fd;
static int compare_when_readable(const void* left, const void* right) {
    count_until_readable(sorting_fd);
    return left < right;
}
// Computes the same in a function that the C library calls: qsort may hold what nobody knows.
int sort_until_readable(int fd) {
    int numbers[2] = {1, 2};
    sorting_fd = fd;
    qsort(numbers, 2, sizeof numbers[0], compare_when_readable);
    return numbers[0] + numbers[1] == 3;
}

// From now on, who makes a memory file gets EPERM ("errno"), SIGSYS ("trap"), or is killed ("kill").
int forbid_memory_files(const char* how) {
    const unsigned action = strcmp(how, "errno") == 0  ? SECCOMP_RET_ERRNO | EPERM
                            : strcmp(how, "trap") == 0 ? SECCOMP_RET_TRAP
                                                       : SECCOMP_RET_KILL_PROCESS;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof code[0], code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) { return errno; }
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

// From now on, who wants more memory of the kernel gets this error; but for the stacks and heaps of C threads.
int refuse_mappings(int error) {
    const unsigned action = SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA);
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mremap, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_STACK | MAP_NORESERVE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof code[0], code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) { return errno; }
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

// What a Python without threads that only computes and writes takes; whatever else it tries kills it.
int confine(void) {
    static const int allowed[] = {
        SYS_read,         SYS_write,  SYS_close,      SYS_mmap,       SYS_mprotect,     SYS_munmap,
        SYS_brk,          SYS_mremap, SYS_exit,       SYS_exit_group, SYS_rt_sigaction, SYS_rt_sigprocmask,
        SYS_rt_sigreturn, SYS_fstat,  SYS_newfstatat, SYS_lseek,      SYS_openat};
    enum { kCount = sizeof allowed / sizeof allowed[0] };
    struct sock_filter code[2 * kCount + 2] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    for (int i = 0; i < kCount; ++i) {
        code[2 * i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1);
        code[2 * i + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    code[2 * kCount + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    const struct sock_fprog program = {sizeof code / sizeof code[0], code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) { return errno; }
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}
