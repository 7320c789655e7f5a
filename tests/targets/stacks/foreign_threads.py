# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Threads of a C library that Python knows nothing of. Arguments: calls.so."""
import ctypes
import sys

ctypes.CDLL(sys.argv[1]).call_malloc_in_threads(5, 200, 3001)
