# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A graph of objects that says itself what it is made of. Prints JSON, then waits for a line.

"counts": objects of each type; "sizes": bytes of all of a type together, as sys.getsizeof() says; "builtins": address,
sys.getsizeof() and type of some; "ways": address, size and the expression that leads to it; "retained": an address and
the bytes that its blocks take.
"""
import collections
import datetime
import decimal
import functools
import gc
import json
import sys
import threading

COUNT = 300
LARGE = 70_000
MINOR = sys.version_info[1]


class WithDict:
    def __init__(self, number):
        self.first = number
        self.second = [number]


class Grown:
    """Whose attributes differ from those of the first."""

    def __init__(self, number):
        self.first = number
        setattr(self, "other%d" % (number % 7), number)


class Slots:
    __slots__ = ("left", "right", "__weakref__")

    def __init__(self, number):
        self.left = float(number) + 0.5
        self.right = (number, "r")


class OwnList(list):
    pass


class OwnTuple(tuple):
    pass


class OwnDict(dict):
    pass


class OwnSet(set):
    pass


class OwnText(str):
    pass


class OwnBytes(bytes):
    pass


class OwnFloat(float):
    pass


class OwnInt(int):
    pass


class OwnError(ValueError):
    pass


class Moment(datetime.datetime):
    pass


Pair = collections.namedtuple("Pair", "left right")


def generate(number):
    held = [number]
    yield held
    yield number


def closed(number):
    held = [number]
    return lambda: held


MAKERS = {
    "WithDict": WithDict,
    "Grown": Grown,
    "Slots": Slots,
    "OwnList": lambda number: OwnList(range(number % 50)),
    "OwnTuple": lambda number: OwnTuple(range(number % 20)),
    "OwnDict": lambda number: OwnDict.fromkeys(range(number % 30)),
    "OwnSet": lambda number: OwnSet(range(number % 40)),
    "OwnText": lambda number: OwnText("t" * (number % 60)),
    "OwnBytes": lambda number: OwnBytes(b"b" * (number % 60)),
    "OwnFloat": lambda number: OwnFloat(number + 0.5),
    "OwnError": lambda number: OwnError(number),
    "Pair": lambda number: Pair(number, [number]),
    "Moment": lambda number: Moment(2020, 1, 1 + number % 28, number % 24),
}
made = {name: [maker(number) for number in range(COUNT)] for name, maker in MAKERS.items()}
generators = [generate(number) for number in range(COUNT)]
for generator in generators:
    next(generator)
deques = [collections.deque(range(number)) for number in range(COUNT)]
decimals = [decimal.Decimal(number) / 7 for number in range(COUNT)]
parts = [functools.partial(int, str(number)) for number in range(COUNT)]

builtins = [[1, 2, 3], list(range(1000)), (1, 2), {1: 2}, dict.fromkeys(range(1000)), {"a": 1, "b": 2}, {1, 2},
            set(range(1000)), frozenset(range(100)), "ascii", "lat\u00ednica" * 3, "\u4e2d\u6587" * 5,
            "\U0001f600" * 4, "x" * 5000, b"bytes", b"y" * 3000, bytearray(b"z" * 700), 2 ** 20 + 1, 2 ** 900, 1.25, 3 + 4j,
            collections.deque(range(200)), object(), slice(1, 2, 3), WithDict, made["Slots"][3], generate.__code__, True, 0,
            OwnInt(5), OwnInt(0), OwnInt(2 ** 70), int, type, vars(made["WithDict"][0]), sys.intern("interned by name")]
grown_list = []
for number in range(77):
    grown_list.append(number)
builtins.append(grown_list)


ways = []


def known(way, number):
    """One that no free list keeps and no other object is as large as; `way` leads to it."""
    value = bytearray(LARGE + number * 1000)
    ways.append([id(value), sys.getsizeof(value), way])
    return value


CACHE = {"users": {17: [known(".CACHE['users'][17][0]", 1)]}, 5: known(".CACHE[5]", 2)}
slotted = Slots(1)
slotted.left = known(".slotted.left", 3)
instance = WithDict(1)
instance.second = known(".instance.second", 4)
instance.__dict__  # from here on there is such a dictionary, in some versions
plain = WithDict(2)
plain.second = known(".plain.second", 5)
queue = collections.deque([0] * 100 + [known(".queue[100]", 6)])


class Owner:
    table = {"key": known(".Owner.table['key']", 7)}


def with_default(value=known(".with_default.__defaults__[0]", 8)):
    return value


def enclosing():
    held = known(".enclosed.__closure__[0].cell_contents", 9)
    return lambda: held


enclosed = enclosing()


def suspended():
    held = known(".waiting%s (suspended(), local held)" % (".gi_frame" if MINOR < 11 else ""), 10)
    yield held


waiting = suspended()
next(waiting)


def fails():
    failing = known(".caught.__traceback__.tb_next.tb_frame (fails(), local failing)", 11)
    raise ValueError(len(failing))


try:
    fails()
except ValueError as error:
    caught = error
argued = OwnError(known(".argued.args[0]", 12))
KEPT = [known(".KEPT[0]", 14)]


def outer(*arguments):
    """Which has left its arguments above the height of its value stack."""
    def inner(*_):
        return None
    inner(*arguments)
    inner(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, KEPT[0])
    waits()


def waits():
    threading.Event().wait()


threading.Thread(target=outer, args=(1, 2), daemon=True).start()
retaining = list(tuple(bytes(100) for _ in range(1000)))


def work():
    working = known("work() (known_graph.py:%d), local working" % work.__code__.co_firstlineno, 13)
    running.set()
    threading.Event().wait()
    return working


def block(size):
    """Bytes of what an allocator gives for so many; debug hooks note what was asked for."""
    if hasattr(sys, "gettotalrefcount"):
        return (size + 7) // 8 * 8
    return (size + 15) // 16 * 16 if size <= 512 else (size + 8 + 15) // 16 * 16 - 8


running = threading.Event()
threading.Thread(target=work, daemon=True).start()
running.wait()
gc.collect()
for more in (slotted, instance, plain, argued):
    made[type(more).__name__].append(more)
items = sys.getsizeof(retaining) - sys.getsizeof([])
print(json.dumps({
    "counts": {**{"__main__." + name: len(values) for name, values in made.items()}, "decimal.Decimal": COUNT},
    "sizes": {"__main__." + name: sum(map(sys.getsizeof, values)) for name, values in made.items()},
    "builtins": [[id(value), sys.getsizeof(value), type(value).__name__] for value in builtins],
    "ways": ways,
    "retained": [id(retaining),
                 block(sys.getsizeof([])) + block(items) + len(retaining) * block(sys.getsizeof(bytes(100)))],
}), flush=True)
sys.stdin.readline()
