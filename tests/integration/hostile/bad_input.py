# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Programs, interpreters and outputs that cannot be used: one line says why, and nothing is left behind."""
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import interpreters
from profiled import LIBRARIES, TARGETS, Profiled

CALLS = LIBRARIES / "calls.so"


class Refused(Profiled):
    def refuse(self, *arguments, message, options=(), status=1, **keywords):
        """Expects one line of error that matches, and no file left."""
        before = sorted(self.folder.iterdir())
        done = self.memray("run", *options, *arguments, cwd=self.folder, **keywords)
        self.assert_one_line_of_error(done, status)
        self.assertRegex(done.stderr, message)
        self.assertEqual(sorted(self.folder.iterdir()), before)


class Programs(Refused):
    def test_programs_that_cannot_run_leave_no_capture(self):
        (self.folder / "wrong.py").write_text("def f(:\n", encoding="utf-8")
        (self.folder / "folder").mkdir()
        python = ["--python", interpreters.DEBIAN]
        self.refuse("nope.py", message=r"No such file or directory: 'nope.py'", options=python)
        self.refuse("folder", message="folder", options=python)
        self.refuse("wrong.py", message=r"wrong\.py: line 1: ", options=python)
        self.refuse("/bin/true", message="Only valid Python files", options=python)
        self.refuse("-m", "no_such_module", message="No module named no_such_module", options=python)
        self.refuse("-m", "no_such_package.module", message="No module named no_such_package", options=python)

    def test_an_existing_capture_is_kept(self):
        self.path.write_bytes(b"precious")
        done = self.memray("run", "-o", self.path, "--python", interpreters.DEBIAN, "-c", "print('ran')")
        self.assert_one_line_of_error(done)
        self.assertIn("already exists", done.stderr)
        self.assertEqual((self.path.read_bytes(), done.stdout), (b"precious", ""))

    def test_a_forced_capture_that_cannot_start_keeps_the_old_one(self):
        self.path.write_bytes(b"precious")
        for arguments in (["nope.py"], ["--python", "/nonexistent", "-c", "pass"], ["-m", "no_such_module"]):
            self.assert_one_line_of_error(self.memray("run", "-f", "-o", self.path, *arguments))
            self.assertEqual(self.path.read_bytes(), b"precious")

    def test_outputs_that_cannot_be_created(self):
        python = ["--python", interpreters.DEBIAN]
        self.refuse("-c", "pass", options=[*python, "-o", "missing/capture.bin"],
                    message=r"Could not create output file missing/capture\.bin: No such file or directory")
        (self.folder / "folder").mkdir()
        self.refuse("-c", "pass", options=[*python, "-f", "-o", "folder"], message="folder")
        if os.geteuid() != 0:
            (self.folder / "folder").chmod(0o500)
            self.refuse("-c", "pass", options=[*python, "-o", "folder/capture.bin"], message="Permission denied")

    def test_wrong_usage_is_told_apart(self):
        for arguments in (["run", "--no-such-option", "x.py"], ["run"], [], ["no-such-command"],
                          ["run", "--live-port", "3", "x.py"]):
            done = self.memray(*arguments)
            self.assertEqual((arguments, done.returncode), (arguments, 2))
            self.assertNotIn("Traceback", done.stderr)
            self.assertNotEqual(done.stderr, "")

    def test_a_missing_payload_is_named(self):
        self.refuse("-c", "pass", options=["--python", interpreters.DEBIAN], message="/nonexistent",
                    env={**os.environ, "MEMRAY_PAYLOAD": "/nonexistent"})


class Interpreters(Refused):
    def compiled(self, name, *options, source="int main(void) { return 5; }"):
        """Builds a small program, or skips the test where that cannot be done."""
        path = self.folder / name
        done = subprocess.run(["cc", *options, "-x", "c", "-", "-o", path], input=source, text=True,
                              stderr=subprocess.PIPE)
        if done.returncode != 0:
            self.skipTest(f"cannot build with {options}")
        return path

    def test_what_is_not_there_or_not_a_program(self):
        self.refuse("-c", "pass", options=["--python", "/nonexistent/python"], message="/nonexistent/python")
        self.refuse("-c", "pass", options=["--python", "no-such-python"], message="no-such-python")
        self.refuse("-c", "pass", options=["--python", self.folder], message=str(self.folder))
        (self.folder / "text").write_text("hello", encoding="utf-8")
        self.refuse("-c", "pass", options=["--python", self.folder / "text"], message="text")

    def test_what_is_not_cpython(self):
        for program in ("/bin/true", "/bin/false", "/usr/bin/env"):
            done = self.memray("run", "-o", self.path, "--python", program, "-c", "pass")
            self.assertNotEqual(done.returncode, 0)
            self.assertRegex(done.stderr.splitlines()[-1], "(?i)python")
            self.assertFalse(self.path.exists())

    def test_a_static_executable_runs_to_its_end_as_a_wrapper_might(self):
        program = self.compiled("static", "-static")
        self.refuse("-c", "pass", options=["--python", program], message="before starting CPython", status=5)

    def test_a_32_bit_executable(self):
        source = ".globl _start\n_start: movl $1, %eax\n movl $5, %ebx\n int $0x80\n"
        done = subprocess.run(["cc", "-m32", "-nostdlib", "-static", "-x", "assembler", "-", "-o",
                               self.folder / "short"], input=source, text=True, stderr=subprocess.PIPE)
        if done.returncode != 0:
            self.skipTest("cannot build 32-bit programs: " + done.stderr)
        self.refuse("-c", "pass", options=["--python", self.folder / "short"], message="32-bit")

    def test_versions_that_are_too_old(self):
        if not interpreters.unsupported():
            self.skipTest("no CPython before 3.8 here")
        old = [python for python in interpreters.unsupported() if interpreters.version_of(python) >= (3, 0)]
        for python in old:
            version = ".".join(map(str, interpreters.version_of(python)))
            self.refuse("-c", "pass", options=["--python", python], message=version.replace(".", r"\."))
        for python in set(interpreters.unsupported()) - set(old):
            self.refuse("-c", "pass", options=["--python", python], message="(?i)python")


class Captures(Profiled):
    READERS = (["summary"], ["stats"], ["stats", "--json", "-o", "/dev/null"], ["parse"])

    def setUp(self):
        super().setUp()
        self.record(TARGETS / "allocations/every_call.py", CALLS)
        self.good = self.path.read_bytes()
        self.bad = self.folder / "bad.bin"

    def read(self, content):
        """The outcome of each reader on a file with this content: (status, error lines)."""
        self.bad.write_bytes(content)
        for reader in self.READERS:
            done = self.memray(*reader, self.bad, errors="replace")
            self.assertIn(done.returncode, (0, 1), (reader, done.stderr))
            self.assertNotIn("Traceback", done.stderr)
            yield done

    def refuse(self, content, message="."):
        for done in self.read(content):
            self.assert_one_line_of_error(done)
            self.assertRegex(done.stderr, message)

    def test_files_that_are_not_captures_are_refused(self):
        for reader in self.READERS:
            for path, why in ((self.folder / "missing", "No such file"), (self.folder, "Is a directory"),
                              ("/dev/null", "Not a regular file")):
                done = self.memray(*reader, path)
                self.assert_one_line_of_error(done)
                self.assertIn(why, done.stderr)
        self.refuse(b"", "It is empty")
        self.refuse(b"\x1f\x8b" + b"\0" * 100, "compressed with gzip")
        self.refuse(b"<!DOCTYPE html>", "a web page")
        self.refuse(b"memray" + b"\0" * 4000)
        self.refuse(b"hello world\n" * 100)
        self.refuse(os.urandom(10000))
        self.refuse(b"\x7fELF" + self.good[4:])

    def test_a_capture_of_a_future_version_is_refused_as_such(self):
        self.refuse(self.good[:8] + (99).to_bytes(4, "little") + self.good[12:], "version")

    def test_a_truncated_capture_is_read_as_far_as_it_goes(self):
        for length in (*range(0, 200, 7), *range(200, len(self.good), len(self.good) // 25), len(self.good) - 1):
            for done in self.read(self.good[:length]):
                if done.returncode == 1:
                    self.assert_one_line_of_error(done)
        for done in self.read(self.good[:-1]):
            self.assertEqual(done.returncode, 0)

    def test_a_corrupt_capture_never_brings_a_reader_down(self):
        for position in range(0, len(self.good), max(1, len(self.good) // 60)):
            content = bytearray(self.good)
            content[position] ^= 0xff
            for done in self.read(bytes(content)):
                if done.returncode == 1:
                    self.assert_one_line_of_error(done)

    def test_standard_output_that_is_full_is_an_error(self):
        for reader in (["summary"], ["stats"], ["parse"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([os.environ["MEMRAY_BINARY"], *reader, self.path], stdout=full,
                                      stderr=subprocess.PIPE, text=True)
            self.assert_one_line_of_error(done)

    def test_reports_do_not_overwrite_without_being_told(self):
        shutil.copy(self.path, self.bad)
        report = self.folder / "report.json"
        report.write_text("precious", encoding="utf-8")
        self.assert_one_line_of_error(self.memray("stats", "--json", "-o", report, self.bad))
        self.assertEqual(report.read_text(encoding="utf-8"), "precious")
        self.assertEqual(self.memray("stats", "--json", "-f", "-o", report, self.bad).returncode, 0)


@unittest.skipUnless((interpreters.SID_ROOT / "usr/lib/python3/dist-packages/memray").exists() and os.geteuid() == 0,
                     "takes root, and a Debian sid with memray: scripts/sid_root makes one")
class OtherMemray(Profiled):
    """Captures of memray 1.20."""

    IN_ROOT = 'mount -t proc proc "$0/proc" && exec chroot "$0" python3 -m memray "$@"'  # memray needs /proc
    COMMANDS = (["summary"], ["tree"], ["stats"], ["table"], ["flamegraph"], ["parse"], ["transform", "csv"],
                ["merge", "-o", "all.bin"], ["diff"])

    def record_there(self, path, *options):
        inside = interpreters.SID_ROOT / "tmp" / self.folder.name
        inside.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, inside, True)
        subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", self.IN_ROOT,
                        interpreters.SID_ROOT, "run", "-q", *options, "-o", f"/tmp/{self.folder.name}/capture", "-c",
                        "kept = [bytes(1000) for each in range(100)]"], check=True, stderr=subprocess.DEVNULL)
        shutil.move(inside / "capture", path)
        inside.rmdir()

    def test_every_reader_says_which_tool_reads_it(self):
        own = self.folder / "own.bin"
        self.assertEqual(self.memray("run", "-q", "-o", own, "-c", "pass").returncode, 0)
        symbolize = [Path(os.environ["MEMRAY_BINARY"]).parent / "memray-symbolize"]
        for options in ([], ["--no-compress"], ["--aggregate"], ["--aggregate", "--no-compress"]):
            self.record_there(self.path, *options)
            for command in self.COMMANDS:
                more = [own] if command in (["diff"], self.COMMANDS[-2]) else []
                done = self.memray(*command, *more, self.path, cwd=self.folder)
                self.refused_as_foreign(done, command)
            self.refused_as_foreign(subprocess.run([*symbolize, self.path], stdout=subprocess.PIPE,
                                                   stderr=subprocess.PIPE, text=True), symbolize)

    def refused_as_foreign(self, done, command):
        with self.subTest(command=command):
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            failed = "Failed to compute statistics for" if command == ["stats"] else "Failed to parse allocation records in"
            self.assertEqual(done.stderr, "%s %s. Reason: It is a capture of bloomberg's memray (format 13): read it with "
                             "that memray's own reports.\n" % (failed, self.path))
