# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Does what it is told, line by line, and says what came of it. Arguments: calls.so, foreign_hooks.so."""
import ctypes
import sys
import time
import tracemalloc

COUNT = 2000
OBJECT = 2
calls = ctypes.CDLL(sys.argv[1])
python = ctypes.PyDLL(sys.argv[1])
hooks = ctypes.CDLL(sys.argv[2])
hooks.calls_so_far.restype = ctypes.c_ulong


def allocate():
    calls.call_malloc(0, COUNT, 1234)  # @allocate
    calls.call_free(0, COUNT, 0)


def allocate_counted():
    """How many calls the other library's hooks see."""
    before = hooks.calls_so_far()
    calls.call_malloc(0, COUNT, 1234)  # @counted
    passed = hooks.calls_so_far() - before
    calls.call_free(0, COUNT, 0)
    return passed


def allocate_objects():
    python.python_malloc(0, COUNT, 99, OBJECT)  # @objects
    python.python_free(0, COUNT, 0, OBJECT)


def install(way=0):
    return hooks.install_hooks(way)


def remove(only_own):
    return hooks.remove_hooks(only_own)


def unload():
    return ctypes.CDLL(None).dlclose(ctypes.c_void_p(hooks._handle))


def load(after=0):
    """What makes memray look around."""
    time.sleep(after)
    return int(ctypes.CDLL("libm.so.6").cos is not None)


def end():
    sys.exit()


def trace():
    tracemalloc.start()


def untrace():
    tracemalloc.stop()


python.python_malloc.restype = python.python_free.restype = None
python.python_malloc(0, 0, 0, OBJECT)
python.python_free(0, 0, 0, OBJECT)
print("waiting", flush=True)
for line in sys.stdin:
    name, *arguments = line.split()
    print(globals()[name](*map(int, arguments)), flush=True)
