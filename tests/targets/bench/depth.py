# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Allocations at the bottom of deep recursions."""
import sys


def descend(depth):
    if depth == 0:
        return [bytearray(600) for _ in range(300)]
    return descend(depth - 1)


def run():
    sys.setrecursionlimit(5000)
    for _ in range(1500):
        descend(900)
