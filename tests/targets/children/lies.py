# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Asks the recorder of its children to record and to trace processes that are none of them. In the end it has an honest
child of each kind. Arguments: calls.so, liar.so, ids of other processes."""
import ctypes
import os
import re
import subprocess
import sys
import time

calls = ctypes.CDLL(sys.argv[1])
liar = ctypes.CDLL(sys.argv[2])
with open("/proc/self/maps") as maps:
    pool = ctypes.c_void_p(int(re.search("^([0-9a-f]+)-.*memfd:memray-children", maps.read(), re.MULTILINE)[1], 16))


def tracer_of(pid):
    with open("/proc/%d/status" % pid) as status:
        return re.search(r"TracerPid:\t(\d+)", status.read())[1]


liar.namespace_of.restype = ctypes.c_uint32
while liar.recorder_of(pool) == 0:
    time.sleep(0.001)
recorder = liar.recorder_of(pool)
own_namespace = os.stat("/proc/self/ns/pid").st_ino
assert liar.namespace_of(pool) == own_namespace
victims = [recorder, os.getppid(), *map(int, sys.argv[3:])]
for number in victims + [0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]:
    for namespace in (own_namespace, 0, own_namespace + 1):
        assert liar.claim(pool, number, number, namespace) == 0, number
        assert liar.ask_to_be_traced(pool, number, number, namespace) == 0, number
# Threads of others as its own, and its own as those of others.
for number in victims:
    assert liar.ask_to_be_traced(pool, os.getpid(), number, own_namespace) == 0, number
    assert liar.ask_to_be_traced(pool, number, os.getpid(), own_namespace) == 0, number
for victim in victims:
    assert tracer_of(victim) == "0", victim

child = os.fork()
if child == 0:
    calls.call_malloc(1000, 1, 777)  # @child
    os._exit(1)
assert os.waitpid(child, 0)[1] == 1 << 8
executed = os.path.join(os.path.dirname(os.path.abspath(__file__)), "executed.py")
assert subprocess.run([sys.executable, executed, sys.argv[1], "2"]).returncode == 2
