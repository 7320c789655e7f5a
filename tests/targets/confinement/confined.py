# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Allocates, puts itself under a seccomp filter that kills for whatever it does not do itself, and allocates so much that
every ring is full many times. Argument: calls.so."""
import ctypes
import os
import sys

calls = ctypes.CDLL(sys.argv[1])
states = ctypes.CDLL(os.path.join(os.path.dirname(sys.argv[1]), "states.so"))
calls.call_malloc(0, 100, 5001)  # @before
assert states.confine() == 0
for _ in range(40):
    calls.call_malloc(1000, 1000, 64)  # @after
    calls.call_free(1000, 1000, 0)
    grown = [bytes(700 + n % 100) for n in range(1000)]
print("done", flush=True)
os._exit(5)  # some interpreters tear down with other calls
