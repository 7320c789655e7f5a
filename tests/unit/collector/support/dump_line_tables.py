# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Prints the line table of many code objects and what the interpreter itself says each instruction's line is.

First line: sys.hexversion. Then per code object: first line, table in hex, the lines of the offsets 0, 2, 4, ...
"""
import argparse
import dataclasses
import dis
import sys
import textwrap
import types
import typing

ODD = """
def gap(a,
        b=1):

    x = (a +
         b)
""" + "\n" * 400 + """
    return [y
            for y in (x,
                      a)]
"""


def lines(code):
    size = len(code.co_code)
    if hasattr(code, "co_lines"):
        result = [code.co_firstlineno] * (size // 2)
        for start, end, line in code.co_lines():
            for offset in range(start, min(end, size), 2):
                result[offset // 2] = code.co_firstlineno if line is None else line
        return result
    starts = dict(dis.findlinestarts(code))
    line, result = code.co_firstlineno, []
    for offset in range(0, size, 2):
        line = starts.get(offset, line)
        result.append(line)
    return result


def dump(code):
    table = code.co_linetable if sys.version_info >= (3, 10) else code.co_lnotab
    print(code.co_firstlineno, table.hex() or "-", *lines(code))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            dump(constant)


print(sys.hexversion)
for module in argparse, dataclasses, textwrap, typing:
    with open(module.__file__, encoding="utf-8") as source:
        dump(compile(source.read(), module.__file__, "exec"))
dump(compile(ODD, "odd", "exec"))
