# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Blocks that their thread frees after exactly known numbers of other allocations, and one that another thread frees.

Each function after_N holds one block of HELD bytes while its thread allocates N others of OTHER bytes, one at a time.
"""
import mmap
import threading

HELD = 3_000_000
OTHER = 4096


def hold_during(others):
    held = mmap.mmap(-1, HELD)
    for _ in range(others):
        mmap.mmap(-1, OTHER).close()
    held.close()


def after_1():
    hold_during(1)


def after_2():
    hold_during(2)


def after_5():
    hold_during(5)


def after_16():
    hold_during(16)


def after_17():
    hold_during(17)


def after_40():
    hold_during(40)


def after_300():
    hold_during(300)


def block_for_another():
    return mmap.mmap(-1, HELD)


hold_during(300)  # so that Python has all memory it needs on the way
for function in (after_1, after_2, after_5, after_16, after_17, after_40, after_300):
    function()
# Whatever the threshold: another thread frees this.
thread = threading.Thread(target=block_for_another().close)
thread.start()
thread.join()
