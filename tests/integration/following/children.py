# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Processes that fork: what is recorded of their children, and what is left behind."""
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from capture import Amount
from profiled import LIBRARIES, PATIENCE, TARGETS, Profiled, adopt_orphans, lines_of, with_every_interpreter

CALLS = LIBRARIES / "calls.so"
FORKS = TARGETS / "children/forks.py"
FOLLOW = ["--follow-fork"]
ROOM = 512  # for children at the same time


def processes_that_mention(text):
    """Process ids with this text in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if str(text) in (folder / "cmdline").read_text():
                found.append(int(folder.name))
        except OSError:
            pass
    return found


class Children(Profiled):
    def children(self):
        """Captures of the children there are, by process id."""
        paths = self.folder.glob(self.path.name + ".*")
        return {int(path.suffix[1:]): self.capture(path) for path in paths}

    def at(self, capture, marker, target=FORKS):
        return capture.at(target, lines_of(target)[marker], "malloc")[2]

    def assert_nobody_is_left(self):
        deadline = time.monotonic() + PATIENCE
        while processes_that_mention(self.folder) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(processes_that_mention(self.folder), [])

    def assert_followed(self, count, exit_codes=True):
        parent = self.capture()
        self.assertEqual(self.at(parent, "before"), Amount(100, 100 * 5001))
        self.assertEqual(self.at(parent, "after"), Amount(100, 100 * 5003))
        self.assertEqual(self.at(parent, "child"), Amount(0, 0))
        self.assert_nothing_lost(parent)
        seen = []
        for pid, child in self.children().items():
            number = self.at(child, "child").count
            seen.append(number)
            self.assertEqual(self.at(child, "child"), Amount(number, number * 777))
            self.assertEqual(self.at(child, "before"), Amount(0, 0))
            self.assertEqual(int(child.header["pid"]), pid)
            self.assert_nothing_lost(child)
            if exit_codes:
                self.assertEqual(child.header["ending"], "exited with code %d" % (number % 100))
        self.assertEqual(sorted(number for number in seen if number), list(range(1, count + 1)))
        return seen


class FollowFork(Children):
    def command(self, *arguments, **keywords):
        """Not quiet: what memray says of the children counts too."""
        return [word for word in super().command(*arguments, **keywords) if word != "-q"]

    def follow(self, way, count, options=(), **keywords):
        done = self.profile(FORKS, CALLS, way, count, options=[*FOLLOW, *options], **keywords)
        self.assertNotIn("memray: ", done.stderr)
        self.assertIn(str(self.path), done.stdout)
        self.assertNotIn("could not be recorded", done.stdout)
        self.assert_nobody_is_left()

    @with_every_interpreter
    def test_each_forked_child_has_a_capture_of_its_own_with_exactly_what_it_did(self, python):
        for way in ("burst", "threads", "nested"):
            with self.subTest(way=way):
                self.use_new_folder()
                self.follow(way, 5, python=python)
                self.assertEqual(len(self.assert_followed(5)), 5)

    def test_so_it_is_without_a_log_and_with_the_allocators_of_python(self):
        for options in (["--aggregate"], ["--trace-python-allocators"], ["--no-compress"]):
            with self.subTest(options=options):
                self.use_new_folder()
                self.follow("burst", 4, options)
                self.assert_followed(4)

    @with_every_interpreter
    def test_a_pool_of_processes_is_followed(self, python):
        self.use_new_folder()
        self.follow("pool", 3, python=python)
        self.assert_followed(3, exit_codes=False)

    def test_five_hundred_children_at_once_are_all_recorded(self):
        self.follow("burst", 500)
        self.assertEqual(len(self.assert_followed(500)), 500)

    def test_children_that_find_no_room_go_on_unrecorded(self):
        done = self.profile(FORKS, CALLS, "together", ROOM + 3, options=FOLLOW)
        self.assertIn("%d child processes into" % ROOM, done.stdout)
        self.assertIn("3 could not be recorded", done.stdout)
        self.assert_nobody_is_left()
        numbers = {self.at(child, "child").count for child in self.children().values()}
        self.assertEqual(len(numbers), ROOM)
        self.assertLessEqual(numbers, set(range(1, ROOM + 4)))

    def test_without_it_children_leave_nothing(self):
        self.profile(FORKS, CALLS, "burst", 5)
        self.assertEqual([path.name for path in self.folder.iterdir()], [self.path.name])

    @with_every_interpreter
    def test_children_that_only_run_another_program_leave_nothing(self, python):
        self.use_new_folder()
        self.follow("silent", 0, python=python)
        self.assert_followed(0)
        self.assertEqual(self.children(), {})

    def test_a_daemon_that_closes_everything_is_recorded_after_the_first_process_is_gone(self):
        os.mkfifo(self.folder / "go")
        done = self.profile(FORKS, CALLS, "daemon", 7, options=FOLLOW, env={"GO": str(self.folder / "go")})
        self.assertEqual(done.stderr, "")
        self.go_on()
        self.assert_nobody_is_left()
        counts = sorted(self.at(child, "child").count for child in self.children().values())
        self.assertEqual((counts[0], counts[-1]), (0, 7))
        for child in self.children().values():
            self.assertRegex(child.header["ending"], "exited with code [07]")

    def test_nothing_is_overwritten_by_the_captures_of_children(self):
        source = "import os; pid = os.fork(); path = %r + '.%%d' %% os.getpid(); pid or os._exit(0)\n" \
                 "os.waitpid(pid, 0)"
        self.profile("-c", source % str(self.path), options=FOLLOW)
        self.assertEqual(len(self.children()), 1)

    def test_it_works_for_a_process_that_runs_already(self):
        for name in ("ready", "go"):
            os.mkfifo(self.folder / name)
        env = {**os.environ, "READY": str(self.folder / "ready"), "GO": str(self.folder / "go")}
        process = subprocess.Popen([sys.executable, FORKS, CALLS, "attached", "6"], env=env)
        self.addCleanup(self.end, process)
        self.assertEqual((self.folder / "ready").read_text(), "%d\n" % process.pid)
        done = self.memray("attach", process.pid, "-o", self.path, *FOLLOW)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.go_on()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assert_nobody_is_left()
        self.assertEqual(sorted(self.at(child, "child").count for child in self.children().values()),
                         list(range(1, 7)))

    def test_when_the_recorder_of_the_children_dies_they_go_on_unrecorded(self):
        adopt_orphans()
        process, _ = self.start(FORKS, CALLS, "attached", 5, options=FOLLOW)
        followers = [pid for pid in processes_that_mention(self.folder) if pid != process.pid
                     and re.search(r"PPid:\s*%d\n" % process.pid, Path("/proc/%d/status" % pid).read_text())
                     and "memray" in Path("/proc/%d/comm" % pid).read_text()]
        self.assertEqual(len(followers), 1)
        os.kill(followers[0], 9)
        self.go_on()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertEqual(self.at(self.capture(), "after"), Amount(100, 100 * 5003))
        self.assertEqual(self.children(), {})
