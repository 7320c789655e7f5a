# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Exit codes for a CI that has no capture to compare with."""
import json

from reports import Report

PROGRAM = """import mmap
def hold(n): return mmap.mmap(-1, n)
def keep(n): return mmap.mmap(-1, n)
kept = keep(6_000_000)
held = hold(30_000_000)
del held
"""


class Limits(Report):
    def test_more_than_a_size_is_exit_code_3(self):
        self.profile("-c", PROGRAM)
        only = ["--include", "^(hold|keep) at"]  # what Python needs itself is not known
        for command in ("summary", "stats"):
            for options, status, complaint in (
                    (["--fail-if-peak", "36MB"], 0, ""),
                    (["--fail-if-peak", "35999999"], 3, "Live at the peak: 36.000MB, which is more than 35999999"),
                    (["--fail-if-leaks", "6MB"], 0, ""),
                    (["--fail-if-leaks=5999kB"], 3, "Not freed at the end: 6.000MB, which is more than 5999kB"),
                    (["--fail-if-peak", "1GB", "--fail-if-leaks", "1MB"], 3,
                     "Not freed at the end: 6.000MB, which is more than 1MB"),
                    (["--fail-if-peak", "0"], 3, "Live at the peak: 36.000MB, which is more than 0")):
                done = self.memray(command, *only, *options, self.path)
                self.assertEqual((options, done.returncode, done.stderr),
                                 (options, status, f"memray: {complaint}\n" if complaint else ""))
                self.assertNotEqual(done.stdout, "")
        both = self.memray("summary", *only, "--fail-if-peak=1MB", "--fail-if-leaks=1MB", "--json", self.path)
        self.assertEqual((both.returncode, both.stderr.count("\n")), (3, 2))
        json.loads(both.stdout)
        # Without --include it is all of the program.
        self.assertEqual(self.memray("summary", "--fail-if-peak", "36MB", self.path).returncode, 3)

    def test_what_is_no_size_is_refused_before_anything_is_read(self):
        for command in ("summary", "stats"):
            for option in ("--fail-if-peak", "--fail-if-leaks"):
                for text in ("5%", "x", "-1", "1TB"):
                    done = self.memray(command, f"{option}={text}", self.folder / "missing")
                    self.assertEqual((text, done.returncode, done.stdout), (text, 2, ""))
                    self.assertIn(f"argument {option}: '{text}' is not a size (such as 10MB)", done.stderr)
