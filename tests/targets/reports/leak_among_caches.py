# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""One leak among what looks like one: a table loaded at the start, a cache that fills up, one that drops its oldest, a
batch that is emptied again and again. All are anonymous mappings of known sizes, made by one function.

Argument: "fork" to do it in two children at the same time; "ready" to wait before and after it, see ready.py."""
import mmap
import os
import sys
import time

from ready import ready

ROUNDS = 120
LEAKED = 10_000  # bytes in each round
table, leaked, memo, newest, batch = [], [], {}, [], []


def block(size):
    return mmap.mmap(-1, size)


def load_table():
    table.extend(block(50_000) for _ in range(40))


def leak():
    leaked.append(block(LEAKED))


def memoized(key):
    if key not in memo:
        memo[key] = block(20_000)


def remember():
    newest.append(block(15_000))
    if len(newest) > 20:
        newest.pop(0).close()


def collect():
    batch.append(block(30_000))
    if len(batch) == 15:
        while batch:
            batch.pop().close()


def work():
    load_table()
    for number in range(ROUNDS):
        leak()
        memoized(number % 30)
        remember()
        collect()
        time.sleep(0.012)


if "ready" in sys.argv:
    ready()
if "fork" in sys.argv:
    children = []
    for _ in range(2):
        children.append(os.fork())
        if children[-1] == 0:
            work()
            os._exit(0)
    for child in children:
        os.waitpid(child, 0)
else:
    work()
if "ready" in sys.argv:
    ready()
