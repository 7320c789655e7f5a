# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Says "up" and its process id, and waits for SIGWINCH: then it says how often the other signal came, and ends with 40.
Arguments: its number, what it does: keep (as at the start), die (by default), handle; and the descriptor for what it says."""
import os
import signal
import sys

number, action, said = signal.Signals(int(sys.argv[1])), sys.argv[2], int(sys.argv[3])
came = []
ends = []
heard, wakes = os.pipe()
os.set_blocking(wakes, False)
signal.set_wakeup_fd(wakes)
signal.signal(signal.SIGWINCH, lambda *_: ends.append(1))  # of all that memray passes on it is the last to be delivered
if number == signal.SIGINT and signal.getsignal(number) == signal.default_int_handler and action != "handle":
    signal.signal(number, signal.SIG_DFL)  # no traceback
if action == "die":
    signal.signal(number, signal.SIG_DFL)
if action == "handle":
    signal.signal(number, lambda *_: (came.append(1), os.write(said, b"got\n")))
os.write(said, b"up %d\n" % os.getpid())  # at once: a handler may write, too
while not ends:  # looked at between handlers, never inside another one
    os.read(heard, 1)
os.write(said, b"came %d\n" % len(came))
os._exit(40)
