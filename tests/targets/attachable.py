# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Says "waiting", waits in the way that is named until a byte comes in, allocates, says what it found, and stays until
another byte comes in. Arguments: calls.so, how to wait, a number for some."""
import ctypes
import os
import select
import sys
import threading
import time

calls = ctypes.CDLL(sys.argv[1])
arrived = threading.Event()


def read_byte():
    return os.read(0, 1)


def in_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    return thread


def wait_in_read():
    return len(read_byte())


def wait_in_sleep():
    start = time.monotonic()
    time.sleep(1.5)
    return int(1.4 < time.monotonic() - start < 3)


def wait_in_select():
    return len(select.select([0], [], [])[0]) * len(read_byte())


def wait_in_epoll():
    poller = select.epoll()
    poller.register(0, select.EPOLLIN)
    count = len(poller.poll())
    poller.close()
    return count * len(read_byte())


def wait_in_lock():
    lock = threading.Lock()
    lock.acquire()
    in_thread(lambda: read_byte() and lock.release())
    return int(lock.acquire())


def wait_in_waitpid():
    child = os.fork()
    if child == 0:
        read_byte()
        os._exit(1)
    return os.waitpid(child, 0)[1] >> 8


def wait_busily():
    thread = in_thread(lambda: read_byte() and arrived.set())
    good = 1
    while not arrived.is_set():
        good &= len(bytearray(5000)) == 5000
    thread.join()
    return good


def wait_deep(depth=2000):
    """Busy under many frames, which take the recorder's hooks a long time to read."""
    if depth > 0:
        sys.setrecursionlimit(5000)
        return wait_deep(depth - 1)
    return wait_busily()


def wait_in_numpy():
    import numpy
    thread = in_thread(lambda: read_byte() and arrived.set())
    matrix = numpy.eye(300)
    while not arrived.is_set():
        matrix = matrix @ numpy.eye(300)
    thread.join()
    return int(matrix.sum() == 300)


def wait_with_threads():
    threads = [in_thread(arrived.wait) for _ in range(int(sys.argv[3]))]
    print("started", flush=True)
    read_byte()
    arrived.set()
    for thread in threads:
        thread.join()
    return 1


def wait_working():
    """Threads that allocate and import without end and check what they get."""
    faults = []

    def work(number):
        while not arrived.is_set():
            blocks = [bytes([number]) * (1000 + size) for size in range(50)]
            if any(block.count(number) != 1000 + size for size, block in enumerate(blocks)):
                faults.append(number)
            ctypes.CDLL(sys.argv[1])
            time.sleep(0 if number % 2 else 0.0005)

    threads = [in_thread(lambda number=number: work(number)) for number in range(1, 5)]
    read_byte()
    arrived.set()
    for thread in threads:
        thread.join()
    return int(not faults)


print("waiting", flush=True)
found = globals()["wait_" + sys.argv[2]]()
calls.call_malloc(0, 100, 5001)  # @after
print("woke", found, flush=True)
read_byte()
print("end", flush=True)
