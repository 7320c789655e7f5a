# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Goes down and up deep stacks at random, in calls of every kind, allocates on the way, and marks the stack now and then.

Arguments: a seed, and how many steps to take.
"""
import random
import sys

from mark import mark

DEEPEST = 250
RANDOM = random.Random(int(sys.argv[1]))
left = int(sys.argv[2])


class Unwound(Exception):
    def __init__(self, levels): self.levels = levels


class Made:
    def __init__(self, depth): walk(depth)


def resumed():
    while True:
        depth = yield
        walk(depth)


def primed():
    made = resumed()
    next(made)
    return made


async def awaited(depth): walk(depth)


async def awaiting(depth): await awaited(depth)


def through_generator(depth):
    made = IDLE.pop() if IDLE and RANDOM.random() < 0.7 else primed()
    made.send(depth)  # which ends it, if something is raised
    IDLE.append(made)


def through_coroutine(depth):
    try:
        awaiting(depth).send(None)
    except StopIteration:
        pass


def through_comprehension(depth): return [walk(depth) for _ in range(1)]


WAYS = [lambda depth: walk(depth), lambda depth: walk(depth), Made, through_generator, through_coroutine,
        lambda depth: list(map(walk, [depth])), through_comprehension]
IDLE = []


def enter(depth):
    try:
        RANDOM.choice(WAYS)(depth + 1)
    except Unwound as unwound:
        if unwound.levels > 0:
            unwound.levels -= 1
            raise


def walk(depth):
    global left
    bytearray(600)
    while left > 0:
        left -= 1
        choice = RANDOM.random()
        if choice < 0.02:
            mark()
        elif choice < 0.6 and depth < DEEPEST:
            enter(depth)
        elif choice < 0.61 and depth > 100:
            raise Unwound(RANDOM.randrange(60))
        elif choice > 0.68:
            break
        bytearray(RANDOM.choice((40, 600)))
    bytearray(700)


sys.setrecursionlimit(20000)
while left > 0:
    enter(0)
