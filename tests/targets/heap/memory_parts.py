# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""memory_parts.py LIBRARY COMMAND...: does what it is told, one command after the other; `say` has malloc write what it
has (figures.c) and waits for a byte, while no thread does anything: all others wait, for the GIL if for nothing else.
"""
import ctypes
import mmap
import os
import sys
import tempfile
import threading
import time

MIB = 1 << 20
BLOCKS = 4000

figures = ctypes.CDLL(sys.argv[1])
holding_gil = ctypes.PyDLL(sys.argv[1])  # a thread that waits for it waits on
never = os.pipe()[0]
kept = []
stopped = threading.Event()


def is_idle(thread):
    """Whether it is in a system call that waits (read, futex), or gone."""
    try:
        with open("/proc/self/task/%d/syscall" % thread) as file:
            return file.read().split()[0] in ("0", "202")
    except OSError:
        return True


def wait_for_threads():
    own = threading.get_native_id()
    for _ in range(10000):
        if all(is_idle(int(thread)) for thread in os.listdir("/proc/self/task") if int(thread) != own):
            return
        time.sleep(0.001)
    sys.exit("threads do not come to rest")


def say():
    wait_for_threads()
    holding_gil.say_and_wait(1, 0)


def start(function, *arguments, stack=0):
    threading.stack_size(stack)
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def fill(number):
    blocks = [bytes(600 + (number * 37 + i * 13) % 3000) for i in range(1500)]
    del blocks[::3]
    small = [bytes(100 + i % 300) for i in range(500)]
    del small[::2]
    stopped.wait()


def threads():
    """More arenas, each with free and cached chunks; more than a heap of one."""
    kept.extend(start(fill, number) for number in range(6))
    kept.append(start(lambda: (figures_of_big(), stopped.wait())))


def figures_of_big():
    blocks = (ctypes.c_void_p * 9000)()
    figures.allocate(blocks, 9000, ctypes.c_size_t(10000))
    figures.free_every_other(blocks, 9000)
    kept.append(blocks)


def objects():
    kept.append([bytes(500 + i % 4000) for i in range(6000)])
    del kept[-1][::2]
    kept.append([{str(i): i} for i in range(20000)])


def mapped():
    """Chunks with mappings of their own, one that has grown, and aligned ones."""
    kept.extend(bytearray(MIB + i * 5000) for i in range(5))
    kept[-1].extend(bytes(3 * MIB))
    figures.allocate_aligned.restype = ctypes.c_void_p
    kept.extend(figures.allocate_aligned(ctypes.c_size_t(alignment), ctypes.c_size_t(2 * MIB))
                for alignment in (64, 4096, 65536))


def hold():
    blocks = (ctypes.c_void_p * BLOCKS)()
    figures.allocate(blocks, BLOCKS, ctypes.c_size_t(10000))
    kept.append(blocks)


def release():
    figures.free_every_other(kept[-1], BLOCKS)


def trim():
    wait_for_threads()
    holding_gil.say_before_and_after_trim(1, 0)


def shared():
    memory = mmap.mmap(-1, 40 * MIB)
    memory.write(b"x" * (40 * MIB))
    kept.append(memory)


def mapped_file():
    file = tempfile.TemporaryFile()
    file.write(b"y" * (16 * MIB))
    file.flush()
    memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    sum(memory[::4096])
    kept.append((file, memory))


def untouched():
    kept.append(mmap.mmap(-1, 64 * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))


def zeros():
    """Memory that was read, and never written: it has pages, which count nowhere."""
    memory = mmap.mmap(-1, 32 * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    kept.append((memory, sum(memory[::4096])))


def deep_thread():
    start(figures.wait_deep, ctypes.c_size_t(8 * MIB), never, stack=64 * MIB)


def was_deep_thread():
    start(lambda: (figures.go_deep(ctypes.c_size_t(5 * MIB)), stopped.wait()), stack=64 * MIB)


def ended_thread():
    start(figures.go_deep, ctypes.c_size_t(3 * MIB), stack=16 * MIB).join()


def tables():
    import numpy
    import pandas
    numbers = numpy.random.default_rng(1)
    frame = pandas.DataFrame({"k": numbers.integers(0, 5000, 200000), "v": numbers.normal(size=200000),
                              "s": ["name%d" % (i % 7000) for i in range(200000)]})
    means = frame.groupby("k").v.agg(["mean", "std"])
    kept.extend((frame, frame.merge(means, left_on="k", right_index=True), numpy.empty(20 * MIB)))


for command in sys.argv[2:]:
    globals()[command]()
