# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Threads that hand memory to each other. Arguments: handover.so, its function to call, threads, rounds of each."""
import ctypes
import sys
import threading

handover = ctypes.CDLL(sys.argv[1])
THREADS, ROUNDS = int(sys.argv[3]), ctypes.c_long(int(sys.argv[4]))


def work(function, seed):
    function(seed, ROUNDS)  # @exchange


if sys.argv[2] == "exchange_in_native_threads":
    handover.exchange_in_native_threads(THREADS, ROUNDS)
else:
    function = getattr(handover, sys.argv[2])
    threads = [threading.Thread(target=work, args=(function, seed)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
handover.empty_mailboxes()
