# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Two threads that allocate under the GIL, one after the other."""
import sys
import threading


def work():
    kept = [None] * 1000
    for number in range(1_600_000):
        kept[number % 1000] = [number]


def run():
    sys.setswitchinterval(0.0005)
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
