# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Grows by a known amount in each of three steps. Arguments: calls.so, "alone" or "child" (a fork grows), "wait" before."""
import ctypes
import os
import sys

from ready import ready

BLOCK = 48 << 20

calls = ctypes.CDLL(sys.argv[1])
blocks = []


def grow():
    for step in range(1, 4):
        calls.call_malloc(step * 100, 10, 1000 * step)  # @grow
        blocks.append(b"x" * BLOCK)  # @block
        ready()


if "wait" in sys.argv[3:]:
    ready()
if sys.argv[2] == "alone":
    grow()
else:
    calls.call_malloc(0, 7, 5001)  # @parent
    child = os.fork()
    if child == 0:
        grow()
        os._exit(0)
    os.waitpid(child, 0)
