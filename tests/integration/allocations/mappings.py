# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What mapped memory is, and what counts of it, to the byte."""
import json

from capture import NOTHING, Amount
from interpreters import arena_size
from profiled import TARGETS, Profiled, lines_of, with_every_interpreter, with_two_interpreters

MIB = 1 << 20
FILE = 300_000_000


def once(size):
    """(peak, leaked, total) of what was mapped once and stays."""
    return (Amount(1, size),) * 3


class MappingReports(Profiled):
    def statistics(self, *options, path=None):
        output = self.folder / "stats.json"
        done = self.memray("stats", "--json", "-f", "-o", output, *options, path or self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(output.read_text())

    @staticmethod
    def beside(statistics):
        return {row["kind"]: (row["peak_bytes"], row["leaked_bytes"]) for row in statistics["metadata"]["beside"]}


class Classes(MappingReports):
    TARGET = TARGETS / "allocations/mappings.py"
    SITES = {  # marker -> class, (peak, leaked, total)
        "usable": ("mmap", once(16 * MIB)),
        "private": ("private_file", once(FILE)),
        "shared": ("shared_file", once(FILE)),
        "memfd": ("shared_memory", once(8 * MIB)),
        "twice": ("shared_memory_again", once(8 * MIB)),
        "anonymous": ("shared_memory", once(3 * MIB)),
        "stack": ("stack", once(5 * MIB)),
        "untouched": ("calloc", once(400 * MIB)),
        "given_back": ("mmap", once(32 * MIB)),
        "moved": ("reservation", once(64 * MIB)),
    }
    MEMORY = (16 + 8 + 3 + 5 + 400 + 32 + 10) * MIB  # at the peak

    def check_sites(self, capture):
        lines = lines_of(self.TARGET)
        for marker, (kind, expected) in self.SITES.items():
            self.assertEqual((marker, capture.allocators_at(self.TARGET, lines[marker])), (marker, {kind}))
            self.assertEqual((marker, *capture.at(self.TARGET, lines[marker], kind)), (marker, *expected))
        peak, leaked, total = capture.at(self.TARGET, lines["reserved"])
        self.assertEqual((peak.bytes, leaked.bytes, total), ((1 << 40) - 16 * MIB,) * 2 + (Amount(1, 1 << 40),))
        self.assertEqual(capture.at(self.TARGET, lines["again"]), (NOTHING,) * 3)
        self.assertEqual(capture.at(self.TARGET, lines["gone"]), (NOTHING, NOTHING, Amount(1, 1 << 41)))
        peak, leaked, total = capture.at(self.TARGET, lines["cut"])
        self.assertEqual((peak, leaked.bytes, total), (Amount(1, 10 * MIB), 7 * MIB, Amount(1, 10 * MIB)))
        self.assert_nothing_lost(capture)

    def check(self, python, *options):
        file = self.folder / "file"
        with open(file, "wb") as stream:
            stream.truncate(FILE)
        self.check_sites(self.record(self.TARGET, file, python=python, options=options))
        statistics = self.statistics()
        rest = statistics["peak_bytes"] - self.MEMORY  # the interpreter's own
        self.assertTrue(0 < rest < 20 * MIB, rest)
        reserved = (1 << 40) - 16 * MIB + 64 * MIB
        self.assertEqual(self.beside(statistics), {"reservation": (reserved,) * 2, "private_file": (FILE,) * 2,
                                                   "shared_file": (FILE,) * 2, "shared_memory_again": (8 * MIB,) * 2})
        counted = self.statistics("--count-mappings")
        self.assertEqual(counted["metadata"]["beside"], [])
        # The old sum: 2 TiB more were reserved for a moment, before most of the rest came.
        self.assertGreater(counted["peak_bytes"], 3 << 40)
        self.assertLess(counted["peak_bytes"], (3 << 40) + 20 * MIB)
        self.assertEqual(counted["leaked_bytes"] - statistics["leaked_bytes"], reserved + 2 * FILE + 8 * MIB)

    @with_two_interpreters()
    def test_each_class_is_known_and_only_memory_counts(self, python):
        self.check(python)

    @with_two_interpreters()
    def test_an_aggregated_capture_says_the_same(self, python):
        self.check(python, "--aggregate")

    @with_two_interpreters()
    def test_the_summary_says_what_stands_beside_it_and_what_was_never_there(self, python):
        self.check(python)
        done = self.memray("summary", self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Mapped beside it, not counted: at the peak: 1.100TB reserved, 300.000MB of files, private, "
                      "300.000MB of files, shared, 8.389MB of shared memory again; at the end: ", done.stdout)
        self.assertRegex(done.stdout, r"Note: 4\d\d\.\d+MB of the peak was allocated but not resident then")


class Arenas(MappingReports):
    PROGRAM = "objects = [(i, i) for i in range(300_000)]"

    @with_every_interpreter
    def test_arenas_are_told_from_other_mappings(self, python):
        capture = self.record("-c", self.PROGRAM, python=python)
        if not capture.header["python_allocator"].startswith("pymalloc"):
            return self.assertNotIn("python_arena", capture.allocators)
        size = arena_size(python)
        count, total = capture.allocators["python_arena"]
        self.assertEqual(total, count * size)
        self.assertGreater(total, 20_000_000)
        done = self.memray("summary", self.path)
        self.assertIn("PYTHON_ARENA", done.stdout)

    @with_every_interpreter
    def test_objects_are_not_counted_twice(self, python):
        capture = self.record("-c", self.PROGRAM, python=python, options=["--trace-python-allocators"])
        self.assertNotIn("python_arena", capture.allocators)
        self.assertLess(capture.allocators.get("mmap", NOTHING).bytes, 1 << 20)

    @with_two_interpreters()
    def test_pages_of_leaks_begin_with_a_warning(self, python):
        """Where memray 1.20 has it, in its words."""
        warning = "Report generated using <code>--leaks</code> with an arena allocator"
        for options, environment in (([], {}), (["--trace-python-allocators"], {}), ([], {"PYTHONMALLOC": "malloc"})):
            self.profile("-c", "pass", python=python, options=options, env=environment)
            pooled = not options and not self.capture().header["python_allocator"].startswith("malloc")
            for page in (["flamegraph", "--leaks"], ["table", "--leaks"], ["flamegraph"], ["table"]):
                path = self.folder / "page.html"
                self.assertEqual(self.memray(*page, "-f", "-o", path, self.path).returncode, 0)
                self.assertEqual((page, warning in path.read_text()), (page, pooled and "--leaks" in page))


class SharedByProcesses(MappingReports):
    SIZE = 40 * MIB
    TARGET = TARGETS / "children/shared_memory.py"

    @with_two_interpreters("multiprocessing.shared_memory")
    def test_what_three_processes_map_counts_once(self, python):
        self.profile(self.TARGET, python=python, options=["--follow-fork"])
        merged = self.folder / "merged.bin"
        done = self.memray("merge", self.path, "-o", merged)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = lines_of(self.TARGET)
        capture = self.capture(merged)
        found = {}
        for site in capture.sites:
            if site.allocator.startswith("shared_memory"):
                line = next(frame.line for frame in site.frames if frame.file == str(self.TARGET))
                found.setdefault((line, site.allocator), []).append(site.total)
        self.assertEqual(found, {(lines["made"], "shared_memory"): [Amount(1, self.SIZE)],
                                 (lines["read"], "shared_memory_again"): [Amount(1, self.SIZE)] * 2})
        statistics = self.statistics(path=merged)
        self.assertTrue(self.SIZE <= statistics["peak_bytes"] < self.SIZE + 20 * MIB, statistics["peak_bytes"])
        counted = self.statistics("--count-mappings", path=merged)
        self.assertTrue(3 * self.SIZE <= counted["peak_bytes"] < 3 * self.SIZE + 20 * MIB, counted["peak_bytes"])
