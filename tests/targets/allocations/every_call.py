# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Makes ten calls of each function, frees one block of each before the peak and one after. Argument: calls.so."""
import ctypes
import sys

calls = ctypes.CDLL(sys.argv[1])


def allocate():
    calls.call_malloc(0, 10, 1001)  # @malloc
    calls.call_calloc(10, 10, 1400)  # @calloc
    calls.call_realloc(20, 10, 1003)  # @realloc
    calls.call_reallocarray(30, 10, 1407)  # @reallocarray
    calls.call_posix_memalign(40, 10, 1005)  # @posix_memalign
    calls.call_aligned_alloc(50, 10, 1024)  # @aligned_alloc
    calls.call_memalign(60, 10, 1007)  # @memalign
    calls.call_valloc(70, 10, 1009)  # @valloc
    calls.call_pvalloc(80, 10, 1011)  # @pvalloc
    calls.call_mmap(90, 10, 8192)  # @mmap
    calls.call_mmap64(100, 10, 12288)  # @mmap64


def release(offset):
    for first in range(0, 90, 10):
        calls.call_free(first + offset, 1, 0)
    calls.call_munmap(90 + offset, 1, 8192)
    calls.call_munmap(100 + offset, 1, 12288)


allocate()
release(0)
calls.call_malloc(200, 1, 1 << 30)  # @peak
calls.call_free(200, 1, 0)
release(1)
