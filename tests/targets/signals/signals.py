# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Waits for signals. Argument: what they do.

die: what they do to any program · handle: end it with 40 + the number · count: end it with 50 + how many interrupts
came before a pause of a second.
"""
import signal
import sys
import time

from ready import ready

interrupts = []


def handle(number, frame):
    sys.exit(40 + number)


ACTIONS = {"die": signal.SIG_DFL, "handle": handle, "count": lambda number, frame: interrupts.append(number)}
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, ACTIONS[sys.argv[1]])
ready()
while True:
    before = len(interrupts)
    time.sleep(1)
    if before and before == len(interrupts):
        sys.exit(50 + before)
