# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Runs the tests named on the command line, as unittest does: run.py exactness.EveryCall

Exits with 77 (skipped, for CTest) where tracing a child process is not permitted.
"""
import ctypes
import os
import sys
import unittest

PTRACE_TRACEME = 0
SKIPPED = 77


def may_trace():
    pid = os.fork()
    if pid == 0:
        os._exit(ctypes.CDLL(None).ptrace(PTRACE_TRACEME, 0, 0, 0) & 1)
    return os.waitpid(pid, 0)[1] == 0


if __name__ == "__main__":
    if not may_trace():
        print("ptrace is not permitted here", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main(module=None, argv=sys.argv, verbosity=2)
