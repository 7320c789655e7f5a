# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Our exports beside those of memray 1.20 on the same interpreter and program: equal, field by field.

Compared are the stacks whose allocation the program itself asks for: what importing costs differs, since memray has
imported a part of the standard library before it starts to record.
"""
import collections
import csv
import json
import os
import shutil
import subprocess
import unittest

from interpreters import SID_ROOT as ROOT
from profiled import PATIENCE, TARGETS
from reports import Report

PROGRAMS = ("report_shapes.py", "report_lifetimes.py")
SELECTIONS = ((), ("--leaks",), ("--temporary-allocations",), ("--temporary-allocation-threshold", "16"))
FORMATS = ("csv", "gprof2dot", "speedscope")
IN_ROOT = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" /usr/bin/python3 -c \"$@\""  # memray needs /proc
RUN = "import sys, memray.commands; sys.exit(memray.commands.main(sys.argv[1:]))"
TRANSFORM = """
import memray.commands, sys
for form, *options in map(str.split, sys.argv[2:]):
    assert memray.commands.main(["transform", "-f", *options, "-o", sys.argv[1] + "-".join([form, *options]), form,
                                 sys.argv[1] + "bin"]) == 0
"""


# Of allocators in exports; memray calls all of them MMAP.
MAPPINGS = {"SHARED_MEMORY", "PRIVATE_FILE", "SHARED_FILE", "STACK", "PYTHON_ARENA"}


@unittest.skipUnless((ROOT / "usr/lib/python3/dist-packages/memray").exists() and os.geteuid() == 0,
                     "takes root, and a Debian sid with memray: scripts/sid_root makes one")
class Exports(Report):
    def setUp(self):
        super().setUp()
        # The programs have the same paths outside, where ours looks for them, and inside.
        self.inside = ROOT / self.folder.relative_to("/")
        self.inside.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, self.inside)
        for source in (*PROGRAMS, "report_shapes_import.py"):
            shutil.copy(TARGETS / "reports" / source, self.inside)
            shutil.copy(TARGETS / "reports" / source, self.folder)
        self.python = self.folder / "python"
        self.python.write_text(f'#!/bin/sh\nexec chroot {ROOT} /usr/bin/python3 "$@"\n', encoding="ascii")
        self.python.chmod(0o755)

    def peer(self, *arguments):
        """Runs Python code with memray 1.20."""
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", IN_ROOT, ROOT, *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout)

    def record_and_export(self, program):
        self.profile(program, python=str(self.python))
        self.peer(RUN, "run", "-q", "-f", "-o", self.folder / "peer.bin", program)
        self.peer(TRANSFORM, self.folder / "peer.", *(" ".join([form, *options]) for form in FORMATS
                                                      for options in SELECTIONS))

    def exports(self, form, options):
        """Ours and memray's, as text."""
        theirs = self.inside / ("peer." + "-".join([form, *options]))
        return self.output("transform", form, *options).decode(), theirs.read_text(encoding="utf-8")

    def own_stack(self, frames):
        """The frames, (function, file, ...), callees first, without memray's runner; None if the program did not ask
        for the memory itself."""
        if not frames or not frames[0][1].startswith(str(self.folder)):
            return None
        runner = [number for number, (_, file, *_) in enumerate(frames) if file == "<frozen runpy>"]
        return tuple(frames[:runner[0]] if runner else frames)

    def csv_of(self, text):
        rows = collections.Counter()
        for row in csv.DictReader(text.splitlines()):
            if row["allocator"] in MAPPINGS:
                row["allocator"] = "MMAP"  # which memray does not tell apart
            stack = self.own_stack([tuple(frame.split(";")) for frame in row.pop("stack_trace").split("|")]
                                   if row["stack_trace"] else [])
            if stack:
                rows[(stack, *row.items())] += 1
        return rows

    def gprof2dot_of(self, text):
        document = json.loads(text)
        self.assertEqual({tuple(function) for function in document["functions"]}, {("name", "module")})
        functions = [tuple(function.values()) for function in document.pop("functions")]
        events = collections.Counter()
        for event in document.pop("events"):
            stack = self.own_stack([functions[number] for number in event["callchain"]])
            if stack:
                events[(stack, *event["cost"])] += 1
        return document, events

    def speedscope_of(self, text):
        document = json.loads(text)
        frames = [(frame["name"], frame.get("file", ""), frame.get("line")) for frame in document.pop("shared")["frames"]]
        profiles = []
        for profile in document.pop("profiles"):
            weights = profile.pop("weights")
            self.assertEqual(profile.pop("endValue"), sum(weights))
            samples = ((self.own_stack([frames[number] for number in reversed(sample)]), weight)
                       for sample, weight in zip(profile.pop("samples"), weights))
            profiles.append((profile, {stack: weight for stack, weight in samples if stack}))
        del document["name"], document["exporter"]
        return document, profiles

    def test_they_are_equal(self):
        for program in PROGRAMS:
            self.record_and_export(self.folder / program)
            for form in FORMATS:
                for options in SELECTIONS:
                    with self.subTest(program=program, form=form, options=options):
                        ours, theirs = map(getattr(self, form + "_of"), self.exports(form, options))
                        self.assertEqual(ours, theirs)
                        self.assertTrue(ours if form == "csv" else ours[1])
