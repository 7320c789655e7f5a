# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The first process of a PID namespace, which has a worker whose children have chosen numbers in there. Child i makes i
allocations of 777 bytes. Arguments: calls.so, way, Python of those that are executed, number of the worker, those of
its children."""
import _thread
import ctypes
import os
import subprocess
import sys
import threading

from ready import ready

CLONE_NEWPID = 0x20000000
PR_SET_NAME = 15
calls = ctypes.CDLL(sys.argv[1])
WAY, PYTHON = sys.argv[2:4]
WORKER, *NUMBERS = map(int, sys.argv[4:])


def choose(number):
    """Of the next process that is made in this namespace."""
    with open("/proc/sys/kernel/ns_last_pid", "w") as file:
        file.write(str(number - 1))


def work(i):
    calls.call_malloc(1000, i, 777)  # @child


def forked(i, number, body):
    choose(number)
    pid = os.fork()
    if pid == 0:
        assert os.getpid() == number
        body(i)
        os._exit(i)
    return pid


def reap(pid, i):
    assert os.waitpid(pid, 0)[1] == i << 8


def executed(i):
    return [PYTHON, os.path.join(os.path.dirname(os.path.abspath(__file__)), "executed.py"), sys.argv[1], str(i)]


def fork():
    for i, number in enumerate(NUMBERS, 1):
        reap(forked(i, number, work), i)


def execute():
    for i, number in enumerate(NUMBERS, 1):
        reap(forked(i, number, lambda i: os.execv(PYTHON, executed(i))), i)


def spawn():
    for i, number in enumerate(NUMBERS, 1):
        choose(number)
        assert subprocess.run(executed(i)).returncode == i


def nested():
    """Each child is the first process of a namespace of its own: several that call themselves 1, at the same time."""
    (arrivals, arrived), (end, closed_to_end), (begin, closed_to_begin) = os.pipe(), os.pipe(), os.pipe()

    def body(i):
        os.close(closed_to_begin)
        os.read(begin, 1)  # its own child has a number here, too, which could else be the next one chosen
        assert ctypes.CDLL(None).unshare(CLONE_NEWPID) == 0
        pid = os.fork()
        if pid == 0:
            assert os.getpid() == 1
            work(i)
            os.close(closed_to_end)
            os.write(arrived, b"x")
            os.read(end, 1)
            os._exit(i)
        os.close(closed_to_end)
        reap(pid, i)

    pids = [forked(i, number, body) for i, number in enumerate(NUMBERS, 1)]
    os.close(closed_to_begin)
    for _ in pids:
        os.read(arrivals, 1)
    os.close(closed_to_end)
    for i, pid in enumerate(pids, 1):
        reap(pid, i)


def named_work():
    ctypes.CDLL(None).prctl(PR_SET_NAME, b"its own name", 0, 0, 0)
    is_named.set()
    go_on.wait()
    calls.call_malloc(500, 10, 777)
    has_worked.set()
    end.wait()
    ended.set()


def named():
    go_on.set()
    has_worked.wait()
    ready()
    end.set()
    ended.wait()


choose(WORKER)
worker = os.fork()
if worker != 0:
    sys.exit(os.waitpid(worker, 0)[1] >> 8)
if WAY == "named":
    is_named, go_on, has_worked, end, ended = (threading.Event() for _ in range(5))
    _thread.start_new_thread(named_work, ())  # no Thread, which would have a name of Python's
    is_named.wait()
ready()
calls.call_malloc(0, 100, 5001)  # @before
{"fork": fork, "execute": execute, "spawn": spawn, "nested": nested, "named": named}[WAY]()
calls.call_malloc(200, 100, 5003)  # @after
