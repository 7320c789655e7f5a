# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Allocates before and after it is ready, then exits with 7. Argument: calls.so."""
import ctypes
import sys

from ready import ready

calls = ctypes.CDLL(sys.argv[1])
calls.call_malloc(0, 100, 5001)  # @before
ready()
for _ in range(200):
    calls.call_malloc(1000, 1000, 64)  # @after
    calls.call_free(1000, 1000, 0)
sys.exit(7)
