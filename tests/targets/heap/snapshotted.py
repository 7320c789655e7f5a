# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Says in a line of JSON where memory of its own is and what is in it, does what is named until a byte comes in, and
says in a line what it saw. Arguments: the folder of the libraries, what to do, a size in bytes or a time in
milliseconds, and for some what else."""
import ctypes
import json
import mmap
import os
import signal
import sys
import threading
import time

LIBRARIES, WHAT, SIZE = sys.argv[1], sys.argv[2], int(sys.argv[3])


def say(**facts):
    print(json.dumps(facts), flush=True)


def address_of(buffer):
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))


def count_up():
    """In C, without the GIL."""
    library = ctypes.CDLL(os.path.join(LIBRARIES, "equal_words.so"))
    library.count_words_up.restype = ctypes.c_uint64
    words = mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE)
    address = address_of(words)
    say(pid=os.getpid(), address=address, size=SIZE)
    say(last=library.count_words_up(ctypes.c_void_p(address), SIZE // 8, 0))


def hold():
    """Private and shared memory, and memory that is never touched."""
    private, untouched = (mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE) for _ in range(2))
    shared = mmap.mmap(-1, SIZE, flags=mmap.MAP_SHARED)
    for buffer in (private, shared):
        buffer[:] = bytes(range(256)) * (SIZE // 256)
    sbrk = ctypes.CDLL(None).sbrk
    sbrk.restype = ctypes.c_void_p
    ctypes.pythonapi.Py_GetCopyright.restype = ctypes.c_void_p
    constant = ctypes.c_void_p(ctypes.pythonapi.Py_GetCopyright())
    say(pid=os.getpid(), private=address_of(private), untouched=address_of(untouched), shared=address_of(shared),
        constant=constant.value, constant_text=ctypes.string_at(constant).decode(),
        heap_end=sbrk(0), program=os.readlink("/proc/self/exe"))
    os.read(0, 1)
    private[:] = bytes(SIZE)
    say(emptied=True)
    os.read(0, 1)
    say(ended=True)


def wait_on_small_stack():
    library = ctypes.CDLL(os.path.join(LIBRARIES, "small_stack.so"))
    library.changed_below_small_stack.restype = ctypes.c_long
    say(pid=os.getpid())
    say(changed=library.changed_below_small_stack(0))


def wait_in_c():
    """In a call with a time limit, which is not made again if something interrupts it."""
    library = ctypes.CDLL(None)
    limit = (ctypes.c_long * 2)(SIZE // 1000, SIZE % 1000 * 1_000_000)
    period = (ctypes.c_long * 2)(SIZE // 1000, SIZE % 1000 * 1_000)
    calls = {
        "nanosleep": lambda: library.nanosleep(limit, None),
        "clock_nanosleep": lambda: library.clock_nanosleep(1, 0, limit, None),
        "poll": lambda: library.poll(None, 0, SIZE),
        "ppoll": lambda: library.ppoll(None, 0, limit, None),
        "select": lambda: library.select(0, None, None, None, period),
        "event": lambda: int(threading.Event().wait(SIZE / 1000)),
    }
    say(pid=os.getpid())
    start = time.monotonic()
    result = calls[sys.argv[4]]()
    say(result=result, elapsed=time.monotonic() - start)


def watch_children():
    """As often as can be."""
    seen = {"rounds": 0, "waited": 0, "listed": 0, "signals": 0}
    signal.signal(signal.SIGCHLD, lambda *_: seen.update(signals=seen["signals"] + 1))
    over = threading.Event()

    def wait():
        while not over.is_set():
            seen["rounds"] += 1
            try:
                os.waitpid(-1, os.WNOHANG)
                seen["waited"] += 1
            except ChildProcessError:
                pass

    def look():
        while not over.is_set():
            for task in os.listdir("/proc/self/task"):
                try:
                    with open("/proc/self/task/%s/children" % task) as children:
                        seen["listed"] += len(children.read().split())
                except FileNotFoundError:
                    assert over.is_set()  # the other thread has ended

    threads = [threading.Thread(target=watch) for watch in (wait, look)]
    for thread in threads:
        thread.start()
    say(pid=os.getpid())
    os.read(0, 1)
    over.set()
    for thread in threads:
        thread.join()
    say(**seen)


globals()[WHAT]()
