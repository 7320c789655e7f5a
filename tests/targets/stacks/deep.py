# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Allocates 20,000 calls deep, and again after returning. Argument: calls.so."""
import ctypes
import sys
import threading

calls = ctypes.CDLL(sys.argv[1])
sys.setrecursionlimit(50000)
threading.stack_size(1 << 29)


def deeper(depth):
    if depth:
        deeper(depth - 1)
        return
    calls.call_malloc(0, 10, 5001)  # @bottom


def recurse():
    for _ in range(3):
        deeper(20000 - 1)
    calls.call_malloc(100, 10, 5003)  # @top


thread = threading.Thread(target=recurse)
thread.start()
thread.join()
