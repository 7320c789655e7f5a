# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A process and two forked children that hold known amounts, one after the other or together. Arguments: calls.so, way."""
import ctypes
import os
import sys
import time

calls = ctypes.CDLL(sys.argv[1])
TOGETHER = sys.argv[2] == "together"
STANDS = 0.6  # seconds, many time buckets


def child(number, size):
    go, waiting = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(waiting)
        calls.call_malloc(number * 100, number * 10, size)  # @child
        time.sleep(STANDS)
        os.read(go, 1)
        os._exit(number)
    os.close(go)
    return pid, waiting


def end(pid, waiting):
    os.write(waiting, b"x")
    os.waitpid(pid, 0)


calls.call_malloc(0, 5, 30_000_000)  # @parent
if TOGETHER:
    first = child(1, 10_000_000)
    second = child(2, 20_000_000)
    time.sleep(STANDS)
    end(*first)
    end(*second)
else:
    end(*child(1, 10_000_000))
    time.sleep(STANDS)
    end(*child(2, 20_000_000))
calls.call_free(0, 5, 0)
