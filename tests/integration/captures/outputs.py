# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Where captures go, and what happens when they are complete."""
import os
import platform
import re
import signal

from profiled import LIBRARIES, TARGETS, Profiled

CALLS = LIBRARIES / "calls.so"
ENDINGS = TARGETS / "signals/endings.py"
FORKS = TARGETS / "children/forks.py"


class Names(Profiled):
    def run_to(self, pattern, *options):
        return self.memray("run", "-q", "-o", self.folder / pattern, *options, ENDINGS, CALLS, "return")

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_placeholders_stand_for_process_program_host_and_time(self):
        self.assertEqual(self.run_to("a-%p-%n-%h-%t-%%.bin").returncode, 0)
        expected = r"a-(\d+)-endings\.py-%s-\d{8}-\d{6}-%%\.bin" % re.escape(platform.node())
        self.assertRegex(self.names()[0], expected)
        pid = re.match(expected, self.names()[0])[1]
        self.assertEqual(self.capture(self.folder / self.names()[0]).header["pid"], pid)

    def test_with_the_process_id_in_the_name_children_get_no_suffix(self):
        done = self.memray("run", "-q", "--follow-fork", "-o", self.folder / "%p.bin", FORKS, CALLS,
                           "burst", 3)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(self.names()), 4)
        for name in self.names():
            self.assertEqual(self.capture(self.folder / name).header["pid"] + ".bin", name)

    def test_an_unknown_placeholder_is_refused_before_anything_runs(self):
        for pattern in ("x-%q.bin", "x-%"):
            done = self.run_to(pattern)
            self.assertEqual(done.returncode, 2)
            self.assertIn("unknown placeholder %s (known: %%p" % pattern[2:4], done.stderr)
        self.assertEqual(self.names(), [])

    def test_without_force_an_expanded_name_is_not_overwritten_either(self):
        (self.folder / "endings.py.bin").write_text("mine")
        self.assertEqual(self.run_to("%n.bin").returncode, 1)
        self.assertEqual((self.folder / "endings.py.bin").read_text(), "mine")


class OnExit(Profiled):
    COMMAND = 'echo "$MEMRAY_CAPTURE $MEMRAY_EXIT" >> %s'

    def told(self):
        return sorted((self.folder / "told").read_text().splitlines())

    def on_exit(self):
        return ["--on-exit", self.COMMAND % (self.folder / "told")]

    def test_the_command_learns_the_capture_and_the_exit_status(self):
        for ending, status in (("exit3", 3), ("terminate", -signal.SIGTERM)):
            self.use_new_folder()
            self.profile(ENDINGS, CALLS, ending, options=self.on_exit(), status=status)
            self.assertEqual(self.told(), ["%s %d" % (self.path, status if status >= 0 else 128 - status)])

    def test_the_capture_is_complete_by_then(self):
        copy = self.folder / "copy"
        self.profile(ENDINGS, CALLS, "return", options=["--on-exit", 'cp "$MEMRAY_CAPTURE" %s' % copy])
        self.assertEqual(copy.read_bytes(), self.path.read_bytes())

    def test_it_runs_for_each_child_too(self):
        self.profile(FORKS, CALLS, "burst", 3, options=["--follow-fork", *self.on_exit()])
        self.assertEqual(sorted(line.split()[1] for line in self.told()), ["0", "1", "2", "3"])
        self.assertTrue(all(os.path.exists(line.split()[0]) for line in self.told()))

    def test_its_failure_is_said_and_changes_nothing(self):
        done = self.profile(ENDINGS, CALLS, "exit3", options=["--on-exit", "exit 5"], status=3)
        self.assertEqual(done.stderr, "memray: the --on-exit command ended with status 5\n")
