# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Allocates a million bytes from every shape of call there is, and prints the stack that Python itself sees there."""
import contextlib
import functools
import traceback

KEPT = []


def mark(*_):
    stack = traceback.extract_stack(); KEPT.append(bytearray(1000000))
    print(";".join(f"{frame.name}:{frame.lineno}" for frame in stack))


def generator():
    mark(); yield 1
    mark(); yield 2


async def inner():
    mark()


async def outer():
    return await inner()


def decorator(function):
    mark(); return function


@decorator
@decorator
def decorated(first,
              second):
    return mark()


class Special:
    mark()

    def __init__(self): mark()
    def __del__(self): mark()
    def __getattr__(self, name): mark(); return 1
    def __add__(self, other): mark(); return self
    def __call__(self, *arguments): mark()
    @property
    def value(self): return mark()


@contextlib.contextmanager
def context():
    mark(); yield
    mark()


def handlers():
    try:
        1 / 0
    except ZeroDivisionError:
        mark()
    finally:
        mark()


def deep(depth):
    if depth:
        deep(depth - 1)
    if depth % 25 == 0:
        mark()


decorated(1,
          2)
list(generator())
list(mark() for _ in range(2))
with contextlib.suppress(StopIteration):
    outer().send(None)
[mark() for _ in range(2)]
(lambda: mark())()
functools.reduce(mark, [1, 2, 3])
exec("def made():\n  mark()\nmade()")
handlers()
with context():
    mark()
for _ in range(60):  # hot enough to be specialised
    Special()
special = Special()
special.value, special.missing, special + 1, special()
del special
sorted([3, 1], key=lambda item: (mark(), item)[1])
deep(300)
