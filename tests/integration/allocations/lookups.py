# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Calls of malloc that no linker made: found by dlsym, in another namespace, in constructors of libraries."""
import collections

from attached import Attached
from capture import NOTHING
from profiled import LIBRARIES, PATIENCE, TARGETS, lines_of, with_two_interpreters

TARGET = TARGETS / "allocations/lookups.py"
COUNT = 200
# Marker of the line -> the size that only its calls ask for.
SIZES = {"ctypes": 30011, "next": 30012, "version": 30013, "library": 30014, "kept": 30015, "namespace": 30016,
         "constructor": 30018, "bound_constructor": 30019}


class OtherRoads(Attached):
    def check(self):
        capture = self.capture()
        counts = collections.Counter(event["size"] for kind, event in capture.events if kind == "ALLOCATION")
        lines = lines_of(TARGET)
        for marker, size in SIZES.items():
            with self.subTest(marker=marker):
                self.assertEqual(counts[size], COUNT)
                # With what ctypes and others allocate at that line.
                line = str(TARGET), lines[marker]
                leaked = sum((site.leaked for site in capture.sites
                              if line in [(frame.file, frame.line) for frame in site.frames]), NOTHING)
                self.assertGreaterEqual(leaked.bytes, COUNT * size)
                self.assertLess(leaked.bytes, (COUNT + 10) * size)
        self.assert_nothing_lost(capture)

    @with_two_interpreters()
    def test_each_road_is_recorded_in_a_program_that_is_run(self, python):
        self.profile(TARGET, LIBRARIES, python=python)
        self.check()

    @with_two_interpreters()
    def test_each_road_is_recorded_after_an_attach_and_works_after_a_detach(self, python):
        process = self.launch_command([python, TARGET, LIBRARIES, "wait"])
        self.attach(process)
        self.wake(process, "allocated\n")
        self.detach(process)
        self.check()
        self.wake(process, "done\n")
        self.wake(process, "")
        self.assertEqual(process.wait(PATIENCE), 0)
