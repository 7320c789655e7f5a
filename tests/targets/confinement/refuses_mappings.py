# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Puts itself under a seccomp filter that answers mmap and mremap with an error, and goes on with threads of C's (those of
Python need such memory themselves) and without. Arguments: calls.so, the error number."""
import ctypes
import os
import sys

calls = ctypes.CDLL(sys.argv[1])
states = ctypes.CDLL(os.path.join(os.path.dirname(sys.argv[1]), "states.so"))
calls.call_malloc(0, 100, 5001)  # @before
calls.call_free(0, 100, 0)
assert states.refuse_mappings(int(sys.argv[2])) == 0
calls.call_malloc_in_threads(4, 10, 64)  # @threads
calls.call_malloc(0, 1000, 5002)  # @after
calls.call_free(0, 1000, 0)
print("done", flush=True)
