# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Programs and recorders that die, run out of disk, or do what programs rarely do."""
import json
import os
import resource
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import cgroups
import interpreters
from capture import NOTHING, Amount
from profiled import LIBRARIES, PATIENCE, TARGETS, Profiled, adopt_orphans, lines_of, with_every_interpreter

CALLS = LIBRARIES / "calls.so"
ENDINGS = TARGETS / "signals/endings.py"
FILLS_MEMORY = TARGETS / "confinement/fills_memory.py"
MODES = ((), ("--aggregate",), ("--trace-python-allocators",))
BEFORE = Amount(100, 100 * 5001)


class Survival(Profiled):
    def at(self, capture, target, marker):
        """(leaked, total) at a marked line."""
        return capture.at(TARGETS / target, lines_of(target)[marker], "malloc")[1:]

    def assert_all_before(self, capture, target):
        self.assertEqual(self.at(capture, target, "before"), (BEFORE, BEFORE))


class Endings(Survival):
    STATUS = {"return": 0, "exit0": 0, "exit3": 3, "message": 1, "exception": 1, "_exit": 4,
              "abort": -signal.SIGABRT, "segfault": -signal.SIGSEGV, "terminate": -signal.SIGTERM,
              "interrupt": -signal.SIGINT}

    @with_every_interpreter
    def test_the_capture_is_complete_however_the_program_ends(self, python):
        for ending, status in self.STATUS.items():
            capture = self.record(ENDINGS, CALLS, ending, python=python, status=status)
            self.assert_all_before(capture, ENDINGS)
            self.assert_nothing_lost(capture)
            self.assertIn("code %d" % status if status >= 0 else "signal %d " % -status, capture.header["ending"])

    def test_so_is_an_aggregated_capture(self):
        for ending, status in self.STATUS.items():
            capture = self.record(ENDINGS, CALLS, ending, status=status, options=["--aggregate"])
            self.assert_all_before(capture, ENDINGS)
            self.assert_nothing_lost(capture)

    def test_a_program_that_replaces_itself_is_recorded_up_to_there(self):
        process, _ = self.start(ENDINGS, CALLS, "exec")
        deadline = time.monotonic() + PATIENCE
        while (capture := self.capture()).header["ending"] == "not known" and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertIn("another program", capture.header["ending"])
        self.assert_all_before(capture, ENDINGS)
        self.go_on()
        self.assertEqual(process.wait(PATIENCE), 9)

    def test_its_successor_may_be_python_and_ends_with_its_own_status(self):
        self.assert_all_before(self.record(ENDINGS, CALLS, "exec_python", status=11), ENDINGS)


class OutOfMemory(Survival):
    LIMIT = 160 << 20
    BLOCK = (1 << 20) + 33  # sys.getsizeof() of it

    def fill(self, join, command):
        done = subprocess.run(["/bin/sh", "-c", 'echo $$ >%s && exec "$@"' % join, "sh", *map(str, command)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        return done

    def assert_tells(self, capture, count, errors):
        peak = sum((site.peak for site in capture.sites if site.frames[:1] and
                    (site.frames[0].file, site.frames[0].line) == (str(FILLS_MEMORY), lines_of(FILLS_MEMORY)["filling"])
                    and site.allocator == "malloc"), NOTHING)
        blocks = peak.bytes // self.BLOCK
        self.assertIn(blocks, (count, count + 1))
        self.assertLess(peak.bytes - blocks * self.BLOCK, 10000)  # the list of the blocks
        self.assert_all_before(capture, FILLS_MEMORY)
        self.assertEqual(capture.incomplete, "")
        self.assertEqual(errors, "")
        self.assertRegex(capture.header["ending"], r"\Akilled by signal 9 \(SIGKILL\); the oom_kill counter rose: "
                                                   r"out of memory at 1\d\d\.\d+MB\Z")

    def test_the_kernel_ends_the_program_not_the_recorder_which_says_so(self):
        for options in ((), ("--aggregate",)):
            with self.subTest(options=options), cgroups.limited_memory(self, self.LIMIT) as join:
                self.use_new_folder()
                count = self.folder / "count"
                done = self.fill(join, self.command(FILLS_MEMORY, CALLS, count, options=options))
                self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
                self.assert_tells(self.capture(), int(count.read_text()), done.stderr)

    def test_so_it_is_for_a_child(self):
        with cgroups.limited_memory(self, self.LIMIT) as join:
            count = self.folder / "count"
            source = "import subprocess, sys; sys.exit(-subprocess.run(%r).returncode)" % (
                [interpreters.DEBIAN, str(FILLS_MEMORY), str(CALLS), str(count)],)
            done = self.fill(join, self.command("-c", source, options=["--follow-exec"]))
            self.assertEqual(done.returncode, signal.SIGKILL, done.stderr)
            (child,) = self.folder.glob("capture.bin.*")
            self.assert_tells(self.capture(child), int(count.read_text()), done.stderr)


class Killed(Survival):
    TARGET = TARGETS / "signals/interrupted.py"

    def test_when_the_program_is_killed_all_it_did_is_in_the_capture(self):
        for options in MODES:
            with self.subTest(options=options):
                self.use_new_folder()
                process, pid = self.start(self.TARGET, CALLS, options=options)
                os.kill(pid, signal.SIGKILL)
                self.assertEqual(process.wait(PATIENCE), -signal.SIGKILL)
                capture = self.capture()
                self.assert_all_before(capture, self.TARGET)
                self.assertIn("SIGKILL", capture.header["ending"])
                self.assertEqual(capture.incomplete, "")

    def wait_until_written(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            done = self.memray("parse", self.path)
            if done.returncode == 0 and self.at(self.capture(), self.TARGET, "before")[1] == BEFORE:
                return
            time.sleep(0.1)
        self.fail("what was recorded never reached the file")

    def test_when_the_recorder_is_killed_the_program_goes_on_and_the_capture_opens(self):
        adopt_orphans()
        for options in MODES:
            with self.subTest(options=options):
                self.use_new_folder()
                process, pid = self.start(self.TARGET, CALLS, options=options)
                self.wait_until_written()
                process.kill()
                process.wait(PATIENCE)
                self.go_on()
                self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 7)
                capture = self.capture()
                self.assert_all_before(capture, self.TARGET)
                self.assertNotEqual(capture.incomplete, "")

    def test_a_recorder_that_is_stopped_holds_the_program_up_but_not_for_good(self):
        adopt_orphans()
        process, pid = self.start(self.TARGET, CALLS)
        os.kill(process.pid, signal.SIGSTOP)
        self.go_on()
        # A zombie until the stopped recorder collects it: gone from its descriptors, not from the process table.
        state = os.pidfd_open(pid)
        self.addCleanup(os.close, state)
        self.assertTrue(select.select([state], [], [], PATIENCE)[0], "the program never got to its end")
        os.kill(process.pid, signal.SIGCONT)
        self.assertEqual(process.wait(PATIENCE), 7)
        self.assert_all_before(self.capture(), self.TARGET)


class FullDisk(Survival):
    LIMIT = 4 << 20
    # Five million events, which take more than that.
    PROGRAM = (TARGETS / "allocations/handover.py", LIBRARIES / "handover.so", "exchange", 1, 2_500_000)

    @classmethod
    def limit_files(cls):
        resource.setrlimit(resource.RLIMIT_FSIZE, (cls.LIMIT, cls.LIMIT))

    def check(self, reason, **keywords):
        done = self.profile(*self.PROGRAM, options=["--no-compress"], **keywords)
        self.assertRegex(done.stderr, rf"\Amemray: [^\n]*{reason}[^\n]*\n\Z")
        self.assertLessEqual(self.path.stat().st_size, self.LIMIT)
        # Not parse, whose text would be as long as the log.
        stats = self.memray("stats", self.path)
        self.assertEqual(stats.returncode, 0, stats.stderr)
        self.assertIn("incomplete", stats.stdout + stats.stderr)

    def test_at_a_limit_of_file_sizes_the_program_goes_on_and_the_capture_opens(self):
        self.check("File too large", preexec_fn=self.limit_files)

    def test_on_a_full_disk_the_program_goes_on_and_the_capture_opens(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.LIMIT}", "tmpfs", disk],
                                 stderr=subprocess.DEVNULL)
        if mounted.returncode != 0:
            self.skipTest("mounting is not permitted")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        self.path = disk / "capture.bin"
        self.check("No space left on device")

    def mounted(self, size):
        disk = Path(tempfile.mkdtemp(dir=self.folder))
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk],
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("mounting is not permitted")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        return disk

    def incomplete(self, path):
        done = self.memray("stats", "--json", "-f", "-o", self.folder / "stats.json", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        losses = json.loads((self.folder / "stats.json").read_text())["metadata"]["losses"]
        return " ".join(losses)

    def test_on_the_smallest_disks_a_capture_says_that_they_were_full(self):
        for size in ("4k", "8k", "64k"):
            for options in (["--no-compress"], ["--aggregate", "--no-compress"]):
                with self.subTest(size=size, options=options):
                    disk = self.mounted(size)
                    path = disk / "capture.bin"
                    (disk / "rest").write_bytes(bytes(int(size[:-1]) * 1024 - 4096))
                    done = self.memray("run", "-q", "-o", path, *options, ENDINGS, CALLS, "exit3")
                    self.assertEqual(done.returncode, 3)
                    self.assertRegex(done.stderr, r"\A(memray: [^\n]*No space left on device[^\n]*\n)+\Z")
                    self.assertRegex(self.incomplete(path), r"the disk was full|No space left on device")
                    self.assertEqual(sorted(each.name for each in disk.iterdir()), ["capture.bin", "rest"])

    def test_where_nothing_fits_at_all_nothing_starts_and_nothing_is_left(self):
        disk = self.mounted("4k")
        (disk / "rest").write_bytes(bytes(4096))
        good, other = self.folder / "good.bin", self.folder / "other.bin"
        for path in (good, other):
            self.assertEqual(self.memray("run", "-q", "-o", path, "-c", "pass").returncode, 0)
        for writer in (["run", "-o", disk / "new", "-c", "print('ran')"], ["merge", "-o", disk / "new", good, other],
                       ["flamegraph", "-o", disk / "new", good], ["transform", "csv", "-o", disk / "new", good],
                       ["flamegraph", "-f", "-o", disk / "rest", good]):
            done = self.memray(*writer)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertRegex(done.stderr, r"No space left on device\n\Z")
            self.assertEqual([(each.name, each.read_bytes()) for each in disk.iterdir()], [("rest", bytes(4096))])

    def test_reports_at_a_limit_of_file_sizes_are_errors(self):
        good = self.folder / "good.bin"
        self.assertEqual(self.memray("run", "-q", "-o", good, ENDINGS, CALLS, "return").returncode, 0)
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        done = self.memray("flamegraph", "-o", self.folder / "page.html", good, preexec_fn=limit)
        self.assert_one_line_of_error(done)
        self.assertIn("File too large", done.stderr)
        self.assertFalse((self.folder / "page.html").exists())

    def record_to_full_device(self, *options):
        return self.memray("run", "-f", "-o", "/dev/full", "--python", "/usr/bin/python3", *options,
                           ENDINGS, CALLS, "exit3")

    def test_a_capture_that_cannot_be_begun_stops_the_program_from_starting(self):
        done = self.record_to_full_device()
        self.assert_one_line_of_error(done)
        self.assertIn("No space left on device", done.stderr)

    def test_an_aggregated_capture_that_cannot_be_written_leaves_the_program_alone(self):
        done = self.record_to_full_device("--aggregate")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"\A(memray: [^\n]*No space left on device[^\n]*\n)+\Z")


class UnusualPrograms(Survival):
    @with_every_interpreter
    def test_a_program_that_closes_its_descriptors_is_recorded_to_its_end(self, python):
        capture = self.record(TARGETS / "confinement/closes_descriptors.py", CALLS, python=python, status=5)
        self.assert_all_before(capture, "confinement/closes_descriptors.py")
        self.assertEqual(self.at(capture, "confinement/closes_descriptors.py", "after"), (NOTHING, Amount(100000, 6400000)))

    @with_every_interpreter
    def test_child_processes_are_not_recorded_and_do_not_disturb(self, python):
        capture = self.record(TARGETS / "children/children.py", CALLS, python=python)
        self.assert_all_before(capture, "children/children.py")
        self.assertEqual(self.at(capture, "children/children.py", "child"), (NOTHING, NOTHING))
        self.assertEqual(self.at(capture, "children/children.py", "after"), (Amount(100, 500300),) * 2)
        self.assert_nothing_lost(capture)

    def test_two_thousand_short_lived_threads_are_all_recorded(self):
        capture = self.record(TARGETS / "stacks/short_threads.py", CALLS, 2000, 10)
        self.assertEqual(self.at(capture, "stacks/short_threads.py", "thread"), (Amount(2000, 2000 * 4001),) * 2)
        self.assert_nothing_lost(capture)

    def test_more_threads_than_slots_wait_or_are_counted_as_lost(self):
        capture = self.record(TARGETS / "stacks/short_threads.py", CALLS, 512, 64, env={"MEMRAY_SLOTS": "8"})
        recorded = self.at(capture, "stacks/short_threads.py", "thread")[1].count
        self.assertGreater(recorded, 0)
        self.assertGreaterEqual(recorded + capture.losses["events"], 512)

    @with_every_interpreter
    def test_a_stack_of_twenty_thousand_calls_is_whole(self, python):
        capture = self.record(TARGETS / "stacks/deep.py", CALLS, python=python)
        lines = lines_of("stacks/deep.py")
        bottom = [site for site in capture.sites if site.frames and site.frames[0].line == lines["bottom"]
                  and site.allocator == "malloc"]
        names = [frame.function for frame in bottom[0].frames]
        self.assertEqual((names.count("deeper"), names[20000]), (20000, "recurse"))
        self.assertEqual(sum(site.total.count for site in bottom), 30)
        self.assertEqual(self.at(capture, "stacks/deep.py", "top"), (Amount(10, 50030),) * 2)
        self.assert_nothing_lost(capture)

    @with_every_interpreter
    def test_profile_and_trace_functions_of_the_program_keep_working(self, python):
        capture = self.record(TARGETS / "stacks/hooked.py", CALLS, python=python)
        self.assertEqual(self.at(capture, "stacks/hooked.py", "work")[1], Amount(1000, 5001000))

    def test_coverage_and_pdb_work_while_recording(self):
        for module in (["-m", "coverage", "run", "--data-file", self.folder / "coverage"],
                       ["-m", "pdb", "-c", "continue", "-c", "quit"]):
            capture = self.record(*module, TARGETS / "stacks/hooked.py", CALLS)
            self.assertEqual(self.at(capture, "stacks/hooked.py", "work")[1], Amount(1000, 5001000))
            self.assert_nothing_lost(capture)
