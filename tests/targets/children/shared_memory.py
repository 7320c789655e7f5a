# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""40 MiB of shared memory, which three processes map by its name and hold at the same time."""
import os
import time
from multiprocessing import shared_memory

SIZE = 40 << 20


def read(name):
    block = shared_memory.SharedMemory(name)  # @read
    assert block.buf[SIZE - 1] == 7
    return block


block = shared_memory.SharedMemory(create=True, size=SIZE)  # @made
block.buf[SIZE - 1] = 7
ready, go = os.pipe(), os.pipe()
children = []
for _ in range(2):
    child = os.fork()
    if child == 0:
        os.close(go[1])
        held = read(block.name)
        os.write(ready[1], b".")
        os.read(go[0], 1)  # until both are here
        os._exit(0)
    children.append(child)
for _ in children:
    os.read(ready[0], 1)
time.sleep(0.3)  # longer than a time bucket, as merged captures know no more of the time
os.close(go[1])
for child in children:
    os.waitpid(child, 0)
block.close()
block.unlink()
