# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A shell stops and continues its job as it does without memray: Ctrl-Z, fg, and programs that stop by themselves."""
import os
import pty
import select
import signal
import time
from pathlib import Path

import interpreters
from profiled import PATIENCE, TARGETS, Profiled

CONTROL_Z = b"\x1a"


def state_of(pid):
    return Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()[0]


class Job:
    """In a session of its own: a terminal, a shell (one_job.py), and its job, which runs stops.py."""

    def __init__(self, folder, command):
        fifos = [folder / "events", folder / "orders"]
        for fifo in fifos:
            os.mkfifo(fifo)
        self.events, self.orders = (os.open(fifo, os.O_RDWR) for fifo in fifos)
        self.text = b""
        words = [interpreters.DEBIAN, str(TARGETS / "signals/one_job.py"), *map(str, fifos), *command]
        self.shell, self.terminal = pty.fork()
        if self.shell == 0:
            os.execv(words[0], words)
        self.starter = int(self.next_event().split()[1])
        self.program = int(self.next_event().split()[1])

    def next_event(self):
        while b"\n" not in self.text:
            if not select.select([self.events], [], [], PATIENCE)[0]:
                raise AssertionError("nothing happened")
            self.text += os.read(self.events, 1000)
        event, _, self.text = self.text.partition(b"\n")
        return event.decode()

    def type(self):
        os.write(self.terminal, CONTROL_Z)

    def order(self, what):
        os.write(self.orders, what)

    def foreground(self):
        self.order(b"f")

    def stop_starter(self):
        os.kill(self.starter, signal.SIGSTOP)

    def stop_program(self):
        os.kill(self.program, signal.SIGSTOP)

    def continue_starter(self):
        self.order(b"w")
        os.kill(self.starter, signal.SIGCONT)

    def continue_program(self):
        self.order(b"w")
        os.kill(self.program, signal.SIGCONT)

    def kill_program(self):
        self.order(b"w")
        os.kill(self.program, signal.SIGKILL)

    def end(self):
        os.kill(self.program, signal.SIGUSR1)

    def close(self):
        for pid in (self.program, self.starter):
            try:
                if os.getpgid(pid) == self.starter:
                    os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # as it should be
        os.close(self.terminal)
        os.waitpid(self.shell, 0)
        os.close(self.events)
        os.close(self.orders)


class Shell(Profiled):
    def commands(self, what):
        program = [str(TARGETS / "signals/stops.py"), str(self.folder / "events"), what]
        alone = [interpreters.DEBIAN, *program]
        return {"alone": lambda: alone, "run": lambda: self.command(*program),
                "exec": lambda: self.command(*alone, options=["--exec", "--"])}

    def assert_happens(self, what, *steps):
        """In each step somebody does something, and then this happens."""
        for name in self.commands(what):
            with self.subTest(what=what, started=name):
                self.use_new_folder()
                job = Job(self.folder, self.commands(what)[name]())
                self.addCleanup(job.close)
                for act, event in steps:
                    if act:
                        act(job)
                    self.assertEqual(job.next_event(), event)
                    if event.startswith("stopped") and act is not Job.stop_starter:
                        self.assert_stops(job)
                if name != "alone":
                    self.assert_nothing_lost(self.capture())

    def assert_stops(self, job):
        """Both of them: a signal has reached each, but which of them gets to run and stop first is open."""
        end = time.monotonic() + PATIENCE
        while (states := (state_of(job.starter), state_of(job.program))) != ("T", "T") and time.monotonic() < end:
            os.sched_yield()
        self.assertEqual(states, ("T", "T"))

    def test_control_z_stops_and_fg_continues(self):
        self.assert_happens("keep", (Job.type, "stopped %d" % signal.SIGTSTP), (Job.foreground, "continued"),
                            (Job.type, "stopped %d" % signal.SIGTSTP), (Job.foreground, "continued"), (Job.end, "ended 7"))

    def test_control_z_does_what_the_program_wants(self):
        self.assert_happens("deaf", (Job.type, "heard"), (Job.type, "heard"), (Job.end, "ended 7"))
        self.assert_happens("handle", (Job.type, "heard"), (None, "stopped %d" % signal.SIGSTOP),
                            (Job.foreground, "continued"), (Job.end, "ended 7"))

    def test_a_program_that_stops_itself(self):
        for act in (Job.foreground, Job.continue_program, Job.continue_starter):
            self.assert_happens("self", (None, "stopped %d" % signal.SIGSTOP), (act, "continued"), (Job.end, "ended 7"))

    def test_a_program_that_dies_while_it_is_stopped(self):
        self.assert_happens("keep", (Job.type, "stopped %d" % signal.SIGTSTP),
                            (Job.kill_program, "ended %d" % -signal.SIGKILL))

    def test_whoever_was_started_is_stopped_alone(self):
        for stop in (Job.stop_starter, Job.stop_program):
            self.assert_happens("keep", (stop, "stopped %d" % signal.SIGSTOP), (Job.foreground, "continued"),
                                (Job.end, "ended 7"))
