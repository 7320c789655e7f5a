# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Works under a flood of signals whose handlers work, too, in two threads; prints how many were handled. Arguments:
calls.so, rounds, and "attached" to say "waiting" first and to work until a byte comes in."""
import ctypes
import select
import signal
import sys
import threading

calls = ctypes.CDLL(sys.argv[1])
ROUNDS = int(sys.argv[2])
EVERY = 0.0005  # seconds
handled = 0
handling = False


def handle(number, frame):
    """Itself interrupted, by the next one, it is let finish."""
    global handled, handling
    if handling:
        return
    handling = True
    handled += 1
    calls.call_malloc(2000, 10, 333)  # @handler
    calls.call_free(2000, 10, 0)
    handling = False


def work(first):
    calls.call_malloc(first, 1000, 64)  # @work
    calls.call_free(first, 1000, 0)


def until_told():
    rounds = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        work(0)
        rounds += 1
    sys.stdin.readline()
    return rounds


signal.signal(signal.SIGALRM, handle)
signal.signal(signal.SIGPROF, handle)
signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)
signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
if "attached" in sys.argv:
    print("waiting", flush=True)
    ROUNDS = until_told()
else:
    other = threading.Thread(target=lambda: [work(1000) for _ in range(ROUNDS)])
    other.start()
    for _ in range(ROUNDS):
        work(0)
    other.join()
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.signal(signal.SIGPROF, signal.SIG_IGN)
print(ROUNDS, handled, flush=True)
