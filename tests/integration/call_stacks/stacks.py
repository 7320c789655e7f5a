# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The Python stack of an allocation is the one that Python itself shows there, frame by frame."""
import os

from profiled import MEMRAY, TARGETS, Profiled, with_every_interpreter, with_two_interpreters

CALL_SHAPES = TARGETS / "stacks/call_shapes.py"
DEEP_SHAPES = TARGETS / "stacks/deep_shapes.py"


class Stacks(Profiled):
    MARK = 1000000  # bytes of the allocations that the targets talk about

    def marked(self, capture):
        """The stacks of the marks, in the order of the allocations."""
        sites = [capture.sites[event["site"]] for kind, event in capture.events
                 if kind == "ALLOCATION" and event["size"] >= self.MARK]
        # Not the arenas that Python maps meanwhile.
        return [";".join(f"{frame.function}:{frame.line}:{frame.file}" for frame in reversed(site.frames))
                for site in sites if site.allocator not in ("mmap", "python_arena")
                and site.frames and site.frames[0].function == "mark"]

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

    @with_every_interpreter
    def test_so_do_deep_ones_that_come_and_go(self, python):
        for seed in range(2):
            self.assert_true_stacks(DEEP_SHAPES, seed, 4000, python=python, at_least=60)

    @with_two_interpreters()
    def test_so_they_do_with_the_allocators_of_python_traced(self, python):
        self.assert_true_stacks(CALL_SHAPES, python=python, at_least=self.SHAPES,
                                options=["--trace-python-allocators"])

    @with_two_interpreters(since=(3, 12))
    def test_so_they_do_with_the_trampolines_for_perf(self, python):
        capture = self.assert_true_stacks(CALL_SHAPES, python=python, at_least=self.SHAPES,
                                          options=["--python-arg=-X", "--python-arg=perf"])
        os.remove("/tmp/perf-%s.map" % capture.header["pid"])  # Python's; that it is there shows that it was on


class CompiledAgain(Profiled):
    """Code objects that look the same are one, however many there are."""
    TARGET = TARGETS / "stacks/compiled_again.py"

    def sites_of(self, capture):
        """(function, line, thread, allocations) of the sites of each file that was made up."""
        sites = {"same.py": [], "similar.py": [], "kept.py": []}
        for site in capture.sites:
            if site.frames and site.frames[0].file in sites and site.frames[0].function != "<module>":
                sites[site.frames[0].file].append((*site.frames[0][::2], site.thread, site.total.count))
        return sites

    @with_every_interpreter
    def test_stacks_and_sites_are_what_a_person_sees(self, python):
        times = 400
        capture = self.record(self.TARGET, times, 50, python=python)
        sites = self.sites_of(capture)
        self.assertEqual([site[:2] + site[3:] for site in sites["same.py"]], [("same", 2, times)] * 2)
        self.assertEqual([site[:2] + site[3:] for site in sites["similar.py"]], [("similar", 2, times)])
        self.assertEqual(sites["kept.py"], [("kept", 2, 0, 100)])
        self.assert_nothing_lost(capture)

    def test_more_functions_than_there_are_ids_have_their_names_and_lines(self):
        kept = 40_000
        capture = self.record(self.TARGET, 10, kept)
        self.assertEqual(self.sites_of(capture)["kept.py"], [("kept", 2, 0, 2 * kept)])
        self.assert_nothing_lost(capture)

    def test_the_recorder_does_not_grow(self):
        few, many = (self.most_memory(self.command(self.TARGET, times, 0)) for times in (300, 15_000))
        self.assertLess(many - few, 4 << 20)


class Different(Profiled):
    """120,000 stacks of up to 64 calls, which have little in common: 3.2 million nodes."""

    # The table makes a tree of my code and an index of it; the flame graph leaves that to the page.
    def test_reports_take_little_memory(self):
        self.profile(TARGETS / "stacks/random_stacks.py")
        for report, most in (("flamegraph", 240), ("table", 240)):
            command = [MEMRAY, report, "-o", str(self.folder / report), str(self.path)]
            self.assertLess(self.most_memory(command), most << 20, report)
