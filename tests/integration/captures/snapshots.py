# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Captures of a moment while a recording goes on, and one capture made of those of several processes."""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import interpreters
from capture import Amount
from profiled import LIBRARIES, MEMRAY, PATIENCE, TARGETS, Profiled, lines_of

CALLS = LIBRARIES / "calls.so"
GROWING = TARGETS / "children/growing.py"
EXECUTED = TARGETS / "children/executed.py"
FAMILY = TARGETS / "children/family.py"
LINES = lines_of(GROWING)
BLOCK = sys.getsizeof(b"") + (48 << 20)
NEW = 5  # seconds in which a process may be one that a recorder is about to find


class Growing(Profiled):
    """A target that waits after each step."""

    def begin(self, *arguments, options=()):
        """Returns the recorder and the process id of what grows, after its first step."""
        process, pid = self.start(GROWING, CALLS, *arguments, options=options)
        self.addCleanup(self.kill, pid)
        self.news = os.open(self.folder / "ready", os.O_RDWR)
        self.addCleanup(os.close, self.news)
        return process, pid

    @staticmethod
    def children_of(pid):
        return set(map(int, Path("/proc/%d/task/%d/children" % (pid, pid)).read_text().split()))

    @staticmethod
    def kill(pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def next_step(self):
        self.go_on()
        return int(os.read(self.news, 100))

    def snapshot(self, pid, name):
        done = self.memray("snapshot", pid, "-o", self.folder / name)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return self.capture(self.folder / name)

    def assert_steps(self, capture, steps):
        expected = Amount(10 * steps, sum(10 * 1000 * step for step in range(1, steps + 1)))
        self.assertEqual(capture.at(GROWING, LINES["grow"], "malloc"), (expected,) * 3)
        self.assertEqual(capture.at(GROWING, LINES["block"])[1], Amount(steps, steps * BLOCK))
        self.assert_nothing_lost(capture)

    def wait_for(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertTrue(condition())


class Snapshots(Growing):
    def test_a_snapshot_shows_exactly_what_there_is_at_its_moment(self):
        for options in ((), ("--aggregate",)):
            with self.subTest(options=options):
                self.use_new_folder()
                process, pid = self.begin("alone", options=options)
                for steps in (1, 2, 3):
                    capture = self.snapshot(pid, "snapshot-%d.bin" % steps)
                    self.assert_steps(capture, steps)
                    self.assertIn("snapshot of the running process", capture.header["ending"])
                    if steps < 3:
                        self.next_step()
                self.go_on()
                process.communicate(timeout=PATIENCE)
                self.assertEqual(process.returncode, 0)
                self.assert_steps(self.capture(), 3)
                self.assertEqual(self.capture().header["ending"], "exited with code 0")

    def test_every_report_opens_it(self):
        _, pid = self.begin("alone")
        self.snapshot(pid, "snapshot.bin")
        for command in (["summary"], ["stats"], ["flamegraph", "-o", self.folder / "flame.html"],
                        ["table", "-o", self.folder / "table.html"]):
            done = self.memray(*command, self.folder / "snapshot.bin")
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        for command in ("summary", "stats"):
            self.assertIn("a snapshot of the running process", self.memray(command, self.folder / "snapshot.bin").stdout)

    def test_a_followed_child_has_snapshots_too(self):
        process, child = self.begin("child", options=["--follow-fork"])
        self.assert_steps(self.snapshot(child, "snapshot.bin"), 1)
        self.next_step()
        self.next_step()
        self.go_on()
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)

    def test_a_child_has_them_as_soon_as_it_is_there(self):
        """Its recorder is stopped until it is asked for."""
        process, parent = self.begin("child", "wait", options=["--follow-fork"])
        recorder, = (pid for pid in self.children_of(process.pid)
                     if Path("/proc/%d/comm" % pid).read_text() == "memray\n")
        os.kill(recorder, signal.SIGSTOP)
        self.addCleanup(self.kill, recorder)
        self.go_on()
        self.wait_for(lambda: self.children_of(parent))
        child, = self.children_of(parent)
        self.addCleanup(self.kill, child)
        asking = subprocess.Popen([MEMRAY, "snapshot", str(child), "-o", self.folder / "snapshot.bin"])
        self.addCleanup(self.end, asking)
        with self.assertRaises(subprocess.TimeoutExpired):
            asking.wait(0.5)
        os.kill(recorder, signal.SIGCONT)
        self.assertEqual(asking.wait(PATIENCE), 0)
        self.assertEqual(self.capture(self.folder / "snapshot.bin").header["pid"], str(child))

    def test_one_that_has_just_begun_and_is_not_recorded_is_waited_for_only_while_it_is_new(self):
        process = subprocess.Popen(["/bin/sleep", str(PATIENCE)])
        self.addCleanup(self.end, process)
        began = time.monotonic()
        self.assert_one_line_of_error(self.memray("snapshot", process.pid, timeout=NEW + 10))
        self.assertGreater(time.monotonic(), began + NEW - 1)
        began = time.monotonic()
        self.assert_one_line_of_error(self.memray("snapshot", process.pid))
        self.assertLess(time.monotonic(), began + NEW - 1)

    def test_an_attached_process_has_them(self):
        for name in ("ready", "go"):
            os.mkfifo(self.folder / name)
        self.news = os.open(self.folder / "ready", os.O_RDWR)
        self.addCleanup(os.close, self.news)
        target = subprocess.Popen([interpreters.DEBIAN, str(GROWING), str(CALLS), "alone", "wait"],
                                  env={**os.environ, "READY": str(self.folder / "ready"),
                                       "GO": str(self.folder / "go")})
        self.addCleanup(self.end, target)
        pid = int(os.read(self.news, 100))
        self.assertEqual(self.memray("attach", pid, "-o", self.path).returncode, 0)
        self.next_step()
        self.assert_steps(self.snapshot(pid, "snapshot.bin"), 1)
        self.assertEqual(self.memray("detach", pid).returncode, 0)
        self.assert_steps(self.capture(), 1)

    def test_the_newest_ten_of_many_stay(self):
        self.begin("alone", options=["--snapshot-every", "0.1"])
        self.wait_for((self.folder / "capture.bin.snapshot-12").exists)
        self.wait_for(lambda: not (self.folder / "capture.bin.snapshot-2").exists())
        self.assertLessEqual(len(list(self.folder.glob("capture.bin.snapshot-*"))), 11)
        self.assert_steps(self.capture(self.folder / "capture.bin.snapshot-12"), 1)

    def test_one_without_a_name_takes_the_next_number_whoever_made_the_others(self):
        _, pid = self.begin("alone")  # with -f
        older = self.folder / "capture.bin.snapshot-1"
        older.write_text("mine")
        for number in (2, 3):
            done = self.memray("snapshot", pid)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assert_steps(self.capture(self.folder / ("capture.bin.snapshot-%d" % number)), 1)
        self.assertEqual(older.read_text(), "mine")

    def test_what_was_there_at_a_size_is_on_disk_when_everything_is_killed(self):
        process, pid = self.begin("alone", options=["--snapshot-on-rss", "130M"])
        path = self.folder / "capture.bin.snapshot-1"
        self.next_step()
        self.assertFalse(path.exists())
        self.next_step()
        self.wait_for(path.exists)
        process.kill()
        os.kill(pid, signal.SIGKILL)
        self.assert_steps(self.capture(path), 3)
        self.assertEqual([file.name for file in self.folder.glob("*.snapshot-*")], [path.name])

    def test_what_cannot_be_done_is_refused(self):
        _, pid = self.begin("alone")
        self.assert_one_line_of_error(self.memray("snapshot", os.getpid()))
        taken = self.folder / "taken"
        taken.write_text("mine")
        for path in (taken, self.folder / "missing" / "snapshot.bin", "/dev/null"):
            self.assert_one_line_of_error(self.memray("snapshot", pid, "-o", path))
        self.assertEqual(taken.read_text(), "mine")
        self.assertEqual(self.memray("snapshot", pid, "-f", "-o", taken).returncode, 0)
        self.assert_steps(self.capture(taken), 1)
        self.assert_one_line_of_error(self.memray("detach", pid))
        for arguments in (["--snapshot-every", "0"], ["--snapshot-on-rss", "much"]):
            done = self.memray("run", *arguments, "-c", "pass")
            self.assertEqual(done.returncode, 2, done.stderr)


class Merged(Profiled):
    def family(self, way):
        self.profile(FAMILY, CALLS, way, options=["--follow-fork"])
        return self.merge(self.path)

    def merge(self, *captures, name="all.bin"):
        done = self.memray("merge", *captures, "-o", self.folder / name)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return self.capture(self.folder / name)

    def parts(self):
        return [self.path, *sorted(self.folder.glob(self.path.name + ".*"))]

    def at(self, capture, marker):
        return capture.at(FAMILY, lines_of(FAMILY)[marker], "malloc")

    def test_the_peak_is_what_all_held_at_one_moment(self):
        merged = self.family("together")
        parent, both = Amount(5, 5 * 30_000_000), Amount(30, 10 * 10_000_000 + 20 * 20_000_000)
        self.assertEqual(self.at(merged, "parent"), (parent, Amount(0, 0), parent))
        self.assertEqual(self.at(merged, "child"), (both, both, both))
        self.use_new_folder()
        merged = self.family("apart")
        second = Amount(20, 20 * 20_000_000)
        self.assertEqual(self.at(merged, "parent"), (parent, Amount(0, 0), parent))
        self.assertEqual(self.at(merged, "child"), (second, both, both))

    def test_all_is_there_and_each_stack_begins_with_its_process(self):
        merged = self.family("together")
        parts = [self.capture(part) for part in self.parts()]
        self.assertEqual(len(parts), 3)
        self.assertEqual(merged.total, sum((part.total for part in parts), Amount(0, 0)))
        self.assertEqual(merged.leaked, sum((part.leaked for part in parts), Amount(0, 0)))
        self.assertGreaterEqual(merged.peak.bytes, max(part.peak.bytes for part in parts))
        self.assertEqual(sum((site.peak for site in merged.sites), Amount(0, 0)), merged.peak)
        for part in parts:
            name = "process " + part.header["pid"]
            mine = [site.total for site in merged.sites if site.frames[-1].function == name]
            self.assertEqual(sum(mine, Amount(0, 0)), part.total)
        again = self.merge(self.folder / "all.bin", self.parts()[0], name="again.bin")
        self.assertEqual(again.total, merged.total + parts[0].total)

    def test_executed_children_belong_to_the_run_of_their_parent(self):
        self.profile(EXECUTED, CALLS, 1, 2, 3, options=["--follow-exec"], status=1)
        merged = self.merge(self.path)
        self.assertEqual(sum((part.total for part in map(self.capture, self.parts())), Amount(0, 0)), merged.total)
        here = merged.at(EXECUTED, lines_of(EXECUTED)["child"], "malloc")[2]
        self.assertEqual(here, Amount(6, 6 * 777))

    def test_so_do_those_of_a_command_that_is_no_python(self):
        command = "%s %s %s %%d;" % (interpreters.DEBIAN, EXECUTED, CALLS)
        self.memray("run", "-q", "-o", self.path, "--exec", "--", "/bin/sh", "-c", command % 4 + command % 5)
        self.assertFalse(self.path.exists())
        here = self.merge(self.path).at(EXECUTED, lines_of(EXECUTED)["child"], "malloc")[2]
        self.assertEqual(here, Amount(9, 9 * 777))

    def test_what_an_earlier_run_left_is_left_out(self):
        self.profile(FAMILY, CALLS, "together", options=["--follow-fork"])
        old = {path.name for path in self.parts()[1:]}
        self.profile(FAMILY, CALLS, "together", options=["--follow-fork"])
        done = self.memray("merge", self.path, "-o", self.folder / "all.bin")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.splitlines(), ["memray: %s is of another run: left out" % path
                                                    for path in self.parts() if path.name in old])
        self.assertEqual(len(old), 2)

    def test_every_report_opens_it(self):
        merged = self.family("together")
        path = self.folder / "all.bin"
        for command in (["summary"], ["stats"], ["flamegraph", "-o", self.folder / "flame.html"],
                        ["table", "-o", self.folder / "table.html"]):
            done = self.memray(*command, path)
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        self.assertIn("merged from several processes", self.memray("summary", path).stdout)
        self.memray("stats", "--json", "-o", self.folder / "stats.json", path)
        stats = json.loads((self.folder / "stats.json").read_text())
        self.assertEqual((stats["total_num_allocations"], stats["total_bytes_allocated"]), merged.total)
        self.assertEqual(stats["peak_bytes"], merged.peak.bytes)

    def test_what_cannot_be_done_is_refused(self):
        self.profile("-c", "pass")
        out = self.folder / "all.bin"
        garbage = self.folder / "garbage"
        garbage.write_text("no capture")
        newer = self.folder / "newer"
        newer.write_bytes(self.path.read_bytes()[:8] + b"\x7f" + self.path.read_bytes()[9:])
        for captures in ([self.path], [self.path, self.folder / "missing"], [self.path, garbage], [self.path, newer],
                         [self.path, self.path]):
            self.assert_one_line_of_error(self.memray("merge", *captures, "-o", out))
            self.assertFalse(out.exists())
        out.write_text("mine")
        other = self.folder / "other.bin"
        self.memray("run", "-q", "-o", other, "-c", "x = 1")
        self.assert_one_line_of_error(self.memray("merge", self.path, other, "-o", out))
        self.assertEqual(out.read_text(), "mine")
        done = self.memray("merge", "-f", self.path, other, "-o", out)
        self.assertEqual((done.returncode, done.stderr), (0, "memray: the captures are of 2 different runs\n"))
