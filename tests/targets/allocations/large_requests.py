# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Asks CPython's allocator for more and for less than 512 bytes. Arguments: calls.so and how often (below 256)."""
import ctypes
import sys

calls = ctypes.PyDLL(sys.argv[1])
COUNT = int(sys.argv[2])
MEM, OBJECT = 1, 2

# What ctypes allocates for a function's first call or its result does not belong to the lines below.
for function in (calls.python_malloc, calls.python_calloc, calls.python_realloc, calls.python_free):
    function.restype = None
    function.argtypes = ctypes.c_int, ctypes.c_int, ctypes.c_size_t, ctypes.c_int
    function(0, 0, 0, MEM)

for domain in (MEM, OBJECT):
    calls.python_malloc(0, COUNT, 512, domain)  # @small
    calls.python_malloc(256, COUNT, 513, domain)  # @malloc
    calls.python_calloc(512, COUNT, 700, domain)  # @calloc
    calls.python_malloc(768, COUNT, 600, domain)  # @grown_from
    calls.python_realloc(768, COUNT, 30000, domain)  # @grown
    calls.python_malloc(1024, COUNT, 20000, domain)  # @shrunk_from
    calls.python_realloc(1024, COUNT, 400, domain)  # @shrunk
    calls.python_free(1024, COUNT, 0, domain)
    calls.python_malloc(1280, COUNT, 400, domain)  # @crossed_from
    calls.python_realloc(1280, COUNT, 900, domain)  # @crossed
    calls.python_malloc(1536, COUNT, 800, domain)  # @unchanged
    calls.python_realloc(1536, COUNT, 1 << 62, domain)  # @failed
    calls.python_malloc(1792, COUNT, 650, domain)  # @freed
    calls.python_free(1792, COUNT, 0, domain)
