# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""cli/doc/capture-format.md is enough to read captures from: a reader that was written from it finds what memray finds;
and it is complete: it has every section, field and column that the sources have."""
import json
import os
import re
import time
import unittest

from format_events import read_events
from format_reader import Corrupt, File, TABLES, read_profile
from format_replay import replay
from format_text import ALLOCATORS, text_of
from profiled import SOURCE, Profiled

GOLDEN = SOURCE / "tests/golden/capture"
DOCUMENT = SOURCE / "cli/doc/capture-format.md"
SOURCES = SOURCE / "injector/capture"
PROGRAM = """
import threading
kept = [bytearray(100_000 + i) for i in range(50)]
def work():
    for size in range(2_000, 2_500):
        bytearray(size)
threads = [threading.Thread(target=work) for _ in range(3)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
kept.pop()
"""


class Reader(Profiled):
    def setUp(self):
        super().setUp()
        # Notes of what is missing name the local time.
        os.environ["TZ"] = "UTC"
        time.tzset()

    def test_the_golden_captures_say_what_they_always_did(self):
        paths = sorted(GOLDEN.glob("*.bin"))
        self.assertGreaterEqual(len(paths), 5)
        for path in paths:
            with self.subTest(path=path.name):
                self.assertEqual(text_of(path).decode(), path.with_suffix(".txt").read_text())

    def record_program(self, *options):
        self.profile("-c", PROGRAM, options=options)
        return read_profile(self.path, replay)

    def statistics(self):
        path = self.folder / "stats.json"
        done = self.memray("stats", "--json", "-f", "-o", path, self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(path.read_text())

    def assert_same_amounts(self, profile):
        statistics = self.statistics()
        peak, peak_bytes, _, total, total_bytes, leaked, leaked_bytes, *allocators = profile["totals"]
        self.assertEqual((peak, peak_bytes, total, total_bytes, leaked, leaked_bytes),
                         tuple(statistics[name] for name in (
                             "peak_num_allocations", "peak_bytes", "total_num_allocations", "total_bytes_allocated",
                             "leaked_num_allocations", "leaked_bytes")))
        self.assertGreater(total, 1500)
        capture = self.capture()
        self.assertEqual([tuple(row[name + part] for part in (".count", ".bytes"))
                          for row in profile["sites"] for name in ("peak", "leaked", "total")],
                         [tuple(amount) for site in capture.sites for amount in site[3:]])
        self.assertEqual({ALLOCATORS[i].lower(): (allocators[2 * i], allocators[2 * i + 1])
                          for i in range(len(ALLOCATORS)) if allocators[2 * i]},
                         {name: tuple(amount) for name, amount in capture.allocators.items()})
        frames = {tuple(row[name] for name in ("function", "line")) for row in profile["frames"]}
        self.assertEqual(len(frames), statistics["metadata"]["total_frames"])
        sizes = {row["size"]: row["count"] for row in profile["sizes"]}
        self.assertEqual(sum(sizes.values()), total)
        self.assertEqual(sum(size * count for size, count in sizes.items()), total_bytes)

    def test_a_fresh_capture_has_the_same_amounts_and_events(self):
        profile = self.record_program("--trace-python-allocators")
        self.assert_same_amounts(profile)
        expected = [line for line in self.memray("parse", self.path).stdout.splitlines()
                    if line.startswith(("ALLOCATION ", "DEALLOCATION ", "RESTORE ", "TIME "))]
        self.assertEqual([event_line(*event) for event in read_events(self.path)], expected)

    def test_the_event_log_leads_to_the_tables(self):
        profile = self.record_program()
        again = read_profile(self.path, replay)
        replay(again, File(self.path))
        self.assertEqual(again["totals"][:2], profile["totals"][:2])
        self.assertEqual(again["totals"][3:7], profile["totals"][3:7])
        self.assertEqual(again["sizes"], profile["sizes"])

    def assert_same_rest(self, path):
        """A capture that is cut off: the same amounts and events, the same word of what is missing, or an error."""
        done = self.memray("parse", path)
        try:
            profile = read_profile(path, replay)
        except Corrupt:
            return self.assert_one_line_of_error(done)
        self.assertEqual(done.returncode, 0, done.stderr)
        capture = self.capture(path)
        self.assertEqual(profile["metadata"]["incomplete"].decode(), capture.incomplete)
        self.assertEqual([(row["total.count"], row["peak.bytes"]) for row in profile["sites"]],
                         [(site.total.count, site.peak.bytes) for site in capture.sites])
        self.assertEqual(sum(event[0] < 3 for event in read_events(path)), len(capture.events))

    def test_captures_that_are_cut_off(self):
        whole = (GOLDEN / "v2-log.bin").read_bytes()
        for length in range(16, len(whole), 41):
            with self.subTest(length=length):
                path = self.folder / "cut.bin"
                path.write_bytes(whole[:length])
                self.assert_same_rest(path)

    def test_an_aggregated_capture_has_no_log(self):
        profile = self.record_program("--aggregate")
        self.assert_same_amounts(profile)
        self.assertEqual(list(read_events(self.path)), [])

    def test_a_merged_capture(self):
        paths = [self.folder / name for name in ("one.bin", "two.bin")]
        for self.path in paths:
            self.profile("-c", PROGRAM)
        self.path = self.folder / "merged.bin"
        done = self.memray("merge", *paths, "-o", self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        profile = read_profile(self.path, replay)
        self.assert_same_amounts(profile)
        lines = ["PROCESS id=%d pid=%d began=start start_time=%d unknown_frees=%d command=%s"
                 % (i, row["pid"], row["start_ms"], row["unknown_frees"],
                    row["command_line"].decode().replace("\n", "\\n"))
                 for i, row in enumerate(profile["processes"])]
        lines += ["PROCESS_SNAPSHOT " + " ".join(f"{name}={row[column]}" for name, column in (
                      ("process", "process"), ("time", "time_ms"), ("rss", "rss"), ("heap", "heap")))
                  for row in profile["process_snapshots"]]
        self.assertEqual(len(profile["processes"]), 2)
        self.assertEqual(lines, [line for line in self.memray("parse", self.path).stdout.splitlines()
                                 if line.startswith("PROCESS")])

    def test_native_stacks_and_their_names(self):
        self.record_program("--native")
        self.assertEqual(self.memray("summary", self.path).returncode, 0)  # names them
        profile = read_profile(self.path, replay)
        self.assert_same_amounts(profile)
        self.assertEqual(profile["symbols_key"], symbols_key(profile))
        dump = self.memray("parse", self.path).stdout.splitlines()
        strings = [row["text"].decode() for row in profile["symbol_strings"]]
        names = [(i, *(strings[row[name]] for name in ("function", "file")), row["line"])
                 for i, chain in enumerate(profile["symbol_chains"])
                 for row in profile["symbol_names"][chain["first"]:chain["first"] + chain["count"]]]
        self.assertEqual(["SYMBOL frame=%d function=%s file=%s line=%d" % name for name in names],
                         [line for line in dump if line.startswith("SYMBOL ")])
        frames = ["NATIVE_FRAME id=%d module=%s address=%#x interrupted=%d"
                  % (i, "none" if row["module"] == 0xFFFFFFFF else row["module"], row["address"], row["interrupted"])
                  for i, row in enumerate(profile["native_frames"])]
        self.assertGreater(len(frames), 10)
        self.assertEqual(frames, [line for line in dump if line.startswith("NATIVE_FRAME ")])


def event_line(kind, slot, site, size, other_thread, at):
    return (f"ALLOCATION slot={slot} site={site} size={size}",
            f"DEALLOCATION slot={slot} other_thread={other_thread:d}",
            f"RESTORE slot={slot} site={site} size={size}", f"TIME time={at}")[kind]


def number(value):
    value %= 1 << 64
    encoded = b""
    while value > 0x7F:
        encoded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return encoded + bytes([value])


def whole_table(rows, columns):
    """A payload that holds this table: numbers, then differences, as the document says."""
    out = number(0) + number(len(rows))
    for column in columns.split():
        name, coding = column.split(":")
        last = 0
        for row in rows:
            if coding[0] == "d":
                step = (row[name] - last + (1 << 63)) % (1 << 64) - (1 << 63)
                out += number(2 * step if step >= 0 else -2 * step - 1)
                last = row[name]
            else:
                out += number(len(row[name]) if coding == "t" else row[name])
        if coding == "t":
            out += b"".join(row[name] for row in rows)
    return out


def symbols_key(profile):
    value = 0xCBF29CE484222325
    for byte in whole_table(profile["modules"], TABLES[17][1]) + whole_table(profile["native_frames"], TABLES[18][1]):
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return value


def table_after(document, heading):
    """The rows of the first table behind a text: lists of cells without backquotes."""
    text = document.split(heading, 1)[1].split("\n|", 1)[1].split("\n\n", 1)[0]
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in text.splitlines()]
    return rows[2:]


class Document(unittest.TestCase):
    """What the document lists, in order, is what the sources list."""
    maxDiff = None

    def setUp(self):
        self.document = DOCUMENT.read_text(encoding="utf-8")

    @staticmethod
    def source(name):
        return next(SOURCES.rglob(name)).read_text(encoding="utf-8")

    def assert_enumeration(self, heading, file, name):
        body = re.search(r"enum class %s\b[^{]*\{(.*?)\};" % name, self.source(file), re.DOTALL)[1]
        expected = re.findall(r"(k\w+) = (\d+)", body)
        self.assertGreater(len(expected), 2)
        rows = table_after(self.document, heading)
        self.assertEqual([(row[1], row[0]) for row in rows], expected, name)

    def test_every_section_type(self):
        self.assert_enumeration("## Section types", "format.h", "SectionType")

    def test_every_enumeration(self):
        for heading, file, name in (
                ("`WriteFailure`:", "format.h", "WriteFailure"), ("`Allocator`:", "allocator.h", "Allocator"),
                ("`EndKind`, ", "profile.h", "EndKind"), ("`Beginning`, ", "profile.h", "Beginning"),
                ("`Moment`:", "profile.h", "Moment"), ("`ModuleKind`:", "profile.h", "ModuleKind"),
                ("`SymbolSource`:", "symbols.h", "SymbolSource"), ("are the `Operation`:", "event_code.h", "Operation"),
                ("`EventKind`, ", "event.h", "EventKind")):
            with self.subTest(name=name):
                self.assert_enumeration(heading, file, name)

    def columns_of_sources(self):
        """Name of the struct -> its columns: (name, coding)."""
        columns = {}
        for name, body in re.findall(r"^struct (?:Columns<([\w:]+)>|AmountColumns) \{(.*?)^\};",
                                     self.source("columns.h"), re.MULTILINE | re.DOTALL):
            found = re.findall(r"column\.(\w+)\(\[\]\(auto& row\) -> auto& \{ return row\.?([\w.]*); \}\);", body)
            self.assertEqual(len(found), body.count("column."))
            columns[name or "AmountColumns"] = [(column or "the text", coding) for coding, column in found]
        return columns

    def rows_of_sections(self):
        """Name of the section type -> type of its rows."""
        vector = re.compile(r"std::vector<([\w:]+)> (\w+)[;{]")
        tables, symbols = ({field: row for row, field in vector.findall(self.source(name))}
                           for name in ("profile.h", "symbols.h"))
        sections = {}
        for section, owner, field in re.findall(r"SectionType::(k\w+)[:,][^;]*?\b(profile|symbols)\.(\w+)",
                                                self.source("tables.h")):
            rows = symbols if owner == "symbols" else tables
            if field in rows:
                sections[section] = rows[field]
        return {**sections, "kSiteAmounts": "AmountColumns"}

    def test_every_column(self):
        columns = self.columns_of_sources()
        self.assertGreater(len(columns), 20)
        documented = re.findall(r"^### Columns of `([\w:]+)`$", self.document, re.MULTILINE)
        self.assertEqual(sorted(documented), sorted(columns))
        for name, expected in columns.items():
            with self.subTest(name=name):
                rows = table_after(self.document, f"### Columns of `{name}`")
                self.assertEqual([tuple(row[:2]) for row in rows], expected)

    def test_every_table_is_of_its_section(self):
        documented = {row[1]: row[3] for row in table_after(self.document, "## Section types") if row[3]}
        self.assertEqual(documented, self.rows_of_sections())

    def assert_fields(self, function, heading, owner):
        body = re.search(r"void %s\(.*?^\}" % function, self.source("metadata_codec.cpp"), re.MULTILINE | re.DOTALL)[0]
        expected = re.findall(r"field\(%s\.([\w.]+)\);" % owner, body)
        self.assertEqual(len(expected), len(re.findall(r"\bfield\((?!amount\))", body)))
        rows = [row[0] for row in table_after(self.document, heading)]
        self.assertEqual([row for row in rows if row in expected], expected)
        return [row for row in rows if row not in expected], body

    def test_every_field_of_metadata_and_totals(self):
        rest, _ = self.assert_fields("metadata_fields", "## Metadata", "metadata")
        self.assertEqual(rest, [])
        rest, body = self.assert_fields("totals_fields", "## Totals", "profile")
        self.assertEqual(rest, ["allocators"])
        self.assertIn("profile.allocators) { field(amount); }", body)

    def test_fixed_structures(self):
        for name, heading in (("FileHeader", "`FileHeader`, "), ("SectionHeader", "`SectionHeader`, "),
                              ("Footer", "`Footer`, ")):
            with self.subTest(name=name):
                body = re.search(r"^struct %s \{(.*?)^\};" % name, self.source("format.h"), re.MULTILINE | re.DOTALL)[1]
                expected = re.findall(r"^    [\w:<>, ]+ (\w+)\{", body, re.MULTILINE)
                self.assertEqual([row[2] for row in table_after(self.document, heading)], expected)
