# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The live view, in a terminal: what it shows, what its keys do, and that watching disturbs nobody."""
import os
import re
import signal
import socket

import interpreters
from attached import Attached
from other_users import NOBODY, install
from profiled import MEMRAY, PATIENCE, Profiled
from terminal import Terminal
from watching import CALLS, HELD, TARGET, WORKED, Watching


class Here(Watching):
    def test_the_table_has_the_exact_numbers_of_every_function(self):
        terminal = self.run_live("--live")
        terminal.wait_for_row("hold", *HELD)
        terminal.wait_for_row("work", *WORKED)
        row = self.cells(terminal, "hold")
        self.assertEqual((row[1], row[3], row[5]), ("1.000MB", "1.000MB", "100"))
        row = self.cells(terminal, "work")
        self.assertEqual((row[1], row[3], row[5]), ("100.000kB", "100.000kB", "50"))
        self.assertEqual(self.cells(terminal, "begin")[3], "1.000MB")  # in all
        self.tell("more")
        terminal.wait_for_row("more", "30.010kB")
        self.tell("less")  # 60 of 100 blocks
        terminal.wait_for_row("hold", "400.040kB")
        self.assertEqual(self.cells(terminal, "hold")[5], "40")

    def test_sorting_threads_and_filter(self):
        terminal = self.run_live("--live")
        terminal.wait_for_row("work", *WORKED)
        terminal.keys("o")
        text = terminal.wait_for("Own↓")
        names = [line.split()[0] for line in text.splitlines() if "watched.py" in line and "CMD" not in line]
        self.assertEqual(names[:2], ["hold", "work"])
        terminal.keys("a")
        terminal.wait_for("Allocs↓")
        terminal.keys("t")
        terminal.wait_for("Total↓", "All threads (2)")
        terminal.keys("m")
        terminal.wait_for("Thread 1 of 2", "Merge Threads")
        self.assertEqual(self.cells(terminal, "work"), [])
        terminal.keys(">")
        text = terminal.wait_for("Thread 2 of 2")
        terminal.wait_for_row("work", *WORKED)
        self.assertEqual(self.cells(terminal, "hold"), [])
        terminal.keys("Left")
        terminal.wait_for("Thread 1 of 2")
        terminal.keys("m")
        terminal.wait_for_row("work", *WORKED)
        terminal.keys("/", "h", "o", "l", "d")
        terminal.wait_for('matching "hold": 1 rows')
        terminal.keys("Enter", "Escape")
        terminal.wait_for_row("work", *WORKED)

    def test_callers_callees_pause_mark_and_baseline(self):
        terminal = self.run_live("--live")
        terminal.wait_for_row("work", *WORKED)
        terminal.keys("/", "h", "o", "l", "d", "Enter", "Enter")
        text = terminal.wait_for("Live allocations in hold", "Called by", "Allocates itself", "hold line")
        self.assertEqual(terminal.row("begin", text)[3], "1.000MB")
        terminal.keys("BSpace")
        terminal.wait_for('matching "hold": 1 rows')
        terminal.keys("Escape")
        terminal.wait_for_row("work", *WORKED)
        terminal.keys("l")
        terminal.wait_for("since the mark")
        self.tell("more")
        terminal.wait_for_row("more", "30.010kB")  # beside it only what reading the command took
        self.assertEqual(self.cells(terminal, "hold"), [])
        terminal.keys("l", "b")
        terminal.wait_for("Change since the baseline")
        self.tell("less")
        terminal.wait_for_row("hold", "-600.060kB")
        self.assertEqual(self.cells(terminal, "hold")[5], "-60")
        terminal.keys("b", "Space")
        terminal.wait_for("Table updates paused")
        before = self.cells(terminal, "more")
        self.tell("more")  # into the same places: not freed, so it is held twice
        heap = re.search(r"Heap (\S+)", terminal.text())[1]
        terminal.wait_until(lambda text: re.search(r"Heap (\S+)", text)[1] != heap, "another heap")
        self.assertEqual(self.cells(terminal, "more"), before)
        terminal.keys("Space")
        terminal.wait_for_row("more", "60.020kB")

    def test_a_capture_of_now_is_saved_and_opens(self):
        terminal = self.open("sh", "-c", 'cd "$TMPDIR"; exec "$@"', "sh", MEMRAY, "run", "--live", "--python",
                             interpreters.DEBIAN, TARGET, CALLS, self.fifo, self.pid_file)
        terminal.wait_for_row("work", *WORKED)
        terminal.keys("s")
        terminal.wait_for("Saved %s" % str(self.folder)[:20])
        pid = self.pid_file.read_text()
        path = self.folder / ("memray-live.%s.1.bin" % pid)
        done = self.memray("summary", path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"hold.*1\.000MB")
        self.tell("more")
        terminal.wait_for_row("more", "30.010kB")

    def test_the_program_ends_and_the_table_stays(self):
        terminal = self.run_live("--live", "-q", "-o", self.path)
        terminal.wait_for_row("work", *WORKED)
        terminal.wait_for("program says hello")
        self.tell("end")
        terminal.wait_for("Remote has disconnected", "exited with code 3", "program fails")
        self.assertEqual(self.cells(terminal, "hold")[5], "100")
        terminal.keys("q")
        text = terminal.wait_for("[status 3]", "what the program wrote is in")
        self.assertIn("program says hello\nprogram fails\n", text)
        outputs = list(self.folder.glob("memray-watched.py.*.txt"))
        self.assertEqual([path.read_text() for path in outputs], ["program says hello\nprogram fails\n"])
        self.assertEqual(self.memray("summary", self.path).returncode, 0)

    def test_leaving_lets_the_program_go_on(self):
        terminal = self.run_live("--live")
        terminal.wait_for_row("work", *WORKED)
        terminal.keys("C-c")
        terminal.wait_for("the program goes on")
        self.tell("end")
        terminal.wait_for("program fails", "[status 3]")

    def test_every_size_of_terminal(self):
        terminal = self.run_live("--live")
        terminal.wait_for_row("work", *WORKED)
        terminal.resize(60, 30)
        text = terminal.wait_until(lambda text: "File/Module" not in text and "Allocs" in text, "a narrow table")
        self.assertIn("RSS", text)
        terminal.resize(100, 12)
        terminal.wait_until(lambda text: "PID" not in text and "File/Module" in text, "a low screen")
        terminal.resize(140, 40)
        terminal.wait_for("PID", "File/Module")
        terminal.keys("?")
        terminal.wait_for("callers and callees of the row")
        keys = terminal.tmux("capture-pane", "-e", "-p").splitlines()[-1]
        self.assertIn("Quit", keys)
        self.assertNotRegex(keys, r"\x1b\[(\d+;)*2m")  # not as faint as the line above them

    def test_the_narrowest_table(self):
        terminal = self.run_live("--live", width=40)
        terminal.wait_for_row("hold", "watched.py", *HELD)
        terminal.keys("a")
        terminal.wait_for_row("hold", "watched.py", "100")
        terminal.keys("o")
        terminal.wait_for_row("hold", "watched.py", *HELD)
        self.assertEqual(len(self.cells(terminal, "hold")), 3)

    def test_the_mouse(self):
        terminal = self.run_live("--live", env={"TERM": "xterm-256color"})
        lines = terminal.wait_for_row("work", *WORKED).splitlines()
        heading = next(i for i, line in enumerate(lines) if line.startswith(" Location"))
        terminal.click(lines[heading].index("Own"), heading)
        terminal.wait_for("Own↓")
        terminal.keys("f")  # without the rows of imports
        terminal.wait_for("of all frames")
        terminal.keys("/", "w", "a", "t", "c", "h", "e", "d", "Enter")
        terminal.wait_for('matching "watched": 4 rows')
        terminal.click(1, heading + 2)
        terminal.keys("Enter")
        terminal.wait_for("Live allocations of all frames in work")
        terminal.keys("Escape")
        terminal.wait_for('matching "watched": 4 rows')
        terminal.wheel_down(1, heading + 1)  # to the last row
        terminal.keys("Enter")
        terminal.wait_for("Live allocations of all frames in begin")
        terminal.keys("Escape")
        terminal.wait_for('matching "watched": 4 rows')
        terminal.click(1, heading + 1, times=2)
        terminal.wait_for("Live allocations of all frames in hold")

    def test_a_key_without_a_name_does_nothing(self):
        terminal = self.run_live("--live")
        terminal.wait_for_row("work", *WORKED)
        terminal.keys("-l", "\x1b[58;5~\x1b[1;9Ro")
        terminal.wait_for("Own↓")

    def test_terminals_without_colours(self):
        for environment in ({"TERM": "vt100"}, {"NO_COLOR": "1"}, {}):
            terminal = self.run_live("--live", env=environment)
            terminal.wait_for_row("work", *WORKED)
            drawn = terminal.tmux("capture-pane", "-e", "-p")
            self.assertEqual(re.search(r"\x1b\[(\d+;)*[349][0-7]", drawn) is None, bool(environment))
            terminal.keys("q")
            terminal.wait_for("the program goes on")
            self.tell("end")
            self.assertNotIn("Quit", terminal.wait_for("[status 3]"))

    def test_a_terminal_that_cannot_show_pages_has_text(self):
        terminal = self.run_live("--live", env={"TERM": "dumb"})
        terminal.wait_for("seconds: Heap", "live, by location", "work at ")
        self.tell("end")
        terminal.wait_for("Remote has disconnected: exited with code 3", "[status 3]")

    def test_a_program_that_cannot_start_is_told(self):
        terminal = self.open(MEMRAY, "run", "--live", "--python", interpreters.DEBIAN, self.folder / "missing.py")
        terminal.wait_for("No such file or directory", "[status 1]")
        terminal = self.open(MEMRAY, "run", "--live", "--python", "/bin/false", "-c", "pass")
        terminal.wait_for("exited with status 1 before", "[status 1]")


class Elsewhere(Watching):
    def start_remote(self):
        terminal = self.run_live("--live-remote")
        text = terminal.wait_for("in another shell to see live results")
        return terminal, re.search(r"memray live (\d+)", text)[1]

    def test_two_viewers_one_of_which_is_stopped(self):
        terminal, port = self.start_remote()
        self.assertFalse(self.pid_file.exists())  # nothing has run yet
        first = self.open(MEMRAY, "live", port)
        first.wait_for_row("work", *WORKED)
        second = self.open(MEMRAY, "live", port)
        second.wait_for_row("work", *WORKED)
        stopped = first.pids()[-1]
        os.kill(stopped, signal.SIGSTOP)
        self.addCleanup(self.let_go_on, stopped)
        self.tell("spin")
        self.tell("more")
        second.wait_for_row("more", "30.010kB")
        self.tell("end")
        terminal.wait_for("program fails", "[status 3]")
        second.wait_for("Remote has disconnected", "exited with code 3")
        self.assertEqual([self.cells(second, function)[1] for function in ("hold", "work", "more")],
                         [*HELD, *WORKED, "30.010kB"])
        second.keys("q")
        second.wait_for("[status 0]")
        os.kill(stopped, signal.SIGCONT)
        first.wait_for("Remote has disconnected")
        first.keys("q")
        first.wait_for("[status 0]")

    def test_the_recorder_is_killed(self):
        terminal, port = self.start_remote()
        viewer = self.open(MEMRAY, "live", port)
        viewer.wait_for_row("work", *WORKED)
        os.kill(terminal.pids()[1], signal.SIGKILL)
        viewer.wait_for("Remote has disconnected")
        self.assertEqual(self.cells(viewer, "hold")[5], "100")
        self.tell("end")

    def peer_that_says(self, content):
        server = socket.socket()
        self.addCleanup(server.close)
        server.bind(("127.0.0.1", 0))
        server.listen()
        viewer = self.open(MEMRAY, "live", server.getsockname()[1])
        viewer.wait_for("asks for the token")
        server.accept()[0].close()  # it looked who is there
        viewer.keys("x", "Enter")
        connection, _ = server.accept()
        self.addCleanup(connection.close)
        connection.sendall(content)
        return viewer

    def test_peers_that_are_not_ours(self):
        viewer = self.peer_that_says(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        viewer.wait_for("does not speak the live protocol", "[status 1]")
        hello = b"\x01memray live\x63"
        viewer = self.peer_that_says(len(hello).to_bytes(4, "little") + hello)
        viewer.wait_for("speaks version 99 of the live protocol, this one 3", "[status 1]")


class AttachedView(Attached):
    def test_the_same_view_on_a_process_that_runs_and_leaving_detaches(self):
        process = self.launch("in_read")
        terminal = Terminal(self, [MEMRAY, "attach", process.pid])
        terminal.wait_for("PID      %d" % process.pid, "Running")
        self.wake(process, "woke 1\n")
        terminal.wait_until(lambda text: "500.100kB" in text, "the blocks allocated after the attach")
        terminal.keys("q")
        terminal.wait_for("Watched process %d" % process.pid, "[status 0]")
        self.assert_only_dormant(process.pid)
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)


class Refused(Profiled):
    def test_ports(self):
        for port in ("0", "65536", "-1"):
            done = self.memray("live", port)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("Invalid port: %s" % port, done.stderr)
            done = self.memray("run", "--live-remote", "--live-port", port, "-c", "print('ran')")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
        with socket.socket() as used:
            used.bind(("127.0.0.1", 0))
            used.listen()
            done = self.memray("run", "--live-remote", "--live-port", used.getsockname()[1], "-c", "print('ran')")
        self.assert_one_line_of_error(done)
        self.assertIn("Address already in use", done.stderr)

    def test_a_port_that_only_root_may_use(self):
        memray = install(self.folder)
        nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        done = self.memray("run", "--live-remote", "--live-port", "81", "-c", "print('ran')", executable=memray,
                           cwd="/", **nobody)
        self.assert_one_line_of_error(done)
        self.assertEqual((done.stdout, done.stderr), ("", "Could not listen on port 81: Permission denied\n"))

    def test_options_that_do_not_go_together(self):
        for options in (["--live", "--live-remote"], ["--live-port", "12345"], ["--live", "--aggregate"],
                        ["--live", "--on-exit", "true"]):
            done = self.memray("run", *options, "-c", "print('ran')")
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        for options in (["--aggregate"], ["--snapshot-every", "1"], ["--on-exit", "true"]):
            done = self.memray("attach", *options, os.getpid())
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
