# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Allocates from 100,000 different stacks: ten calls on lines of their own, five deep."""
kept = []


def call(depth):
    if depth == 0:
        kept.append(bytes(1000))
        return
    call(depth - 1)
    call(depth - 1)
    call(depth - 1)
    call(depth - 1)
    call(depth - 1)
    call(depth - 1)
    call(depth - 1)
    call(depth - 1)
    call(depth - 1)
    call(depth - 1)


call(5)
