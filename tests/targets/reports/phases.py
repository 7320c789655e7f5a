# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Memory of known sizes in three phases, and when they were: prints the times at which the second began and ended, in
seconds since the epoch. Around these it rests, so that a recorder which is late by less than that is right."""
import mmap
import time

MB = 1_000_000
REST = 0.3  # seconds on either side of a time


def rest():
    time.sleep(REST)
    now = time.time()
    time.sleep(REST)
    return now


def from_before(size):
    return mmap.mmap(-1, size)


def kept():
    return mmap.mmap(-1, 4 * MB)


def lent():
    return mmap.mmap(-1, 2 * MB)


def passing():
    mmap.mmap(-1, 3 * MB).close()


def afterwards():
    return mmap.mmap(-1, 5 * MB)


early, given_back = from_before(10 * MB), from_before(7 * MB)
begin = rest()
held, borrowed = kept(), lent()
passing()
end = rest()
borrowed.close()
given_back.close()
late = afterwards()
rest()
print(begin, end)
