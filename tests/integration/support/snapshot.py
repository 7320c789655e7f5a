# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Snapshots of processes and cores, through a program that says what is in them (tests/support/snapshot_tool.cpp)."""
import json
import subprocess

from profiled import PATIENCE, PROGRAMS

TOOL = PROGRAMS / "snapshot_tool"


class Snapshot:
    """Open until close(), or the end of a with."""

    def __init__(self, kind, what, *executable, tool=TOOL, **keywords):
        self.process = subprocess.Popen([tool, kind, str(what), *map(str, executable)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **keywords)
        self.ended = None
        self.first = self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def facts(self):
        """What it is; an error if there is none."""
        return json.loads(self.first)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        """(exit code, stderr)"""
        if self.ended is None:
            errors = self.process.communicate(timeout=PATIENCE)[1]
            self.ended = self.process.returncode, errors
        return self.ended
