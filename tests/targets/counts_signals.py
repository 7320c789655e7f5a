# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Says "up" and its process id, and waits for SIGWINCH: then it says how often the other signal came, and ends with 40.
Arguments: its number, and what it does: keep (as at the start), die (by default), handle."""
import os
import signal
import sys
import time

number, action = signal.Signals(int(sys.argv[1])), sys.argv[2]
came = []


def end(*_):
    print("came", len(came), flush=True)
    os._exit(40)


signal.signal(signal.SIGWINCH, end)  # of all that memray passes on it is the last to be delivered
if number == signal.SIGINT and signal.getsignal(number) == signal.default_int_handler and action != "handle":
    signal.signal(number, signal.SIG_DFL)  # no traceback
if action == "die":
    signal.signal(number, signal.SIG_DFL)
if action == "handle":
    signal.signal(number, lambda *_: (came.append(1), print("got", flush=True)))
print("up", os.getpid(), flush=True)
while True:
    time.sleep(1)
