# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Many short threads."""
import threading


def work(results, number):
    results.append(sum(len(bytearray(2000 + n)) for n in range(number % 50)))


def run():
    results = []
    for _ in range(80):
        threads = [threading.Thread(target=work, args=(results, number)) for number in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
