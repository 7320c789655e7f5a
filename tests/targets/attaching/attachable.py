# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Says "waiting", (and "started" where that takes preparations), waits in the way that is named until a byte comes in, allocates, says what it found, and stays until
another byte comes in. Arguments: calls.so, how to wait, a number for some."""
import ctypes
import os
import select
import signal
import socket
import sys
import threading
import time

calls = ctypes.CDLL(sys.argv[1])
arrived = threading.Event()


def read_byte():
    return os.read(0, 1)


def library(name):
    return os.path.join(os.path.dirname(sys.argv[1]), name + ".so")


def in_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    return thread


def wait_in_read():
    return len(read_byte())


def wait_in_sleep():
    start = time.monotonic()
    time.sleep(4)  # attaching must not take longer, however busy the machine
    return int(3.9 < time.monotonic() - start < 8)


def wait_in_select():
    return len(select.select([0], [], [])[0]) * len(read_byte())


def wait_in_epoll():
    poller = select.epoll()
    poller.register(0, select.EPOLLIN)
    print("started", flush=True)
    return len(poller.poll()) * len(read_byte())


def wait_in_lock():
    lock = threading.Lock()
    lock.acquire()
    in_thread(lambda: read_byte() and lock.release())
    print("started", flush=True)
    return int(lock.acquire())


def wait_in_waitpid():
    child = os.fork()
    if child == 0:
        read_byte()
        os._exit(1)
    return os.waitpid(child, 0)[1] >> 8


def wait_in_accept():
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = in_thread(lambda: read_byte() and socket.create_connection(server.getsockname()).close())
        print("started", flush=True)
        server.accept()[0].close()
        client.join()
    return 1


def wait_in_asyncio():
    import asyncio

    async def wait():
        loop = asyncio.get_running_loop()
        print("started", flush=True)
        readable = loop.create_future()
        loop.add_reader(0, lambda: readable.done() or readable.set_result(1))
        ticks = 0
        while not readable.done():
            await asyncio.sleep(0.001)
            ticks += 1
        loop.remove_reader(0)
        return int(ticks > 0) * len(read_byte())

    return asyncio.run(wait())


def wait_in_vfork():
    """Longer than a thread is given to stop."""
    return ctypes.CDLL(library("states")).vfork_for(b"started\n", 500) * len(read_byte())


def wait_holding_the_gil():
    """In a C function that computes until a byte is there, and lets no other Python code run."""
    return ctypes.PyDLL(library("states")).count_until_readable(0) * len(read_byte())


def wait_in_sort():
    """In a C library function that calls back: no place to enter from."""
    print("started", flush=True)
    return ctypes.CDLL(library("states")).sort_until_readable(0) * len(read_byte())


def wait_with_memory():
    """That it frees afterwards; argument: how many blocks."""
    count = int(sys.argv[3])
    calls.call_malloc(1000, count, 5001)
    good = len(read_byte())
    calls.call_free(1000, count, 0)
    return good


def wait_with_ignored_interrupts():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return len(read_byte()) * int(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)


def wait_with_handled_interrupts():
    """Neither loses an interrupt nor sees one that nobody sent."""
    seen = []
    signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    good = len(read_byte()) * int(not seen)
    os.kill(os.getpid(), signal.SIGINT)
    return good * len(seen)


def wait_with_faults_ignored():
    signal.signal(signal.SIGSEGV, signal.SIG_IGN)
    good = len(read_byte())
    return good * int(signal.getsignal(signal.SIGSEGV) == signal.SIG_IGN == ignored_by_the_kernel())


def ignored_by_the_kernel():
    with open("/proc/self/status") as status:
        mask = next(int(line.split()[1], 16) for line in status if line.startswith("SigIgn"))
    return signal.SIG_IGN if mask >> (signal.SIGSEGV - 1) & 1 else signal.SIG_DFL


def wait_in_greenlets():
    import greenlet

    def count():
        while True:
            greenlet.getcurrent().parent.switch(len(bytearray(5000)))

    workers = [greenlet.greenlet(count) for _ in range(10)]
    in_thread(lambda: (read_byte(), arrived.set()))
    print("started", flush=True)
    good = 1
    while not arrived.is_set():
        good &= all(worker.switch() == 5000 for worker in workers)
    return good


def wait_in_gevent():
    import gevent
    from gevent import os as cooperative

    results = []

    def work(number):
        for turn in range(10 ** 9):
            if results:
                return turn > 0
            gevent.sleep(0.001 * number)

    workers = [gevent.spawn(work, number) for number in range(1, 5)]
    gevent.sleep(0)
    cooperative.make_nonblocking(0)
    print("started", flush=True)
    results.append(cooperative.nb_read(0, 1))
    gevent.joinall(workers)
    os.set_blocking(0, True)
    return int(all(worker.value for worker in workers))


def wait_in_registers():
    """In code that would notice if anything of the thread's own changed."""
    return ctypes.CDLL(library("steady")).steady_until_readable(0) * len(read_byte())


def wait_forbidden():
    """Under a seccomp filter against what an attach needs; argument: what happens to who tries."""
    assert ctypes.CDLL(library("states")).forbid_memory_files(sys.argv[3].encode()) == 0
    print("started", flush=True)
    return len(read_byte())


def wait_confined():
    """Under a seccomp filter that kills for whatever this program does not do itself."""
    assert ctypes.CDLL(library("states")).confine() == 0
    print("started", flush=True)
    return len(read_byte())


def wait_busily():
    thread = in_thread(lambda: (read_byte(), arrived.set()))
    print("started", flush=True)
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
    thread = in_thread(lambda: (read_byte(), arrived.set()))
    matrix = numpy.eye(300) @ numpy.eye(300)
    print("started", flush=True)
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
