# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A heap of small objects of three kinds, of which some are replaced again and again, and JSON over them. With Python's
allocators about 23 million events and 1.4 million blocks that live at a time."""
import json


class Pair:
    __slots__ = ("left", "right")

    def __init__(self, number):
        self.left = number + 1000
        self.right = (number, number)


class Point:
    __slots__ = ("x", "y", "name")

    def __init__(self, number):
        self.x = float(number)
        self.y = -self.x
        self.name = "p%d" % number


class Tagged:
    __slots__ = ("tags",)

    def __init__(self, number):
        self.tags = {"n": number, "v": [number]}


KINDS = (Pair, Point, Tagged)


def run():
    kept = []
    for number in range(82_000):
        kept += [KINDS[number % 3](number), Pair(number), Point(number)]
    for turn in range(12):
        rows = [{"i": n, "s": "t%d" % n, "v": [n, n + 1.5]} for n in range(20_000)]
        assert len(json.loads(json.dumps(rows))) == 20_000
        for index in range(turn, len(kept), 5):
            kept[index] = KINDS[index % 3](index + turn)
