# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A shell at its terminal with one job, in the foreground. Arguments: a FIFO for what happens, one for orders, and the
job. Of a job that has stopped it says so, and then does as it is ordered: f continues it, w waits for whoever does."""
import os
import signal
import sys

events = os.open(sys.argv[1], os.O_WRONLY)
orders = os.open(sys.argv[2], os.O_RDWR)  # else there would have to be a writer
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.write(events, b"job %d\n" % os.getpid())
    os.execv(sys.argv[3], sys.argv[3:])
while os.WIFSTOPPED(status := os.waitpid(job, os.WUNTRACED)[1]):
    os.tcsetpgrp(0, os.getpgrp())
    os.write(events, b"stopped %d\n" % os.WSTOPSIG(status))
    order = os.read(orders, 1)
    os.tcsetpgrp(0, job)
    if order == b"f":
        os.killpg(job, signal.SIGCONT)
os.write(events, b"ended %d\n" % os.waitstatus_to_exitcode(status))
