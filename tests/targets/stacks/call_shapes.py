# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Marks the stack in every shape of call there is."""
import asyncio
import contextlib
import ctypes
import functools
import re
import sys

from mark import mark


def generator():
    mark(); yield 1
    mark(); yield 2


def delegating():
    yield from generator()
    with contextlib.suppress(ValueError):
        yield
    mark(); yield from (mark() for _ in range(2))


def caught():
    try:
        yield
    except KeyError:
        mark(); yield
    finally:
        mark()


async def inner():
    mark()


async def outer():
    return await inner()


async def stream():
    for number in range(2):
        mark(); yield number
        await asyncio.sleep(0)


class Resource:
    async def __aenter__(self): mark(); await asyncio.sleep(0); mark()
    async def __aexit__(self, *what): mark(); await asyncio.sleep(0); mark()


async def concurrent():
    async with Resource():
        async for _ in stream():
            mark()
    await asyncio.gather(*(outer() for _ in range(3)), asyncio.get_running_loop().run_in_executor(None, mark))
    return [mark() async for _ in stream()]


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


class Meta(type):
    @classmethod
    def __prepare__(mcs, *what): mark(); return {}
    def __new__(mcs, *what): mark(); return super().__new__(mcs, *what)
    def __call__(cls, *what): mark(); return super().__call__(*what)


class Made(metaclass=Meta):
    def __init_subclass__(cls): mark()
    def __set_name__(self, owner, name): mark()
    def __enter__(self): mark()
    def __exit__(self, *what): mark()
    def __iter__(self): mark(); return iter([1])
    def __lt__(self, other): mark(); return True
    def __hash__(self): mark(); return 1
    def __eq__(self, other): mark(); return False


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


def reraised():
    try:
        handlers()
        raise KeyError from ValueError(mark())
    except KeyError as error:
        mark()
        return error.with_traceback(mark())


@functools.lru_cache(maxsize=None)
def cached(_):
    return mark()


@functools.singledispatch
def dispatched(_):
    return mark()


def through_c(depth):
    """Each level goes through the interpreter's C code, which pushes a frame of its own between the two."""
    if depth:
        list(map(through_c, [depth - 1]))
    else:
        mark()


def from_c():
    signature = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    order = signature(lambda first, second: mark() or first[0] - second[0])
    numbers = (ctypes.c_int * 3)(3, 1, 2)
    ctypes.CDLL(None).qsort(numbers, 3, 4, order)


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
list(delegating())
iterator = caught()
next(iterator)
iterator.throw(KeyError())
iterator.close()
asyncio.run(concurrent())
[[mark() for _ in range(2)] for _ in range(2)]
{mark(): [mark()] for _ in range(2)}
{(lambda: mark())() for _ in range(2)}
class Subclass(Made):
    made = Made()
with Made():
    min(Made(), Made())
    list(Made())
    {Made(), Made()}
reraised()
cached(1), cached(1), dispatched("1")
re.sub("[ab]", lambda match: mark() or "", "abc")
functools.partial(map, mark)([1]).__next__()
from_c()
through_c(20)
if sys.version_info >= (3, 10):
    exec("match Special():\n  case Special(value=None):\n    mark()\n")
deep(200)
