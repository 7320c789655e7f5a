# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""All reports say the same, exact numbers about memory that is known."""
import json

from profiled import TARGETS
from reports import Report, amounts_of, by_function, functions_of

SHAPES = TARGETS / "reports/report_shapes.py"
LIFETIMES = TARGETS / "reports/report_lifetimes.py"
MB = 1_000_000
LEAKED = {"leak": (2, 12 * MB), "work": (1, 4 * MB), "keep": (3, 16 * MB)}
# What functions of report_shapes.py and their callees hold: (allocations, bytes).
SELECTIONS = {
    (): {**LEAKED, "reach_the_peak": (1, 30 * MB)},
    ("--leaks",): LEAKED,
    ("--temporary-allocations",): {"use_for_a_moment": (5, 5 * MB), "reach_the_peak": (1, 30 * MB)},
}
# The functions after_N of report_lifetimes.py: N, and the smallest threshold that their block is below. Captures tell
# lifetimes of more than 16 apart by powers of two.
HELD, OTHER = 3_000_000, 4096
LIFETIMES_OF = {1: 1, 2: 2, 5: 5, 16: 16, 17: 32, 40: 64, 300: 512}
THRESHOLDS = (0, 1, 2, 4, 5, 15, 16, 32, 64, 256, 512, 4096)


def temporary_within(threshold):
    """The others of each after_N are freed before anything else is allocated."""
    return {f"after_{others}": (others + held, others * OTHER + held * HELD)
            for others, least in LIFETIMES_OF.items() for held in [threshold >= least]}


class Numbers(Report):
    def holdings(self, metric, *options):
        """Function -> Holding, in each report."""
        return {"summary": self.of_summary(*options), "tree": self.of_tree(*options),
                "flamegraph": self.of_flamegraph(metric, *options),
                "flamegraph of threads": self.of_flamegraph(metric, "--inverted", "--split-threads", *options),
                "csv": self.of_csv(*options), "speedscope": self.of_speedscope(*options),
                "pprof": self.of_pprof(*options), "gprof2dot": self.of_gprof2dot(*options),
                "collapsed": self.of_collapsed(*options)}

    def check(self, metric, options, expected, absent=()):
        for report, found in self.holdings(metric, *options).items():
            with self.subTest(report=report, options=options):
                if report in ("gprof2dot", "collapsed"):
                    self.assertEqual({name: found[name].bytes for name in expected},
                                     {name: size for name, (_, size) in expected.items()})
                else:
                    self.assertEqual({name: found[name] for name in expected}, expected)
                self.assertEqual([name for name in absent if name in found], [])


class SameNumbers(Numbers):
    def test_every_report_has_the_expected_numbers(self):
        names = {name for numbers in SELECTIONS.values() for name in numbers}
        for recording in ([], ["--aggregate"]):
            self.profile(SHAPES, options=recording)
            for options, expected in SELECTIONS.items():
                metric = {(): "peak", ("--leaks",): "leaked"}.get(options, "temporary")
                self.check(metric, options, expected, absent=names - set(expected))

    def test_thresholds_tell_lifetimes_apart(self):
        self.profile(LIFETIMES)
        for threshold in THRESHOLDS:
            self.check("temporary", ["--temporary-allocation-threshold", threshold], temporary_within(threshold),
                       absent=["block_for_another"])

    def test_a_threshold_between_two_classes_is_rounded_up_and_that_is_said(self):
        self.profile(LIFETIMES)
        done = self.memray("summary", "--json", "--temporary-allocation-threshold", "33", self.path)
        self.assertEqual((done.returncode, done.stderr), (0,
            "memray: a capture tells lifetimes of up to 16 other allocations apart, then powers of two: using a "
            "threshold of 64 instead of 33\n"))
        self.assertEqual(json.loads(done.stdout), self.printed("summary", "--json", "--temporary-allocation-threshold",
                                                               "64"))

    def test_wholes_are_the_same_everywhere(self):
        self.profile(SHAPES)
        for options in SELECTIONS:
            summary = self.printed("summary", "--json", *options)
            whole = (summary["num_allocations"], summary["bytes"])
            root = self.printed("tree", "--json", "-b", "1000000", *options)["nodes"][0]
            self.assertEqual((options, root["num_allocations"], root["bytes"]), (options, *whole))
            rows = json.loads(self.output("table", "--json", *options))["rows"]
            split = json.loads(self.output("table", "--json", "--split-threads", *options))["rows"]
            for table in (rows, split):
                self.assertEqual((sum(row[3] for row in table), sum(row[2] for row in table)), whole)
            samples = [values for _, values, _ in self.pprof_samples(*options)]
            self.assertEqual((sum(values["inuse_objects"] for values in samples),
                              sum(values["inuse_space"] for values in samples)), whole)

    def test_pprof_has_everything_allocated_beside_the_selection(self):
        self.profile(SHAPES)
        samples = list(self.pprof_samples("--leaks"))
        moments = [values for functions, values, _ in samples if "use_for_a_moment" in functions]
        self.assertEqual(moments, [{"alloc_objects": 5, "alloc_space": 5 * MB, "inuse_objects": 0, "inuse_space": 0}])
        top = self.pprof("-top", "-sample_index=inuse_space", "-unit=B")
        self.assertRegex(top, r"(?m)^ *16000000B +[\d.]+% +[\d.]+% +16000000B +[\d.]+%  keep$")
        self.assertRegex(top, r"(?m)^ +0 +0% +[\d.]+% +12000000B +[\d.]+%  leak$")
        top = self.pprof("-top", "-sample_index=alloc_objects")
        self.assertRegex(top, r"(?m)^ +5 +[\d.]+% +[\d.]+% +5 +[\d.]+%  use_for_a_moment$")


class SplitThreads(Report):
    MAIN = {"leak": (2, 12 * MB), "keep": (2, 12 * MB), "reach_the_peak": (1, 30 * MB)}
    OTHER = {"work": (1, 4 * MB), "keep": (1, 4 * MB)}

    def setUp(self):
        super().setUp()
        self.profile(SHAPES)

    def check(self, of_thread):
        """of_thread(number): function -> Holding of that thread."""
        for number, expected in enumerate((self.MAIN, self.OTHER)):
            found = of_thread(number)
            self.assertEqual({name: found[name] for name in {**self.MAIN, **self.OTHER} if name in found}, expected)

    def test_flame_graph(self):
        page = self.page("--split-threads")
        threads, amounts = page["nodes"]["thread"], amounts_of(page, "peak")
        self.check(lambda number: self.of_page(page, [row for row in amounts if threads[row[0]] == number]))
        self.assertEqual(len(page["threads"]), 2)

    def test_table(self):
        rows = json.loads(self.output("table", "--json", "--split-threads"))["rows"]
        of_keep = sorted(row[:4] for row in rows if row[4].startswith("keep at "))
        self.assertEqual([row[1:] for row in of_keep], [["SHARED_MEMORY", 12 * MB, 2], ["SHARED_MEMORY", 4 * MB, 1]])
        self.assertEqual([row[0].split()[0] for row in of_keep], ["1", "2"])

    def test_csv(self):
        rows = self.csv_rows()
        self.check(lambda number: by_function((functions_of(row), int(row["num_allocations"]), int(row["size"]))
                                              for row in rows if row["tid"] == str(number + 1)))

    def test_pprof(self):
        samples = list(self.pprof_samples())
        self.check(lambda number: by_function(
            (functions, values["inuse_objects"], values["inuse_space"]) for functions, values, labels in samples
            if values["inuse_objects"] and labels["thread"].split()[0] == hex(number + 1)))


class TimeRanges(Report):
    """report_shapes.py holds 22 MB from its start, 30 MB more in its second third, and 22 MB in the last."""

    def setUp(self):
        super().setUp()
        self.profile(SHAPES, "0.4")
        self.data = self.page("--temporal")
        flat = self.data["buckets"]["intervals"]
        self.intervals = list(zip(*(flat[field::6] for field in (0, 2, 3, 4, 5))))
        moments = sorted(interval for interval in self.intervals if interval[3] == 30 * MB)
        self.assertEqual(len(moments), 1)
        _, self.begin, self.end, _, _ = moments[0]  # buckets

    def holding(self, wanted):
        """wanted(allocated, freed): whether allocations of those buckets count; freed is None for what never was."""
        chosen = ((node, count, size) for node, allocated, freed, size, count in self.intervals
                  if wanted(allocated, None if freed == -1 else freed))
        return self.of_page(self.data, chosen)

    def live_at(self, bucket):
        return self.holding(lambda allocated, freed: allocated < bucket and (freed is None or freed >= bucket))

    def leaked_in(self, first, last):
        return self.holding(lambda allocated, freed: first <= allocated <= last and (freed is None or freed > last))

    def check(self, found, expected):
        self.assertEqual({name: found[name] for name in {**LEAKED, "reach_the_peak": ()} if name in found}, expected)

    def test_what_is_live_at_moments(self):
        moment = {"reach_the_peak": (1, 30 * MB)}
        self.check(self.live_at(self.begin), LEAKED)
        self.check(self.live_at(self.end), {**LEAKED, **moment})
        self.check(self.live_at(self.end + 1), LEAKED)

    def test_what_was_allocated_in_a_range_and_not_freed_in_it(self):
        last = len(self.data["buckets"]["start_ms"]) - 1
        self.check(self.leaked_in(0, last), LEAKED)
        self.check(self.leaked_in(0, self.begin - 1), LEAKED)
        self.check(self.leaked_in(self.begin, self.end - 1), {"reach_the_peak": (1, 30 * MB)})
        self.check(self.leaked_in(self.begin, last), {})
        whole = self.printed("summary", "--leaks", "--json")["bytes"]
        self.assertEqual(sum(row[3] for row in self.intervals if row[2] == -1), whole)
