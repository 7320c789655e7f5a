# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Makes ten calls of the functions that every allocator has, and frees one block of each. Fails if the allocator was
not preloaded. Arguments: calls.so, name of the library."""
import ctypes
import sys

with open("/proc/self/maps") as maps:
    assert sys.argv[2] in maps.read()
calls = ctypes.CDLL(sys.argv[1])
calls.call_malloc(0, 10, 1001)  # @malloc
calls.call_calloc(10, 10, 1400)  # @calloc
calls.call_realloc(20, 10, 1003)  # @realloc
calls.call_posix_memalign(30, 10, 1005)  # @posix_memalign
calls.call_aligned_alloc(40, 10, 1024)  # @aligned_alloc
for first in range(0, 50, 10):
    calls.call_free(first, 1, 0)
