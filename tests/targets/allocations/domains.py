# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Calls each function of CPython's three allocator domains. Arguments: calls.so and how often (below 256)."""
import ctypes
import sys

calls = ctypes.PyDLL(sys.argv[1])
COUNT = int(sys.argv[2])
RAW, MEM, OBJECT = range(3)

# What ctypes allocates for a function's first call or its result does not belong to the lines below.
for function in (calls.python_malloc, calls.python_calloc, calls.python_realloc, calls.python_free):
    function.restype = None
    function(0, 0, 0, RAW)

for domain in (RAW, MEM, OBJECT):
    calls.python_malloc(0, COUNT, 100, domain)  # @malloc
    calls.python_calloc(1000, COUNT, 210, domain)  # @calloc
    calls.python_malloc(2000, COUNT, 250, domain)  # @grown_from
    calls.python_realloc(2000, COUNT, 255, domain)  # @grown
    calls.python_malloc(3000, COUNT, 251, domain)  # @freed
    calls.python_free(3000, COUNT, 0, domain)
