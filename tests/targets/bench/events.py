# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Makes events at a known depth: arguments are the library and the depth. Waits for a line before it begins."""
import ctypes
import os
import sys


def make_events(depth, allocate, free):
    if depth > 1:
        make_events(depth - 1, allocate, free)
    else:
        library.make_events(allocate, free)


def address(function):
    return ctypes.c_void_p(ctypes.cast(function, ctypes.c_void_p).value)


library = ctypes.PyDLL(sys.argv[1])
program = ctypes.PyDLL(None)
print(os.getpid(), flush=True)
sys.stdin.readline()
for names in ("malloc", "free"), ("PyObject_Malloc", "PyObject_Free"):
    make_events(int(sys.argv[2]), *(address(program[name]) for name in names))
