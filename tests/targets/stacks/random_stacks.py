# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Allocates from as many different deep stacks as its argument says (120,000): random calls of six functions, 1 to 64
deep. Half of the blocks are freed at once."""
import random
import sys

kept = []


def leaf(number):
    block = bytes(600 + number % 500)
    if number % 2:
        kept.append(block)


def a(path, number):
    path.pop()(path, number) if path else leaf(number)


def b(path, number):
    path.pop()(path, number) if path else leaf(number)


def c(path, number):
    path.pop()(path, number) if path else leaf(number)


def d(path, number):
    path.pop()(path, number) if path else leaf(number)


def e(path, number):
    path.pop()(path, number) if path else leaf(number)


def f(path, number):
    path.pop()(path, number) if path else leaf(number)


choose = random.Random(7)
for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 120_000):
    path = choose.choices((a, b, c, d, e, f), k=choose.randint(1, 64))
    path.pop()(path, number)
