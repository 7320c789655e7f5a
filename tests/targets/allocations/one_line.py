# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Four threads that allocate at one line. Argument: calls.so."""
import ctypes
import sys
import threading

calls = ctypes.CDLL(sys.argv[1])


def allocate(number):
    for index in range(100):
        calls.call_malloc(number * 100 + index, 1, 2003)  # @threads
    calls.call_free(number * 100, 50, 0)


workers = [threading.Thread(target=allocate, args=(number,)) for number in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
