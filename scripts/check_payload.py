#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Checks that the payload can be loaded into any process: argument is the path of libmemray_payload.so.

It has to export two functions and nothing else, need no library, bind to no symbol version (so that it loads with any
C library), use little static TLS, be small enough to be copied where files must be small, and call only functions that
are known to be harmless inside an allocator. Its sources may make only the system calls that are listed here and in
cli/doc/guide.md: a program may have forbidden itself others.
"""
import re
import subprocess
import sys
from pathlib import Path

EXPORTS = {"memray_payload_start", "memray_payload_stop"}
MAX_TLS_BYTES = 128
MAX_FILE_BYTES = 90_000  # without symbols, as it is shipped: a copy of it is a file of the target's
CALLED = {
    # The functions it stands in for.
    "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "memalign", "valloc", "pvalloc",
    "reallocarray", "free_sized", "free_aligned_sized", "mmap", "mmap64", "munmap", "mremap",
    "mprotect",
    "dlopen", "dlmopen", "dlclose", "prctl", "pthread_setname_np",
    "execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe", "fexecve", "posix_spawn", "posix_spawnp",
    "popen", "system", "fork", "_Fork",
    # Finding what to patch.
    "dl_iterate_phdr", "_dl_find_object", "_r_debug", "dlsym", "dlvsym",
    # Which C library this is.
    "gnu_get_libc_version",
}
COMPILER_MAY_CALL = {"memcpy", "memmove", "memset", "memcmp", "_GLOBAL_OFFSET_TABLE_", "__tls_get_addr"}

PAYLOAD = Path(__file__).resolve().parent.parent / "payload"
SYSTEM_CALLS = {
    # At any time, as a Python does without us: after a dlopen; with --native, after Python was finalized, and when a
    # thread is first recorded; then, and when one is deeper than before (mmap, munmap and madvise as well).
    "mprotect", "rt_sigprocmask", "mremap",
    # Only where a program with threads makes them: of two that wait for the recorder one sleeps; once more than 4,096
    # threads have been there, the dead ones are looked for.
    "futex", "getpid", "tgkill",
    # When a recording begins or ends. gettid: later only if the C library does not tell (payload/thread_id.h).
    # munlock: only where the program has memory locked at the beginning.
    "gettid", "madvise", "membarrier", "mmap", "munlock", "munmap",
    # In a followed child before its first event (newfstatat), and before it executes a program. And futex, getpid.
    # Where it maps a file to share it (newfstatat), as Python's own mmap does.
    "newfstatat", "faccessat", "getxattr", "prctl",
}


def system_calls():
    """(name, file) of each that the sources make."""
    for path in sorted(PAYLOAD.rglob("*.[ch]*")):
        for name in re.findall(r"\bSYS_(\w+)", path.read_text(encoding="utf-8")):
            yield name, path


def readelf(path, *options):
    return subprocess.run(["readelf", "--wide", *options, path], check=True, stdout=subprocess.PIPE, text=True).stdout


def dynamic_symbols(path):
    """(name, defined) of each dynamic symbol; the name with its version, if it has one."""
    for line in readelf(path, "--dyn-syms").splitlines():
        fields = line.split()
        if len(fields) >= 8 and fields[0].rstrip(":").isdigit():
            yield fields[7], fields[6] != "UND"


def faults(path):
    symbols = list(dynamic_symbols(path))
    exported = {name for name, defined in symbols if defined}
    if exported != EXPORTS:
        yield f"exports {sorted(exported)} instead of {sorted(EXPORTS)}"
    undefined = {name for name, defined in symbols if not defined}
    for name in sorted(undefined):
        if "@" in name:
            yield f"binds to a symbol version: {name}"
        if name.split("@")[0] not in CALLED | COMPILER_MAY_CALL:
            yield f"calls {name}, which is not on the list of this check"
    for name in sorted(CALLED - {name.split("@")[0] for name in undefined}):
        yield f"does not call {name}, which is on the list of this check"
    for library in re.findall(r"\(NEEDED\).*\[(.*)\]", readelf(path, "--dynamic")):
        yield f"needs {library}"
    segments = readelf(path, "--segments")
    for size in re.findall(r"^\s*TLS(?:\s+0x[0-9a-f]+){4}\s+(0x[0-9a-f]+)", segments, re.MULTILINE):
        if int(size, 16) > MAX_TLS_BYTES:
            yield f"uses {int(size, 16)} bytes of TLS; {MAX_TLS_BYTES} are allowed"
    size = Path(path).stat().st_size
    if ".symtab" not in readelf(path, "--sections") and size > MAX_FILE_BYTES:
        yield f"has {size} bytes; {MAX_FILE_BYTES} are allowed (ulimit -f)"
    made = dict(system_calls())
    for name in sorted(set(made) - SYSTEM_CALLS):
        yield f"makes the system call {name} ({made[name].name}), which is not on the list of this check"
    for name in sorted(SYSTEM_CALLS - set(made)):
        yield f"does not make the system call {name}, which is on the list of this check"
    told = (PAYLOAD.parent / "cli/doc/guide.md").read_text(encoding="utf-8")
    for name in sorted(SYSTEM_CALLS):
        if f"`{name}`" not in told:
            yield f"makes the system call {name}, of which cli/doc/guide.md says nothing"
    if re.search(r"^\s*GNU_STACK.*\bRWE\b", segments, re.MULTILINE):
        yield "wants an executable stack"


def main():
    if len(sys.argv) != 2:
        print("usage: check_payload.py LIBRARY", file=sys.stderr)
        return 2
    found = list(faults(sys.argv[1]))
    for fault in found:
        print(f"{sys.argv[1]}: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
