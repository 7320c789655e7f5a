# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""All reports say the same, exact numbers about memory that is known; and what `memray diff` says of two runs."""
import collections
import csv
import json

from profiled import TARGETS, Profiled

SHAPES = TARGETS / "report_shapes.py"
MB = 1_000_000
# Between the beginning and the end of each of these, their thread allocates nothing else.
MOMENTS = {"use_for_a_moment": (5, 5 * MB), "reach_the_peak": (1, 30 * MB)}
# What functions of report_shapes.py and their callees hold: (allocations, bytes).
EXPECTED = {
    (): {"leak": (2, 12 * MB), "work": (1, 4 * MB), "reach_the_peak": (1, 30 * MB), "keep": (3, 16 * MB)},
    ("--leaks",): {"leak": (2, 12 * MB), "work": (1, 4 * MB), "keep": (3, 16 * MB)},
    ("--temporary-allocations",): MOMENTS,
    ("--temporary-allocation-threshold", "0"): MOMENTS,
    ("--temporary-allocation-threshold", "4"): MOMENTS,
}
NAMES = {name for numbers in EXPECTED.values() for name in numbers}


def large(numbers):
    """Without what Python itself allocates on the way."""
    return {name: amount for name, amount in numbers.items() if name in NAMES and amount[1] >= MB}


class Report(Profiled):
    def output(self, *arguments):
        path = self.folder / "report"
        done = self.memray(*arguments, "-f", "-o", path, self.path)
        self.assertEqual((arguments, done.returncode, done.stderr), (arguments, 0, ""))
        return path.read_text(encoding="utf-8")

    def printed(self, *arguments):
        done = self.memray(*arguments, self.path)
        self.assertEqual((arguments, done.returncode, done.stderr), (arguments, 0, ""))
        return json.loads(done.stdout)


class SameNumbers(Report):
    def of_summary(self, *options):
        return {row["function"]: (row["num_allocations"], row["total_bytes"])
                for row in self.printed("summary", "--json", *options)["rows"] if row["file"] == str(SHAPES)}

    def of_stacks(self, stacks):
        """From (functions, allocations, bytes) of each stack."""
        sums = collections.defaultdict(lambda: (0, 0))
        for functions, count, size in stacks:
            for name in set(functions):
                sums[name] = (sums[name][0] + count, sums[name][1] + size)
        return sums

    def of_tree(self, *options):
        nodes = self.printed("tree", "--json", "-b", "1000000", *options)["nodes"]
        return self.of_stacks((self.path_to(node, nodes), node["own_num_allocations"], node["own_bytes"])
                              for node in nodes)

    @staticmethod
    def path_to(node, nodes):
        while node["parent"] is not None:
            yield node["function"]
            node = nodes[node["parent"]]

    def of_csv(self, *options):
        rows = csv.DictReader(self.output("transform", "csv", *options).splitlines())
        return self.of_stacks(([frame.split(";")[0] for frame in row["stack_trace"].split("|")],
                               int(row["num_allocations"]), int(row["size"])) for row in rows)

    def of_speedscope(self, *options):
        document = json.loads(self.output("transform", "speedscope", *options))
        frames = [frame["name"] for frame in document["shared"]["frames"]]
        memory, allocations = document["profiles"]
        self.assertEqual(memory["samples"], allocations["samples"])
        return self.of_stacks(([frames[i] for i in sample], count, size) for sample, count, size
                              in zip(memory["samples"], allocations["weights"], memory["weights"]))

    def of_flamegraph(self, metric, *options):
        page = json.loads(self.output("flamegraph", "--json", *options))
        parents, frames = page["nodes"]["parent"], page["nodes"]["frame"]
        names = [page["strings"][number] for number in page["frames"]["function"]]

        def functions(node):
            while node:
                yield names[frames[node]]
                node = parents[node]

        flat = page["metrics"][metric]
        return self.of_stacks((functions(node), count, size) for node, size, count
                              in zip(flat[::3], flat[1::3], flat[2::3]))

    def of_pruned_flamegraph(self, metric, *options):
        return self.of_flamegraph(metric, "--inverted", "--split-threads", *options)

    def check(self, options, expected):
        metric = "leaked" if options[:1] == ("--leaks",) else "temporary" if options else "peak"
        for numbers in (self.of_summary(*options), self.of_tree(*options), self.of_csv(*options),
                        self.of_speedscope(*options), self.of_flamegraph(metric, *options),
                        self.of_pruned_flamegraph(metric, *options)):
            self.assertEqual((options, large(numbers)), (options, expected))

    def test_every_report_has_the_expected_numbers(self):
        for recording in ([], ["--aggregate"]):
            self.profile(SHAPES, options=recording)
            for options, expected in EXPECTED.items():
                self.check(options, expected)

    def test_wholes_are_the_same_everywhere(self):
        self.profile(SHAPES)
        for options in EXPECTED:
            summary = self.printed("summary", "--json", *options)
            whole = (summary["num_allocations"], summary["bytes"])
            root = self.printed("tree", "--json", "-b", "1000000", *options)["nodes"][0]
            self.assertEqual((options, root["num_allocations"], root["bytes"]), (options, *whole))
            rows = json.loads(self.output("table", "--json", *options))["rows"]
            split = json.loads(self.output("table", "--json", "--split-threads", *options))["rows"]
            for table in (rows, split):
                self.assertEqual((sum(row[3] for row in table), sum(row[2] for row in table)), whole)

    def test_time_ranges_have_the_peak_and_the_leaks(self):
        self.profile(SHAPES, "0.3")
        page = json.loads(self.output("flamegraph", "--temporal", "--json"))
        flat = page["buckets"]["intervals"]
        leaked = sum(flat[i + 3] for i in range(0, len(flat), 5) if flat[i + 2] == -1)
        self.assertEqual(leaked, self.printed("summary", "--leaks", "--json")["bytes"])


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
