#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Says in one line how many tests passed, how many were skipped, and why: test_summary.py RESULTS [EXCUSES]

RESULTS is what `ctest --output-junit` wrote. Passed are CTest's tests; skipped is each test in them, or part of one, that
said "SKIPPED: <reason> [<which>]", so one that passed can have skipped parts.

EXCUSES has in each line a reason (a regular expression), " unless ", and a shell command that succeeds where the machine
could have run the test. With it, each skip that is not excused is named, and the status is 1 if there is one.
"""
import collections
import re
import subprocess
import sys
import xml.etree.ElementTree

SAID = re.compile(r"^SKIPPED: (.*) \[(.*)\]$", re.MULTILINE)


def skips_of(case):
    """(reason, which) of all that this test of CTest's did not run."""
    said = SAID.findall(case.findtext("system-out") or "")
    if case.find("skipped") is not None and not said:
        return [("CTest: " + case.find("skipped").get("message", "no reason"), case.get("name"))]
    return said


def summary(cases):
    failed = sum(case.find("failure") is not None for case in cases)
    passed = sum(case.find("skipped") is None for case in cases) - failed
    reasons = collections.Counter(reason for case in cases for reason, _ in skips_of(case))
    why = "; ".join("%d: %s" % (count, reason) for reason, count in reasons.most_common())
    return "%s%d passed, %d skipped%s" % ("%d failed, " % failed if failed else "", passed, sum(reasons.values()),
                                          " (%s)" % why if why else "")


def is_excused(reason, excuses):
    return any(re.fullmatch(expected, reason) and subprocess.run(["bash", "-c", command], stdout=subprocess.DEVNULL,
                                                                 stderr=subprocess.DEVNULL).returncode != 0
               for expected, command in excuses)


def read_excuses(path):
    with open(path, encoding="utf-8") as lines:
        return [tuple(line.rstrip("\n").split(" unless ", 1)) for line in lines if line.strip() and line[0] != "#"]


def main(results, excuses=None):
    cases = list(xml.etree.ElementTree.parse(results).getroot().iter("testcase"))
    faults = []
    if excuses:
        known = read_excuses(excuses)
        verdict = {reason: is_excused(reason, known) for case in cases for reason, _ in skips_of(case)}
        faults = ["%s: %s" % skip[::-1] for case in cases for skip in skips_of(case) if not verdict[skip[0]]]
        for fault in faults:
            print("skipped, and could have run here:", fault)
    print(summary(cases))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
