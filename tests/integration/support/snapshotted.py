# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The base of tests that make snapshots of a program which says what it holds."""
import json
import os
import subprocess
import sys
from pathlib import Path

from attached import Attached
from profiled import LIBRARIES, TARGETS
from snapshot import Snapshot

TARGET = TARGETS / "heap/snapshotted.py"
ONE_MOMENT = ("stopped", "frozen")
KINDS = ("live", *ONE_MOMENT)
TAKEN = {"live": "live", "stopped": "copied", "frozen": "frozen"}
MEGABYTE = 1 << 20


def resident(pid):
    """Bytes that are mapped in page tables."""
    lines = Path("/proc/%d/smaps_rollup" % pid).read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("Rss:"))


def command_of(pid):
    try:
        return Path("/proc/%d/cmdline" % pid).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""  # a zombie's is empty, too


def children_of(pid):
    tasks = Path("/proc/%d/task" % pid)
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


class Snapshots(Attached):
    def start_target(self, *arguments, python=sys.executable, **keywords):
        """The process, and what it says first."""
        process = subprocess.Popen([python, TARGET, LIBRARIES, *map(str, arguments)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, **keywords)
        self.addCleanup(self.end, process)
        return process, json.loads(process.stdout.readline())

    def open(self, kind, process, **keywords):
        pid = process if isinstance(process, int) else process.pid
        snapshot = Snapshot(kind, pid, **keywords)
        self.addCleanup(snapshot.close)
        self.assertEqual(snapshot.facts["kind"], TAKEN[kind], snapshot.facts["notes"])
        self.assertEqual(snapshot.facts["pid"], pid)
        return snapshot

    def close(self, snapshot):
        self.assertEqual(snapshot.close(), (0, ""))

    def tell(self, process):
        process.stdin.write("x")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def refusal(self, *arguments, **keywords):
        """The one line that says why there is no snapshot."""
        snapshot = Snapshot(*arguments, **keywords)
        self.assertEqual(snapshot.first, "")
        status, errors = snapshot.close()
        self.assertEqual(status, 1)
        self.assertRegex(errors, r"\A[^\n]+\n\Z")
        return errors

    def copies_of(self, process):
        """Other processes that run, or stand still, with its command line."""
        command = command_of(process.pid)
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != process.pid
                and command_of(int(name)) == command]
