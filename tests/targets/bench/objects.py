# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Objects, buffers and dictionaries that come and go."""


class Record:
    def __init__(self, number):
        self.number = number
        self.name = "record %d" % number
        self.buffer = bytearray(1000 + number % 5000)
        self.tags = {"a": number, "b": [number] * 10}


def build(count):
    return [Record(number) for number in range(count)]


def run():
    for _ in range(10):
        records = build(40000)
        sorted(records, key=lambda record: record.number % 97)
