# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Names that a program chose reach no terminal, spreadsheet or file name as more than text."""
import csv
import json
import re
import subprocess

import interpreters
from profiled import LIBRARIES, TARGETS, Profiled

CALLS = LIBRARIES / "calls.so"
CONTROLS = "\x1b[2J\x07\n\r\u202e"
# C0 but for line feed and tab, DEL, C1; what reorders or hides text; what stands for bytes that are not UTF-8.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\udc80-\udcff]")
PAGES = ("flamegraph", "table")
TEXTS = ("gprof2dot", "csv", "speedscope", "collapsed")


def texts_of(value):
    """All texts of a JSON document, in one."""
    if isinstance(value, dict):
        value = list(value.values())
    return " ".join(map(texts_of, value)) if isinstance(value, list) else str(value)


class Text(Profiled):
    def setUp(self):
        super().setUp()
        self.profile(TARGETS / "reports/control_names.py", CONTROLS)

    def assert_harmless(self, text, what):
        self.assertEqual(OBEYED.findall(text), [], what)

    def output(self, *arguments, status=0):
        """What memray prints, both streams; none of it is obeyed by a terminal."""
        done = self.memray(*arguments, errors="surrogateescape")
        self.assertEqual(done.returncode, status, done.stderr)
        self.assert_harmless(done.stdout + done.stderr, arguments)
        return done.stdout + done.stderr

    def written(self, *arguments):
        path = self.folder / "written"
        self.output(*arguments, "-f", "-o", path, self.path)
        return path.read_bytes().decode("utf-8")

    def test_reports_print_names_as_text(self):
        for report in (["summary"], ["tree"], ["stats"], ["parse"]):
            self.assertIn("=cmd|' /C calc'!A0", self.output(*report, self.path), report)
        other = self.folder / "other.bin"
        self.output("run", "-q", "-o", other, TARGETS / "signals/endings.py", CALLS, "return")
        for form in ([], ["--tree"]):
            self.assertIn("=cmd|' /C calc'!A0", self.output("diff", *form, other, self.path), form)

    def test_json_is_ascii_and_has_the_names_as_they_are(self):
        for report in (["summary"], ["tree"], ["diff", self.path]):
            text = self.output(*report, "--json", self.path)
            self.assertTrue(text.isascii(), report)
            self.assertIn(CONTROLS, texts_of(json.loads(text)), report)
        self.assertTrue(self.written("stats", "--json").isascii())

    def test_files_of_other_tools_hold_nothing_that_is_obeyed(self):
        for form in TEXTS:
            self.assert_harmless(self.written("transform", form).replace("\r\n", "\n"), form)
        for page in PAGES:
            self.assert_harmless(self.written(page), page)

    def test_a_spreadsheet_finds_no_formula(self):
        rows = list(csv.reader(self.written("transform", "csv").splitlines()))
        cells = [cell for row in rows for cell in row[-1].replace("|", ";").split(";") + row[:-1]]
        self.assertIn("'=cmd", cells)
        self.assertTrue(any(cell.startswith("'@SUM(1+1)") for cell in cells))
        self.assertEqual([cell for cell in cells if cell[:1] in set("=+@-\t\r") and cell != "-1"], [])
        self.assertTrue(all(row[1].isdecimal() and row[2].isdecimal() for row in rows[1:]))

    def test_errors_quote_names_as_text(self):
        missing = self.folder / ("missing" + CONTROLS)
        for report in (["summary"], ["merge", "-o", self.folder / "all.bin"]):
            self.assertIn("missing", self.output(*report, missing, status=1))
        self.assertIn("no-such", self.output("no-such" + CONTROLS, status=2))
        self.assertIn("missing", self.output("run", "--python", missing, "-c", "pass", status=1))


class FileNames(Profiled):
    def names(self):
        return sorted(path.name for path in self.folder.iterdir() if path.name.endswith(".bin"))

    def test_the_name_of_a_process_leads_nowhere_else(self):
        code = "import ctypes; ctypes.CDLL(None).prctl(15, b'../../x\\x1b[2J'); print(flush=True); input()"
        program = subprocess.Popen([interpreters.DEBIAN, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(program.communicate, b"\n")
        program.stdout.readline()
        inner = self.folder / "a" / "b"
        inner.mkdir(parents=True)
        done = self.memray("attach", program.pid, "-o", inner / "%n.bin", errors="surrogateescape")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([path.name for path in inner.iterdir()], [".._.._x_[2J.bin"])
        self.assertEqual(self.memray("detach", program.pid).returncode, 0)

    def test_a_script_gives_its_name_without_controls(self):
        script = self.folder / "a\x1b[2J\n.py"
        script.write_text("pass")
        for output in (["-o", self.folder / "of-%n.bin"], []):
            done = self.memray("run", "-q", *output, script, cwd=self.folder)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.names()), 2)
        self.assertTrue(all(name.isprintable() and name.isascii() for name in self.names()), self.names())
        self.assertIn("of-a_[2J_.py.bin", self.names())
