# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The processes of a run in the live view."""
import re
import subprocess

import interpreters
from profiled import MEMRAY, PATIENCE
from watching import CALLS, HELD, TARGET, WORKED, Watching


class Processes(Watching):
    """Those that a program makes, to choose one from."""

    def choose(self, terminal, *keys):
        terminal.keys("c")
        terminal.wait_for("of them running")
        terminal.keys(*keys, "Enter")

    def test_children_are_listed_and_shown_until_they_end(self):
        terminal = self.run_live("--live", "--follow-fork")
        terminal.wait_for_row("work", *WORKED)
        self.tell("fork")
        terminal.wait_for("(1 of 2)")
        self.choose(terminal, "Down")
        terminal.wait_for("(2 of 2)")
        terminal.wait_for_row("in_child", "7.001kB")
        self.tell("fork")
        terminal.wait_for("(2 of 3)")
        self.choose(terminal, "End")
        terminal.wait_for("(3 of 3)")
        terminal.wait_for_row("in_child", "14.002kB")
        self.assertEqual(self.cells(terminal, "in_child")[5], "2")
        self.assertEqual(self.cells(terminal, "hold"), [])
        self.tell("kill")
        terminal.keys("c")
        terminal.wait_for("Processes: 3, 2 of them running", "killed by signal 15 (SIGTERM)")
        terminal.keys("Up", "Enter")
        terminal.wait_for("has ended: it can be chosen only while it runs", "(3 of 3)")
        self.tell("kill")
        terminal.wait_for("Remote has disconnected", "killed by signal 15 (SIGTERM)")
        self.assertEqual(self.cells(terminal, "in_child")[1], "14.002kB")
        self.choose(terminal, "Home")
        terminal.wait_for("(1 of 3)")
        terminal.wait_for_row("hold", *HELD)
        self.tell("end")
        terminal.wait_for("Remote has disconnected", "exited with code 3")
        terminal.keys("q")
        terminal.wait_for("Other processes: 2 child processes watched", "[status 3]")

    def test_whoever_was_shown_leaves_no_socket(self):
        runtime = self.folder / "runtime"
        runtime.mkdir(mode=0o700)
        terminal = self.run_live("--live", "--follow-fork", env={"XDG_RUNTIME_DIR": str(runtime)})
        terminal.wait_for_row("work", *WORKED)
        self.tell("fork")
        terminal.wait_for("(1 of 2)")
        kinds = sorted(path.name.partition("-")[0].isdigit() for path in (runtime / "memray").iterdir())
        self.assertEqual(kinds, [False, True, True])  # of the child's view; of the program's and the child's recorder
        self.tell("end")  # the child lives on, and nobody can see it any more
        terminal.wait_for("Remote has disconnected")
        terminal.keys("q")
        terminal.wait_for("[status 3]")
        terminal.wait_until(lambda _: not list((runtime / "memray").iterdir()), "the end of all sockets")
        self.tell("kill")

    def test_executed_children_from_elsewhere_and_into_files(self):
        terminal = self.run_live("--live-remote", "--follow-exec", "-o", self.path)
        port = re.search(r"memray live (\d+)", terminal.wait_for("in another shell"))[1]
        viewer = self.open(MEMRAY, "live", port)
        viewer.wait_for_row("work", *WORKED)
        self.tell("execute")
        viewer.wait_for("(1 of 2)")
        self.choose(viewer, "Down")
        viewer.wait_until(lambda text: viewer.row("executed", text)[3:4] == ["500.050kB"], "its total")
        self.assertEqual(self.cells(viewer, "executed")[5], "50")
        self.tell("kill")
        viewer.wait_for("Remote has disconnected", "killed by signal 15 (SIGTERM)")
        self.tell("end")
        terminal.wait_for("1 child process into", "[status 3]")
        self.assertEqual(len(list(self.folder.glob("capture.bin.*"))), 1)

    def test_children_of_a_process_that_was_attached_to(self):
        process = subprocess.Popen([interpreters.DEBIAN, TARGET, CALLS, self.fifo, self.pid_file],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        terminal = self.open(MEMRAY, "attach", "--follow-fork", process.pid)
        terminal.wait_for("Running")
        self.tell("fork")
        terminal.wait_for("(1 of 2)")
        self.choose(terminal, "Down")
        terminal.wait_for_row("in_child", "7.001kB")
        terminal.keys("q")
        terminal.wait_for("Watched process %d; 1 child process watched" % process.pid, "[status 0]")
        self.tell("kill")
        self.tell("end")
        self.assertEqual(process.wait(PATIENCE), 3)
