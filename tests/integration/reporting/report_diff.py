# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What `memray diff` says of two runs whose memory is known."""
import json

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
