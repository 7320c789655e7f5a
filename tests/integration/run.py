# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Runs the tests named on the command line, as unittest does: run.py exactness.EveryCall

Modules lie in the folders beside this file and are named without them. Two of one name are an error.

Exits with 77 (skipped, for CTest) where tracing a child process is not permitted, and where every test was skipped.
Reasons are printed. If the interpreters are chosen ($MEMRAY_INTERPRETERS), only the tests that take one run; else it is
an error if there are no tests.
"""
import collections
import ctypes
import os
import signal
import sys
import unittest
from pathlib import Path


def find_modules():
    """Puts the folders on the path."""
    modules = sorted(Path(__file__).resolve().parent.glob("*/*.py"))
    for name, count in collections.Counter(module.stem for module in modules).items():
        if count > 1:
            sys.exit("run.py: there are %d modules with the name %s" % (count, name))
    sys.path[:0] = dict.fromkeys(str(module.parent) for module in modules)


# No file or variable of this machine sets anything; tests that are about those say so.
os.environ["MEMRAY_OPTIONS"] = "--no-config"
find_modules()
import interpreters  # noqa: E402: found by the line before
import skips  # noqa: E402

PTRACE_TRACEME = 0
SKIPPED = 77


def may_trace():
    pid = os.fork()
    if pid == 0:
        os._exit(ctypes.CDLL(None).ptrace(PTRACE_TRACEME, 0, 0, 0) & 1)
    return os.waitpid(pid, 0)[1] == 0


class TakingInterpreter(unittest.TestLoader):
    def getTestCaseNames(self, case):
        return [name for name in super().getTestCaseNames(case) if hasattr(getattr(case, name), "takes_interpreter")]


def main():
    if not may_trace():
        print("SKIPPED: ptrace is not permitted here [%s]" % " ".join(sys.argv[1:]))
        return SKIPPED
    # A shell's background job ignores it, and so would all programs that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    loader = TakingInterpreter() if interpreters.chosen() else unittest.TestLoader()
    runner = unittest.TextTestRunner(verbosity=2, resultclass=skips.CountingResult)
    result = unittest.main(module=None, argv=sys.argv, testRunner=runner, testLoader=loader, exit=False).result
    skips.print_skipped(result)
    if result.nothing_ran():
        return SKIPPED
    return 0 if result.wasSuccessful() and (result.testsRun or interpreters.chosen()) else 1


if __name__ == "__main__":
    sys.exit(main())
