# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Programs whose memory is limited or locked. Arguments: calls.so, what, and for some a number. Each says at its end what
it found of itself, in kB: address space, resident and locked memory, and what of the first memray has mapped."""
import ctypes
import os
import re
import resource
import sys
import threading

calls = ctypes.CDLL(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
MCL_FUTURE, MCL_CURRENT_AND_FUTURE = 2, 3


def status(name):
    with open("/proc/self/status") as file:
        return int(re.search(r"^%s:\s*(\d+)" % name, file.read(), re.MULTILINE)[1])


def ours():
    with open("/proc/self/maps") as file:
        ranges = [line.split()[0] for line in file if "/memfd:memray" in line]
    return sum(int(end, 16) - int(begin, 16) for begin, end in (area.split("-") for area in ranges)) // 1024


def say():
    print(status("VmSize"), status("VmRSS"), status("VmLck"), ours(), flush=True)


def work(slot):
    calls.call_malloc(slot, 1, 7001)  # @thread
    calls.call_free(slot, 1, 0)


def work_deep(depth):
    work(0) if depth == 0 else work_deep(depth - 1)


def with_threads(count, then=say):
    """That many at the same time."""
    met = threading.Barrier(count + 1)

    def run(slot):
        work(slot)
        met.wait()
        met.wait()
    threads = [threading.Thread(target=run, args=(1000 + number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    met.wait()
    then()
    met.wait()
    for thread in threads:
        thread.join()


def start_until_refused(most):
    """Says how many threads that it gets."""
    done = threading.Event()

    def run(slot):
        work(slot)
        done.wait()
    started = []
    try:
        for number in range(most):
            thread = threading.Thread(target=run, args=(1000 + number,))
            thread.start()
            started.append(thread)
    except RuntimeError as error:
        print(error)
    done.set()
    for thread in started:
        thread.join()
    print(len(started))


def lock(flags=MCL_CURRENT_AND_FUTURE):
    if libc.mlockall(flags) != 0:
        sys.exit("mlockall: errno %d" % ctypes.get_errno())


def allocate_half():
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    calls.call_malloc(0, 1, limit // 2)  # @half
    calls.call_free(0, 1, 0)


def limit_itself(more):
    """To what it has now, and so much more, in MB. It waits until that must have been seen from outside."""
    limit = status("VmSize") * 1024 + (more << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    threading.Event().wait(0.3)
    print(limit // 1024, flush=True)


def fork():
    pid = os.fork()
    if pid == 0:
        work(0)
        say()
        os._exit(0)
    os.waitpid(pid, 0)


what, number = sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0
threading.stack_size(256 << 10)
if what == "rests":
    say()
elif what == "half":
    allocate_half()
    with_threads(number)
elif what == "limits":
    limit_itself(number)
    calls.call_malloc(0, 1, number << 19)  # @later
    calls.call_free(0, 1, 0)
    with_threads(4)
elif what == "limits_threads":
    limit_itself(64)
    with_threads(number)
elif what == "locks":
    lock()
    with_threads(number)
elif what == "locks_later":
    lock(MCL_FUTURE)
    with_threads(number)
elif what == "locks_until_refused":
    threading.stack_size(128 << 10)
    lock(MCL_FUTURE)
    start_until_refused(number)
elif what == "threads":
    with_threads(number)
elif what == "again":
    sys.setrecursionlimit(5000)
    print("ready", flush=True)
    for _ in sys.stdin:
        with_threads(20, then=lambda: work_deep(3000))
        print("done", flush=True)
elif what == "forks":
    fork()
elif what in ("waits_locked", "waits_to_lock_later"):
    lock(MCL_CURRENT_AND_FUTURE if what == "waits_locked" else MCL_FUTURE)
    say()
    print("waiting", flush=True)
    sys.stdin.readline()
    if number == 0:
        work(0)
        say()
    else:
        with_threads(number)
    sys.stdin.readline()
