# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Loads libraries one after the other, mostly at the same place, and allocates in each: plugin_loads.py ROUNDS PATH...

Each is unloaded before the next is loaded.
"""
import ctypes
import sys

DLCLOSE = ctypes.CDLL(None).dlclose
DLCLOSE.argtypes = [ctypes.c_void_p]
FIRST_SIZE = 800001


def use(path, name, size):
    library = ctypes.CDLL(path)
    getattr(library, name)(ctypes.c_size_t(size))
    DLCLOSE(library._handle)


for number in range(int(sys.argv[1])):
    for kind, path in enumerate(sys.argv[2:]):
        use(path, "plugin_run", FIRST_SIZE + kind)
