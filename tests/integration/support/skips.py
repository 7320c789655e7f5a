# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What of a run did not happen, and why: each skipped test in a line that scripts/test collects, as unit tests write it."""
import unittest


class CountingResult(unittest.TextTestResult):
    """Knows whether anything ran: a test, or one of its subtests, that was not skipped."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.anything_ran = False

    def addSuccess(self, test):
        super().addSuccess(test)
        self.anything_ran = True

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        self.anything_ran = True

    def nothing_ran(self):
        return bool(self.skipped) and self.wasSuccessful() and not self.anything_ran


def print_skipped(result):
    for test, reason in result.skipped:
        print("SKIPPED: %s [%s]" % (reason.strip().split("\n")[0], test.id()), flush=True)
