# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Tells a FIFO that it is up and when it is continued; SIGUSR1 ends it with 7. What Ctrl-Z does: keep (stops it), deaf (it
says so and goes on), handle (it says so and stops itself); or it stops itself at once (self). Arguments: the FIFO, and
one of these."""
import os
import signal
import sys

events = os.open(sys.argv[1], os.O_WRONLY)


def say(text):
    os.write(events, text.encode() + b"\n")


def handle(*_):
    say("heard")
    if sys.argv[2] == "handle":
        os.kill(os.getpid(), signal.SIGSTOP)


# pause(2) would sleep on if a signal came right before it: Python runs handlers between its own instructions.
wakes, waker = os.pipe()
os.set_blocking(waker, False)
signal.set_wakeup_fd(waker)
signal.signal(signal.SIGCONT, lambda *_: say("continued"))
signal.signal(signal.SIGUSR1, lambda *_: os._exit(7))
if sys.argv[2] in ("deaf", "handle"):
    signal.signal(signal.SIGTSTP, handle)
say("up %d" % os.getpid())
if sys.argv[2] == "self":
    os.kill(os.getpid(), signal.SIGSTOP)
while True:
    os.read(wakes, 1)
