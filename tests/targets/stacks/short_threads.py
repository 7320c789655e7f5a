# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Short-lived threads, each of which allocates once. Arguments: calls.so, threads, how many at a time."""
import ctypes
import sys
import threading

calls = ctypes.CDLL(sys.argv[1])
COUNT, AT_A_TIME = int(sys.argv[2]), int(sys.argv[3])


def allocate(number):
    calls.call_malloc(number, 1, 4001)  # @thread


for first in range(0, COUNT, AT_A_TIME):
    threads = [threading.Thread(target=allocate, args=(first + index,)) for index in range(AT_A_TIME)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
