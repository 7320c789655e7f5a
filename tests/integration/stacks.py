# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The Python stack of an allocation is the one that Python itself shows there, frame by frame."""
import os

from profiled import TARGETS, Profiled, with_every_interpreter, with_two_interpreters

CALL_SHAPES = TARGETS / "call_shapes.py"


class Stacks(Profiled):
    MARK = 1000000  # bytes of the allocations that the targets talk about

    def marked(self, capture):
        """The stacks of the marks, in the order of the allocations."""
        sites = [capture.sites[event["site"]] for kind, event in capture.events
                 if kind == "ALLOCATION" and event["size"] >= self.MARK]
        # Not the arenas that Python maps meanwhile.
        return [";".join(f"{frame.function}:{frame.line}:{frame.file}" for frame in reversed(site.frames))
                for site in sites if site.allocator != "mmap" and site.frames and site.frames[0].function == "mark"]

    def assert_true_stacks(self, *arguments, at_least, options=(), **keywords):
        shown = self.profile(*arguments, options=options, **keywords).stdout.splitlines()
        expected = [line for line in shown if "mark.py" in line]
        capture = self.capture()
        stacks = self.marked(capture)
        self.assertGreaterEqual(len(expected), at_least)
        # Threads may have printed in another order than they allocated.
        for seen, line in zip(sorted(stacks), sorted(expected)):
            self.assertEqual(seen, line)
        self.assertEqual(len(stacks), len(expected))
        self.assert_nothing_lost(capture)
        return capture


class Truth(Stacks):
    SHAPES = 220

    @with_every_interpreter
    def test_stacks_equal_those_of_traceback(self, python):
        self.assert_true_stacks(CALL_SHAPES, python=python, at_least=self.SHAPES)

    @with_two_interpreters()
    def test_so_they_do_with_the_allocators_of_python_traced(self, python):
        self.assert_true_stacks(CALL_SHAPES, python=python, at_least=self.SHAPES,
                                options=["--trace-python-allocators"])

    @with_two_interpreters(since=(3, 12))
    def test_so_they_do_with_the_trampolines_for_perf(self, python):
        capture = self.assert_true_stacks(CALL_SHAPES, python=python, at_least=self.SHAPES,
                                          options=["--python-arg=-X", "--python-arg=perf"])
        os.remove("/tmp/perf-%s.map" % capture.header["pid"])  # Python's; that it is there shows that it was on
