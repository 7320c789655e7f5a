# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Waits for signals, with handlers that exit with 40 + the signal's number if asked to. Argument: handle or die."""
import os
import signal
import sys
import time

from ready import ready


def handle(number, frame):
    sys.exit(40 + number)


for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, handle if sys.argv[1] == "handle" else signal.SIG_DFL)
if os.environ.get("READY"):
    ready()
while True:
    time.sleep(60)
