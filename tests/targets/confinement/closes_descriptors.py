# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Closes every descriptor it has, as daemons do, then goes on allocating. Argument: calls.so."""
import ctypes
import os
import sys

calls = ctypes.CDLL(sys.argv[1])
calls.call_malloc(0, 100, 5001)  # @before
os.closerange(0, 65536)
for _ in range(100):
    calls.call_malloc(1000, 1000, 64)  # @after
    calls.call_free(1000, 1000, 0)
os._exit(5)
