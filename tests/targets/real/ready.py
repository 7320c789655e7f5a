# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Lets a target and its test meet: ready() says so on one FIFO and waits for a line on another."""
import os


def ready():
    with open(os.environ["READY"], "w") as fifo:
        fifo.write("%d\n" % os.getpid())
    with open(os.environ["GO"]) as fifo:
        fifo.readline()
