# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Calls that move, shrink, split or fail. Argument: calls.so."""
import ctypes
import sys

calls = ctypes.CDLL(sys.argv[1])
PAGE = 4096

calls.call_malloc(0, 10, 1001)  # @grown_from
calls.call_realloc(0, 10, 2001)  # @grown
calls.call_failing(0, 10, ctypes.c_size_t(1 << 62))  # @failing
calls.call_malloc(20, 10, 3001)  # @vanished
calls.call_realloc(20, 10, 0)  # @vanishing
calls.call_mmap(30, 10, 4 * PAGE)  # @remapped_from
calls.call_mremap(30, 10, 8 * PAGE)  # @remapped
calls.call_mmap(40, 10, 10 * PAGE)  # @punched
calls.call_munmap_inside(40, 10, 2 * PAGE)
calls.call_mmap(50, 10, 10 * PAGE)  # @cut
calls.call_munmap_inside(50, 10, 9 * PAGE)
calls.call_mmap(60, 10, 10 * PAGE)  # @unmapped
calls.call_munmap(60, 10, 10 * PAGE)
