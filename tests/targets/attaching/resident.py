# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Holds 60 MB of its own memory, says "waiting", and once a byte has come in takes 40 MB for a moment, 20 MB of shared
memory for longer, and frees the 60 MB. Then it forks, if it is to, a child that takes 10 MB."""
import mmap
import os
import sys

MB = 1 << 20


def resident(size):
    return bytearray(b"x") * size


before = resident(60 * MB)
print("waiting", flush=True)
os.read(0, 1)
peak = resident(40 * MB)
os.read(0, 1)
del peak
del before
shared = mmap.mmap(-1, 20 * MB)
for i in range(20):
    shared.write(b"x" * MB)
if sys.argv[1:] and os.fork() == 0:
    mine = resident(10 * MB)
    os._exit(0)
if sys.argv[1:]:
    os.wait()
os.read(0, 1)
