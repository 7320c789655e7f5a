# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Calls malloc by other roads than the linker's. Arguments: the folder of the libraries, "wait" to wait for bytes."""
import ctypes
import os
import sys

COUNT = 200
FOLDER = sys.argv[1]
lookups = ctypes.CDLL(os.path.join(FOLDER, "lookups.so"))
lookups.call_in_namespace.argtypes = ctypes.c_char_p, ctypes.c_int, ctypes.c_size_t


def allocate():
    found = ctypes.CDLL(None).malloc
    found.argtypes, found.restype = (ctypes.c_size_t,), ctypes.c_void_p
    for _ in range(COUNT):
        assert found(30011)  # @ctypes
    lookups.call_next(COUNT, 30012)  # @next
    lookups.call_version(COUNT, 30013)  # @version
    lookups.call_of_library(COUNT, 30014)  # @library
    lookups.call_kept(COUNT, 30015)  # @kept
    lookups.call_in_namespace(os.path.join(FOLDER, "calls.so").encode(), COUNT, 30016)  # @namespace
    ctypes.CDLL(os.path.join(FOLDER, "constructs.so"))  # @constructor
    ctypes.CDLL(os.path.join(FOLDER, "constructs_now.so"))  # @bound_constructor


def say(text):
    print(text, flush=True)
    return os.read(0, 1)


if len(sys.argv) > 2:
    say("waiting")
    lookups.find()
    allocate()
    say("allocated")
    lookups.call_kept(COUNT, 30017)  # @afterwards
    assert lookups.leads_to_libc()
    say("done")
else:
    lookups.find()
    allocate()
