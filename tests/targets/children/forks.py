# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Forks in a way. Child number i makes i allocations of 777 bytes. Arguments: calls.so, way, number of children."""
import concurrent.futures
import ctypes
import multiprocessing
import os
import sys
import threading

from ready import ready

calls = ctypes.CDLL(sys.argv[1])
COUNT = int(sys.argv[3])


def work(number):
    calls.call_malloc(1000, number, 777)  # @child
    return number


def fork(body, number):
    pid = os.fork()
    if pid == 0:
        body(number)
        os._exit(number % 100)
    return pid


def reap(pid, number):
    assert os.waitpid(pid, 0)[1] == number % 100 << 8


def burst():
    pids = [fork(work, number) for number in range(1, COUNT + 1)]
    for number, pid in enumerate(pids, 1):
        reap(pid, number)


def in_threads():
    threads = [threading.Thread(target=lambda number=number: reap(fork(work, number), number))
               for number in range(1, COUNT + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def nested():
    """Each child forks the next one."""
    def body(number):
        work(number)
        if number < COUNT:
            reap(fork(body, number + 1), number + 1)
    reap(fork(body, 1), 1)


def pool():
    context = multiprocessing.get_context("fork")
    for number in range(1, COUNT + 1):
        with concurrent.futures.ProcessPoolExecutor(1, context) as executor:
            assert executor.submit(work, number).result() == number


def daemon():
    """A process of its own that has closed everything; it works when the first one is gone."""
    def body(number):
        if os.fork() != 0:
            return
        os.setsid()
        path = os.environ["GO"]
        os.closerange(0, 65536)
        descriptor = os.open(path, os.O_RDONLY)
        os.read(descriptor, 1)
        work(number)
        os._exit(0)
    reap(fork(body, COUNT), COUNT)


def together():
    """All live at the same time: each ends when all have worked."""
    (arrivals, arrived), (end, closed_to_end) = os.pipe(), os.pipe()

    def body(number):
        work(number)
        os.close(closed_to_end)
        os.write(arrived, b"x")
        os.read(end, 1)

    pids = [fork(body, number) for number in range(1, COUNT + 1)]
    for _ in pids:
        os.read(arrivals, 1)
    os.close(closed_to_end)
    for number, pid in enumerate(pids, 1):
        reap(pid, number)


def silent():
    """Neither allocates in Python nor through a hook before it runs another program."""
    assert os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)[1] == 0
    assert os.system("exit 2") == 2 << 8


calls.call_malloc(0, 100, 5001)  # @before
if sys.argv[2] == "attached":
    ready()
    burst()
else:
    {"burst": burst, "threads": in_threads, "nested": nested, "pool": pool, "daemon": daemon,
     "silent": silent, "together": together}[sys.argv[2]]()
calls.call_malloc(200, 100, 5003)  # @after
