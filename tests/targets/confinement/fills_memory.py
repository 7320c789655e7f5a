# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Takes one MiB after the other, and keeps count in a file, until the kernel ends it. Arguments: calls.so, file."""
import ctypes
import os
import sys

calls = ctypes.CDLL(sys.argv[1])
calls.call_malloc(0, 100, 5001)  # @before
blocks = []
descriptor = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT)
while True:
    blocks.append(b"x" * (1 << 20))  # @filling
    os.pwrite(descriptor, b"%8d" % len(blocks), 0)
