# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What `memray diff` says of two runs whose memory is known."""
import json

from real_programs import PYTHON, REAL, takes_real_programs
from reports import Report

MB = 1_000_000


class Diff(Report):
    def setUp(self):
        super().setUp()
        self.profile("-c", "import mmap\ndef f(n): return mmap.mmap(-1, n)\ndef g(n): return mmap.mmap(-1, n)\n"
                           "kept = [f(8_000_000), g(6_000_000)]")
        self.old = self.folder / "old.bin"
        self.path.rename(self.old)
        # Other lines, more in f, g is gone.
        self.profile("-c", "import mmap\n\n\ndef f(n):\n    n += 0\n    return mmap.mmap(-1, n)\n"
                           "def h(n): return mmap.mmap(-1, n)\nkept = [f(18_000_000), h(1_000_000)]")

    def diff(self, *options, old=None, new=None):
        return self.memray("diff", *options, old or self.old, new or self.path)

    def test_lines_match_though_they_moved(self):
        done = self.diff("--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = {row["function"]: row for row in json.loads(done.stdout)["rows"]}
        self.assertEqual([rows[name]["change"]["own_bytes"] for name in "fgh"], [10 * MB, -6 * MB, MB])
        self.assertEqual(rows["f"]["before"], {"total_bytes": 8 * MB, "own_bytes": 8 * MB, "num_allocations": 1})
        table = self.diff("-r", "2").stdout
        self.assertRegex(table, r"f at <string>:6 +\+10\.000MB +\+10\.000MB +8\.000MB +18\.000MB +\+0\n")
        self.assertRegex(table, r"g at <string>:3 +-6\.000MB +-6\.000MB +6\.000MB +0\.000B +-1\n")
        self.assertIn("not shown", table)
        tree = self.diff("--tree").stdout
        self.assertIn("+10.000MB (8.000MB → 18.000MB) f at <string>:6\n", tree)

    def test_lines_of_one_function_are_told_apart(self):
        head = "import mmap\nkept = []\ndef keep(n): kept.append(mmap.mmap(-1, n))\n"
        self.profile("-c", head + "def f():\n keep(5_000_000)\n n = 0\n keep(6_000_000)\nf()")
        self.path.rename(self.old)
        # Another allocates between the two, and all have moved.
        self.profile("-c", "\n\n" + head + "def f():\n keep(5_000_000)\n keep(1_000_000)\n keep(9_000_000)\nf()")
        rows = [row for row in json.loads(self.diff("--json").stdout)["rows"] if row["function"] == "f"]
        amounts = {row["line"]: (row["before"]["total_bytes"], row["after"]["total_bytes"]) for row in rows}
        self.assertEqual(amounts, {8: (0, MB), 9: (6 * MB, 9 * MB)})

    def test_growth_beyond_the_limit_fails(self):
        for limit, status in (("4MB", 3), ("6MB", 0), ("10%", 3), ("90%", 0), ("0", 3), ("1TB", 2), ("x", 2), ("", 2)):
            done = self.diff("--fail-if-grows", limit)
            self.assertEqual((limit, done.returncode), (limit, status), done.stderr)
        done = self.diff("--fail-if-grows", "4MB", "--json")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"\Amemray: Live at the peak: [^\n]*, which is more than 4MB\n\Z")
        json.loads(done.stdout)
        self.assertEqual(self.diff("--fail-if-grows", "0", old=self.path, new=self.old).returncode, 0)
        self.assertEqual(self.diff("--fail-if-grows", "9MB", "--include", "^f at").returncode, 3)

    def test_a_page_is_written_beside_the_new_capture(self):
        done = self.diff("--flamegraph")
        page = self.folder / "memray-diff-capture.html"
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"Wrote {page}\n", ""))
        self.assert_one_line_of_error(self.diff("--flamegraph"))
        self.assertEqual(self.diff("--flamegraph", "-f").returncode, 0)

    def test_wrong_input_is_refused(self):
        bad = self.folder / "bad.bin"
        bad.write_bytes(b"nothing")
        for old, new in ((bad, self.path), (self.old, bad), (self.folder / "missing", self.path)):
            self.assert_one_line_of_error(self.diff(old=old, new=new))
        for options in (["--tree", "--json"], ["--flamegraph", "--tree"], ["-r", "0"], ["-o", "x"], ["--full"],
                        ["--include", "("]):
            done = self.diff(*options)
            self.assertEqual((options, done.returncode, done.stdout), (options, 2, ""))


class Moments(Report):
    """A program whose peak is in its first phase, and after a change in its second one."""
    PROGRAM = """import mmap
def load(n): return mmap.mmap(-1, n)
def store(n): return mmap.mmap(-1, n)
loaded = load(30_000_000)
del loaded
stored = store({0})
kept = load(1_000_000)
"""
    WARNING = ("The peaks are of different phases: 30.000MB of the old one and 21.000MB of the new one were allocated by "
               "the other run, too, but not live at its peak. Compare with --at end, --at leaks or --at total")

    def setUp(self):
        super().setUp()
        self.old = self.folder / "old.bin"
        self.record_with(20_000_000)
        self.path.rename(self.old)
        self.record_with(42_000_000)

    def record_with(self, stored):
        self.profile("-c", self.PROGRAM.format(stored))

    def diff(self, *options, old=None):
        only = ["--include", "^(load|store) at"]  # what Python needs itself is not known
        done = self.memray("diff", *only, *options, old or self.old, self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def own(self, *options):
        """Own MB before and after, by function; of the changes that are one."""
        rows = json.loads(self.diff("--json", *options))["rows"]
        sides = ((row["function"], row["before"]["own_bytes"], row["after"]["own_bytes"]) for row in rows)
        return {name: (before / MB, after / MB) for name, before, after in sides if name in ("load", "store")}

    def test_peaks_of_different_phases_are_said_to_be(self):
        self.assertIn(f"\n{self.WARNING}\n", self.diff())
        self.assertIn(f"\n{self.WARNING}\n", self.diff("--tree"))
        self.assertEqual(json.loads(self.diff("--json"))["different_phases"],
                         {"only_before": 30 * MB, "only_after": 21 * MB})
        self.assertEqual(self.own(), {"load": (30, 1), "store": (0, 42)})

    def test_other_moments_are_compared_without_a_warning(self):
        for moment, expected in (("end", {"store": (20, 42)}), ("leaks", {"store": (20, 42)}),
                                 ("total", {"store": (20, 42)}), ("peak", {"load": (30, 1), "store": (0, 42)})):
            self.assertEqual((moment, self.own("--at", moment)), (moment, expected))
            self.assertEqual("different phases" in self.diff("--at", moment), moment == "peak")
        self.assertEqual(self.own("--leaks"), self.own("--at", "leaks"))
        self.assertIn("Ever allocated: ", self.diff("--at", "total"))
        for other in ("--leaks", "--temporary-allocations", "--temporary-allocation-threshold=2"):
            self.assertEqual(self.memray("diff", "--at", "end", other, self.old, self.path).returncode, 2)
        self.assertEqual(self.memray("diff", "--at", "noon", self.old, self.path).returncode, 2)

    def test_more_in_the_same_phase_is_no_other_phase(self):
        first = self.folder / "first.bin"
        self.path.rename(first)
        self.record_with(60_000_000)
        self.assertNotIn("different phases", self.diff(old=first))


@takes_real_programs
class SameProgram(Report):
    """A large program twice. Addresses, and so where sets have their entries and caches run full, are others in each run:
    a table may grow at another line of the same import, but nothing else differs, whichever line needed an arena."""

    def test_it_does_not_differ(self):
        old = self.folder / "old.bin"
        for _ in range(2):
            if self.path.exists():
                self.path.rename(old)
            self.profile(REAL / "pandas_report.py", python=PYTHON, env={"PYTHONHASHSEED": "0"})
        done = self.memray("diff", old, self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        first, _, table = done.stdout.partition("\n\n")
        self.assertIn("+0.00%", first.splitlines()[0])
        self.assertNotIn("PYTHON_ARENA", table)
        rows = table.splitlines()[1:]
        self.assertLess(len(rows), 10, table)
        for row in rows:
            self.assertNotRegex(row, "[+-][0-9.]+(MB|GB)")
