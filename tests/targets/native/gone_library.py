# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Allocates in a library, plugin.c, that it may remove while it is loaded: gone_library.py LIBRARY SIZE [STEP...]

Steps: use (once more, before anything else), remove (the library), fork (a child that allocates, too), wait (for the test, then allocate once more).
"""
import ctypes
import os
import sys

from ready import ready

path, size, *steps = sys.argv[1:]
library = ctypes.CDLL(path)


def allocate():
    library.plugin_run(ctypes.c_size_t(int(size)))


if "use" in steps:
    allocate()
if "remove" in steps:
    os.remove(path)
allocate()
if "fork" in steps:
    child = os.fork()
    if child == 0:
        allocate()
        os._exit(0)
    os.waitpid(child, 0)
if "wait" in steps:
    ready()
    allocate()
