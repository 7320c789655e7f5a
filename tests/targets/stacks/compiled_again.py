# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Compiles and runs the same and similar texts again and again, in three threads; then calls functions that it has
kept. Arguments: how often, and how many functions to keep."""
import sys
import threading

times, kept = map(int, sys.argv[1:])


def same():
    for _ in range(times):
        exec(compile("def same():\n  return bytes(2000)\nsame()", "same.py", "exec"), {})


def similar():
    for number in range(times):
        text = f"def similar({'a' * (number % 97)}b={number}):\n  return bytes(3000)\nsimilar()"
        exec(compile(text, "similar.py", "exec"), {})


def keep():
    space = {}
    exec(compile("def kept():\n  return bytes(4000)", "kept.py", "exec"), space)
    return space["kept"]


threads = [threading.Thread(target=work) for work in (same, same, similar)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
functions = [keep() for _ in range(kept)]
for function in functions + functions:
    function()
