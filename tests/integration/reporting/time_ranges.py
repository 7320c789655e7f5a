# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Reports on a part of the time: what was allocated in it and lives at its end, in every report, with a log of events and
without; and what is refused."""
import datetime
import json
import time

from profiled import TARGETS
from reports import Holding, Report

PHASES = TARGETS / "reports/phases.py"
MB = 1_000_000
KEPT = {"kept": Holding(1, 4 * MB), "lent": Holding(1, 2 * MB)}
NAMES = ("from_before", "kept", "lent", "passing", "afterwards")
SELECTIONS = {
    (): KEPT,
    ("--leaks",): {"kept": Holding(1, 4 * MB)},
    ("--peak",): {"from_before": Holding(2, 17 * MB), **KEPT, "passing": Holding(1, 3 * MB)},
}
METRICS = {(): "kept", ("--leaks",): "leaked", ("--peak",): "peak"}


class Ranges(Report):
    def record_phases(self, *options):
        """Seconds since the start at which the second phase began and ended."""
        done = self.profile(PHASES, options=options)
        start = self.printed("summary", "--json")["metadata"]["start_time"]
        self.start_time = datetime.datetime.fromisoformat(start).timestamp()
        return [float(text) - self.start_time for text in done.stdout.split()]

    def range_of_second_phase(self, *options):
        begin, end = self.record_phases(*options)
        return ["--from", "%.3f" % begin, "--to", "%.3fs" % end]

    def holdings(self, metric, *options):
        """Of the functions of the program, in each report, with all frames and with those of my code."""
        rows = json.loads(self.output("table", "--json", *options))["rows"]
        table = {}
        for _, _, size, count, location, *_ in rows:
            name = location.split(" at ")[0]
            table[name] = Holding(table.get(name, Holding(0, 0)).count + count,
                                  table.get(name, Holding(0, 0)).bytes + size)
        return {"summary": self.of_summary(*options), "all frames": self.of_summary("--all-frames", *options),
                "tree": self.of_tree(*options), "flamegraph": self.of_flamegraph(metric, *options), "table": table}

    def check(self, times, selections):
        for options, expected in selections.items():
            for report, found in self.holdings(METRICS[options], *times, *options).items():
                with self.subTest(report=report, options=options):
                    self.assertEqual({name: found[name] for name in NAMES if name in found}, expected)

    def test_every_report_has_what_was_allocated_in_it(self):
        times = self.range_of_second_phase()
        self.check(times, SELECTIONS)
        temporary = self.of_summary("--temporary-allocations", *times)
        self.assertEqual({name: temporary[name] for name in NAMES if name in temporary},
                         {"passing": Holding(1, 3 * MB)})

    def test_totals_and_peak_of_it(self):
        stats = json.loads(self.output("stats", "--json", *self.range_of_second_phase()))
        self.assertGreaterEqual(stats["total_bytes_allocated"], 9 * MB)
        self.assertLess(stats["total_bytes_allocated"], 9.1 * MB)
        self.assertEqual(stats["allocator_type_distribution"]["SHARED_MEMORY"], 3)
        self.assertGreaterEqual(stats["peak_bytes"], 26 * MB)
        self.assertLess(stats["peak_bytes"], 28 * MB)
        self.assertGreaterEqual(stats["kept_bytes"], 6 * MB)
        self.assertLess(stats["kept_bytes"], 6.1 * MB)
        period = stats["metadata"]["period"]
        self.assertTrue(period["exact"])
        self.assertEqual(period["most_bytes"], stats["peak_bytes"])
        self.assertLess(abs(period["bytes_at_end"] - period["bytes_at_start"] - 6 * MB), 0.1 * MB)

    def test_text_says_which_time_it_is(self):
        times = self.range_of_second_phase()
        first, second = (float(text.rstrip("s")) for text in times[1::2])
        heading = r"Time: %s s to %s s of [\d.]+ s; all memory then: " % tuple(
            ("%.3f" % number).rstrip("0").replace(".", r"\.") for number in (first, second))
        for report in ("summary", "tree", "stats"):
            self.assertRegex(self.memray(report, *times, self.path).stdout, heading)

    def test_without_a_log_of_events_time_buckets_answer_and_that_is_said(self):
        times = self.range_of_second_phase("--aggregate")
        self.check(times, SELECTIONS)  # the peak of this time is that of the recording, which is known to the byte
        period = self.printed("summary", "--json", *times)["metadata"]["period"]
        self.assertFalse(period["exact"])
        self.assertGreaterEqual(period["most_bytes"], 26 * MB)
        self.assertIn("there is no log of events", self.memray("summary", *times, self.path).stdout)
        self.assertEqual(sorted(json.loads(self.output("flamegraph", "--json", *times))["metrics"]),
                         ["kept", "leaked", "peak"])
        for report in (["stats"], ["summary", "--temporary-allocations"]):
            done = self.memray(*report, *times, self.path)
            self.assert_one_line_of_error(done)
            self.assertIn("needs a log of events", done.stderr)

    def test_times_can_be_said_in_other_ways(self):
        begin, end = self.record_phases()
        clock = time.strftime("%H:%M:%S", time.gmtime(self.start_time + begin)) + ".%03dZ" % (
            (self.start_time + begin) % 1 * 1000)
        local = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.start_time + end)) + ".%03d" % (
            (self.start_time + end) % 1 * 1000)
        found = self.of_summary("--from", clock, "--to", local)
        self.assertEqual({name: found[name] for name in NAMES if name in found}, KEPT)
        self.assertIn("from_before", self.of_summary("--to", "%dms" % (begin * 1000)))
        self.assertIn("afterwards", self.of_summary("--from", "%dms" % (end * 1000)))
        self.assertEqual(self.of_summary("--from", "0%", "--to", "100%")["kept"], KEPT["kept"])

    def test_what_makes_no_sense_is_one_line(self):
        begin, end = self.record_phases()
        for status, options, words in (
                (2, ["--from", "soon"], "--from: 'soon' is not a time such as"),
                (2, ["--to", "5 apples"], "--to: '5 apples' is not a time such as"),
                (1, ["--from", "1h"], "--from 1h is after the end of the recording, which lasted"),
                (1, ["--to", "100"], "--to 100 is after the end of the recording"),
                (1, ["--from", "2020-01-01 00:00"], "is before the recording, which began at"),
                (1, ["--from", str(end), "--to", str(begin)], "there is no time between --from")):
            for report in ("summary", "stats", "tree", "leaks"):
                done = self.memray(report, *options, self.path)
                self.assert_one_line_of_error(done, status)
                self.assertIn(words, done.stderr)
        done = self.memray("flamegraph", "--temporal", "--from", "0.1", self.path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--temporal pages are of the whole time", done.stderr)
