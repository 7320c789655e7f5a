# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Has as many children at the same time as the argument says; each has allocated before the first one ends."""
import os
import sys

count = int(sys.argv[1])
alive, end = os.pipe()
allocated, tell = os.pipe()
children = []
for _ in range(count):
    child = os.fork()
    if child == 0:
        os.close(end)
        kept = [bytes(1000) for _ in range(1000)]
        os.write(tell, b"x")
        os._exit(len(os.read(alive, 1)))
    children.append(child)
for _ in range(count):
    os.read(allocated, 1)
os.close(end)
print(sum(os.waitpid(child, 0)[1] != 0 for child in children), "of", count, "failed")
sys.exit(7)
