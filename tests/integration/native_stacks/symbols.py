# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""memray-symbolize, and the names that reports show of native functions."""
import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time

from profiled import LIBRARIES, MEMRAY, PATIENCE, PROGRAMS, TARGETS, Profiled

SOURCE = TARGETS / "symbols" / "plain.c"
HIDDEN = "fill"  # a function that the library does not export
EXPORTED = "plain_run"


class Native(Profiled):
    """Tests with a capture of two calls: in a function that is exported, and in one that is not."""

    def setUp(self):
        super().setUp()
        self.library = self.folder / "shapes.so"
        shutil.copy(LIBRARIES / "shapes.so", self.library)
        symbols = subprocess.run(["nm", self.library], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.addresses = {line.split()[2]: line.split()[0] for line in symbols.splitlines() if " U " not in line
                          and len(line.split()) == 3}
        self.write_capture()

    def write_capture(self, path=None, pid=0):
        subprocess.run([PROGRAMS / "native_capture", path or self.path, str(pid), self.library, self.library,
                        self.addresses[EXPORTED], self.addresses[HIDDEN]], check=True)

    def sealed_capture(self):
        """One that cannot be written, in a folder that cannot be written either."""
        path = self.folder / "sealed" / "capture.bin"
        path.parent.mkdir()
        self.write_capture(path)
        path.chmod(0o444)
        path.parent.chmod(0o555)
        return path

    def symbolize(self, *arguments, status=0, environment=None, **keywords):
        env = {name: value for name, value in os.environ.items() if name != "DEBUGINFOD_URLS"}
        done = subprocess.run([PROGRAMS / "memray-symbolize", *map(str, arguments)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE,
                              env={**env, **(environment or {})}, **keywords)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def strip(self):
        subprocess.run(["strip", "--strip-all", self.library], check=True)
        self.write_capture()

    def report(self, path=None, program=MEMRAY):
        """The (function, file) of each row of a summary, and what it said besides."""
        done = subprocess.run([program, "summary", "--all-frames", "--json", path or self.path], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {(row["function"], row["file"]) for row in json.loads(done.stdout)["rows"]}, done.stderr

    def functions(self, path=None, program=MEMRAY):
        return self.report(path, program)[0]

    def memray_alone(self):
        """memray where no memray-symbolize is beside it."""
        folder = self.folder / "alone"
        folder.mkdir(exist_ok=True)
        shutil.copy(MEMRAY, folder / "memray")
        return folder / "memray"

    def assert_named(self, path=None, program=MEMRAY):
        self.assertLessEqual({(EXPORTED, str(SOURCE)), (HIDDEN, str(SOURCE))}, self.functions(path, program))

    def assert_not_named(self, path=None):
        self.assertNotIn(EXPORTED, {name for name, _ in self.functions(path, self.memray_alone())})


class Symbolize(Native):
    def test_a_capture_keeps_its_names_without_the_library(self):
        done = self.symbolize(self.path)
        self.assertEqual((done.stdout, done.stderr),
                         (f"{self.path}: 2 addresses: 2 with function and line, 0 with function only, "
                          "0 without a name\n", ""))
        pages = []
        for step in (lambda: None, self.library.unlink):
            step()
            self.memray("flamegraph", "-f", "-o", self.folder / "page.html", self.path)
            pages.append((self.folder / "page.html").read_text(encoding="utf-8"))
        self.assertIn(HIDDEN, pages[0])
        self.assertEqual(pages[0], pages[1])
        self.assert_named(program=self.memray_alone())

    def test_a_second_run_has_nothing_to_do_unless_forced(self):
        self.strip()
        self.assertIn("1 with function only (no debug information: shapes.so), 1 without a name",
                      self.symbolize(self.path).stdout)
        before = self.path.read_bytes()
        shutil.copy(LIBRARIES / "shapes.so", self.library)
        done = self.symbolize(self.path)
        self.assertIn("has symbols already (--force looks for them again)", done.stdout)
        self.assertEqual(self.path.read_bytes(), before)
        self.symbolize("--force", self.path)
        self.assert_named()

    def test_a_folder_that_is_not_there_is_an_error_in_any_case(self):
        self.symbolize(self.path)
        done = self.symbolize("--sysroot", "nowhere", self.path, self.path, status=1)
        self.assertEqual(done.stderr, "sysroot nowhere: No such file or directory\n")

    def test_checking_writes_nothing(self):
        before = self.path.read_bytes()
        done = self.symbolize("--check", self.path)
        self.assertRegex(done.stdout, rf"(?m)^ +2 +2 +0 +0  {self.library}$")
        self.assertIn("2 with function and line", done.stdout)
        self.assertEqual((self.path.read_bytes(), sorted(self.folder.iterdir())),
                         (before, sorted([self.path, self.library])))

    def test_an_output_leaves_the_capture_as_it_is(self):
        before = self.path.read_bytes()
        output = self.folder / "named.bin"
        self.symbolize("-o", output, self.path)
        self.assertEqual(self.path.read_bytes(), before)
        self.assert_named(output, self.memray_alone())
        named = output.read_bytes()
        self.assertIn("already exists", self.symbolize("-o", output, self.path, status=1).stderr)
        self.assertEqual(output.read_bytes(), named)
        self.symbolize("-f", "-o", output, self.path)

    def test_a_read_only_capture_has_its_symbols_beside_it(self):
        self.path.chmod(0o444)
        before = self.path.read_bytes()
        done = self.symbolize(self.path)
        self.assertIn(f"its symbols are in {self.path}.symbols", done.stderr)
        self.assertEqual(self.path.read_bytes(), before)
        self.assert_named(program=self.memray_alone())
        self.write_capture()  # another recording with the same name: those symbols are not its own
        os.truncate(f"{self.path}.symbols", 100)
        self.assert_not_named()

    def test_where_nothing_can_be_written_the_user_is_told(self):
        path = self.sealed_capture()
        done = self.symbolize(path, status=1)
        self.assertRegex(done.stderr, r"read-only: -o OUT writes a copy")
        self.symbolize("-o", self.path, "-f", path)
        self.assert_named(program=self.memray_alone())
        path.parent.chmod(0o755)

    def test_a_capture_that_is_being_written_is_left_alone(self):
        with open(self.path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            done = self.symbolize(self.path, status=1)
        self.assert_one_line_of_error(done)
        self.assertIn("in use", done.stderr)
        self.assert_not_named()

    def test_killed_at_any_moment_it_leaves_the_old_capture_or_the_new_one(self):
        old = self.path.read_bytes()
        copy = self.folder / "copy.bin"
        shutil.copy(self.path, copy)
        start = time.monotonic()
        self.symbolize(copy)
        whole = time.monotonic() - start
        new = copy.read_bytes()
        seen = set()
        for step in range(60):  # the first when it has only begun, the last when it should be over
            self.path.write_bytes(old)
            process = subprocess.Popen([PROGRAMS / "memray-symbolize", self.path], stdout=subprocess.DEVNULL)
            time.sleep(step / 40 * whole)
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
            content = self.path.read_bytes()
            self.assertIn(content, (old, new))
            seen.add(content == new)
        self.assertIn(False, seen)

    def test_several_captures_are_done_each_on_its_own(self):
        other = self.folder / "other.bin"
        self.write_capture(other)
        done = self.symbolize(self.folder / "missing.bin", self.path, other, status=1)
        self.assertEqual(done.stderr, f"No such file: {self.folder}/missing.bin\n")
        self.assert_named(other)
        self.assert_named()

    def test_a_capture_without_native_stacks_is_told(self):
        self.record("-c", "pass")
        done = self.symbolize(self.path)
        self.assertIn("no native stacks", done.stdout)

    def test_a_capture_that_is_cut_before_its_first_native_stack_is_told(self):
        self.profile("-c", "pass", options=["--native"])
        told = f"{self.path}: it holds no native stacks: the recording was cut short\n"
        for size in range(self.path.stat().st_size, 0, -200):
            os.truncate(self.path, size)
            done = self.symbolize("--check", self.path)
            if done.stdout == told:
                return
            self.assertRegex(done.stdout, r"\d+ addresses: ")
        self.fail("every piece has native stacks")

    def test_bad_input_gives_one_line(self):
        (self.folder / "text").write_text("hello")
        cases = ((["missing.bin"], "No such file: missing.bin", 1), (["text"], "Failed to parse", 1),
                 ([self.folder], "Is a directory", 1), ([], "captures is required", 2), (["--bad", "text"], "bad", 2),
                 (["--sysroot", "nowhere", self.path], "sysroot nowhere: No such file", 1),
                 (["--sysroot", "text", self.path], "sysroot text: Not a directory", 1),
                 (["--debug-dir", "nowhere", self.path], "debug directory nowhere: No such file", 1),
                 (["--jobs", "0", self.path], "jobs", 2), (["--jobs", "x", self.path], "jobs", 2),
                 (["--debuginfod", self.path], "DEBUGINFOD_URLS", 2),
                 (["--debuginfod", "--no-debuginfod", self.path], "exclude each other", 2),
                 (["-o", "out", self.path, self.path], "--output takes one capture", 2),
                 (["-o", "out", "--check", self.path], "--check writes nothing", 2),
                 (["-o", "nowhere/out", self.path], "Could not create output file nowhere/out", 1))
        before = sorted(self.folder.iterdir())
        for arguments, message, status in cases:
            with self.subTest(arguments=arguments):
                done = self.symbolize(*arguments, status=status, cwd=self.folder)
                self.assert_one_line_of_error(done, status)
                self.assertIn(message, done.stderr)
        self.assertEqual(sorted(self.folder.iterdir()), before)

    def test_another_version_of_a_library_is_reported_and_not_used(self):
        shutil.copy(LIBRARIES / "shapes_upgraded.so", self.library)
        done = self.symbolize(self.path)
        self.assertIn("2 without a name (file is another version than the one recorded: shapes.so)", done.stdout)
        self.assertIn("shapes.so (file is another version than the one recorded): say where", done.stderr)
        self.assert_not_named()
        root = self.folder / "root"
        (root / self.folder.relative_to("/")).mkdir(parents=True)
        shutil.copy(LIBRARIES / "shapes.so", root / self.library.relative_to("/"))
        self.symbolize("--force", "--sysroot", root, self.path)
        self.assert_named()

    def test_a_library_that_is_damaged_costs_its_names_only(self):
        good = self.library.read_bytes()
        for content in (good[:100], good[:len(good) // 2], good[:5000] + os.urandom(len(good) - 5000)):
            self.library.write_bytes(content)
            done = self.symbolize("--force", self.path)
            self.assertIn("2 addresses: ", done.stdout)

    def test_a_server_that_hangs_is_given_up(self):
        self.strip()
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
            url = f"http://127.0.0.1:{server.getsockname()[1]}"
            environment = {"DEBUGINFOD_URLS": url, "DEBUGINFOD_CACHE_PATH": str(self.folder / "cache")}
            done = self.symbolize("--debuginfod-limit", "1", self.path, environment=environment)
            self.assertIn("debuginfod did not answer within 1 s and was ended", done.stderr)
            self.assertIn("1 with function only", done.stdout)
            server.settimeout(0)
            server.accept()[0].close()
            self.symbolize("--force", "--no-debuginfod", self.path, environment=environment)
            self.assertRaises(BlockingIOError, server.accept)


class Reports(Native):
    def test_a_report_looks_up_names_and_keeps_them(self):
        self.assert_named()
        self.library.unlink()
        self.assert_named(program=self.memray_alone())

    def test_without_the_symbolizer_addresses_are_shown(self):
        functions, errors = self.report(program=self.memray_alone())
        self.assertRegex(errors, r"\A[^\n]+: native functions have no names: there is no [^\n]+/memray-symbolize\n\Z")
        self.assertIn((f"shapes.so+0x{int(self.addresses[EXPORTED], 16):x}", str(self.library)), functions)

    def test_a_report_of_a_capture_that_cannot_be_written_has_names(self):
        path = self.sealed_capture()
        self.assert_named(path)
        self.assertEqual(list(path.parent.iterdir()), [path])
        path.parent.chmod(0o755)

    def test_a_report_of_a_capture_in_use_has_names(self):
        before = self.path.read_bytes()
        with open(self.path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.assert_named()
        self.assertEqual(self.path.read_bytes(), before)

    def test_what_lacks_debug_information_is_named(self):
        self.strip()
        _, errors = self.report()
        self.assertRegex(errors, r"\A[^\n]+: native functions or lines are missing for shapes.so "
                                      r"\(no debug information\): set DEBUGINFOD_URLS=[^\n]+\n\Z")
        _, errors = self.report()
        self.assertRegex(errors, r"\A[^\n]+missing for shapes.so [^\n]+ `memray-symbolize --check` says [^\n]+\n\Z")

    def test_parsing_shows_the_capture_as_it_is(self):
        before = self.path.read_bytes()
        self.assertNotIn(EXPORTED, self.memray("parse", self.path).stdout)
        self.assertEqual(self.path.read_bytes(), before)
