# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Stacks stay true under profilers, tracers, coverage tools and debuggers, which see what they would see without us."""
from profiled import TARGETS, with_two_interpreters
from stacks import CALL_SHAPES, Stacks, Truth

OBSERVED = TARGETS / "stacks/observed.py"


class Observers(Stacks):
    def check(self, python, *arguments, at_least=Truth.SHAPES):
        # Not every one of these tools puts the program's folder on the path.
        self.assert_true_stacks(*arguments, python=python, at_least=at_least, env={"PYTHONPATH": str(CALL_SHAPES.parent)})

    @with_two_interpreters(since=(3, 10))
    def test_under_profile_and_trace_functions(self, python):
        for kind in ("setprofile", "settrace"):
            self.check(python, OBSERVED, kind, at_least=Truth.SHAPES + 20)

    @with_two_interpreters(since=(3, 12))
    def test_under_tools_of_sys_monitoring(self, python):
        self.check(python, OBSERVED, "monitoring", at_least=Truth.SHAPES + 4)

    @with_two_interpreters()
    def test_under_cprofile(self, python):
        statistics = self.folder / "statistics"
        self.check(python, "-m", "cProfile", "-o", statistics, CALL_SHAPES)
        self.assertGreater(statistics.stat().st_size, 1000)

    @with_two_interpreters("coverage")
    def test_under_coverage(self, python):
        data = self.folder / "coverage"
        self.check(python, "-m", "coverage", "run", "--data-file", data, CALL_SHAPES)
        self.assertGreater(data.stat().st_size, 1000)

    @with_two_interpreters(since=(3, 10))  # before, Python itself shows stale lines of frames that were traced once
    def test_under_pdb(self, python):
        self.check(python, "-m", "pdb", "-c", "continue", "-c", "quit", CALL_SHAPES)
