# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Holds known amounts, and does what the lines of a FIFO say. Arguments: calls.so, FIFO, where to write the pid."""
import ctypes
import os
import sys
import threading

calls = ctypes.CDLL(sys.argv[1])
EXECUTED = """
import time
def executed():
    return [bytearray(10000) for _ in range(50)]
held = executed()
time.sleep(1000)
"""
children = []
forever = threading.Lock()
forever.acquire()


def hold():
    calls.call_malloc(0, 100, 10001)


def work():
    calls.call_malloc(200, 50, 2000)
    forever.acquire()


def more():
    calls.call_malloc(300, 10, 3001)


def less():
    calls.call_free(0, 60, 0)


def spin():
    for _ in range(20000):
        calls.call_malloc(400, 10, 100)
        calls.call_free(400, 10, 0)


def in_child(number):
    calls.call_malloc(1000, number, 7001)
    forever.acquire()


def fork():
    children.append(os.fork())
    if children[-1] == 0:
        in_child(len(children))


def execute():
    import subprocess
    children.append(subprocess.Popen([sys.executable, "-c", EXECUTED]).pid)


def kill():
    """The one that was made first."""
    child = children.pop(0)
    os.kill(child, 15)
    os.waitpid(child, 0)


def begin():
    hold()


begin()
threading.Thread(target=work, daemon=True).start()
print("program says hello", flush=True)
with open(sys.argv[3], "w") as file:
    file.write(str(os.getpid()))
with open(sys.argv[2]) as fifo:
    for line in fifo:
        if line == "end\n":
            print("program fails", file=sys.stderr)
            sys.exit(3)
        globals()[line.strip()]()
