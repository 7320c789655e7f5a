# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What a signal does to a program, it does under memray: whatever was ignored at the start, whoever sends it to whom."""
import os
import signal

import interpreters
from profiled import TARGETS, Profiled
from pseudo_terminal import PseudoTerminal

PROGRAM = TARGETS / "signals/counts_signals.py"
ACTIONS = ("keep", "die", "handle")
END = signal.SIGWINCH
KEYS = {signal.SIGINT: b"\x03", signal.SIGQUIT: b"\x1c"}
# In the live view keys are keys, no signals, whatever the program does with signals: Ctrl-C leaves the view, as q does,
# and Ctrl-\ does nothing. Typed when the view is closed they are the program's, as alone.
LEAVE = {signal.SIGINT: b"\x03", signal.SIGQUIT: b"\x1cq"}


def kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # it has died by the first one


class Started:
    """The program, at a terminal of its own. What it says comes by a pipe."""

    def __init__(self, command, live, number, ignored):
        self.number, self.live = number, live
        self.pipe, writer = os.pipe()
        self.terminal = PseudoTerminal(
            [*command, str(writer)], lambda: signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL),
            pass_fds=[writer], env={**os.environ, "TERM": "xterm-256color"})
        os.close(writer)
        self.starter = self.terminal.process.pid
        self.said = ""
        self.hear("\n")
        first, _, self.said = self.said.partition("\n")
        self.program = int(first.split()[1])
        if live:
            self.terminal.wait_for(b"Samples")  # then it has the terminal

    def read(self):
        text = os.read(self.pipe, 1000).decode()
        self.said += text
        return text

    def hear(self, text):
        while text not in self.said and self.read():
            pass

    def finish(self):
        """What it said, and its status. If it says nothing any more it has ended: then the view may be left."""
        while self.read():
            pass
        if self.live:
            self.terminal.type(b"q")
        return self.said, self.terminal.process.wait()

    def close(self):
        self.terminal.process.kill()
        self.terminal.process.wait()
        self.terminal.close()
        os.close(self.pipe)


def send_to_starter(started, handled):
    kill(started.starter, started.number)
    kill(started.starter, END)


def send_to_program(started, handled):
    kill(started.program, started.number)
    kill(started.program, END)


def send_to_group(started, handled):
    """Who started the program hears of it only when the program has."""
    if started.starter != started.program:
        os.kill(started.starter, signal.SIGSTOP)
    os.killpg(started.starter, started.number)
    if handled:
        started.hear("got\n")
    if started.starter != started.program:
        os.kill(started.starter, signal.SIGCONT)
    kill(started.starter, END)


def type_at_terminal(started, handled):
    if started.live:
        started.terminal.type(LEAVE[started.number])
        started.terminal.wait_for(b"the view is closed")
        started.live = False
    started.terminal.type_signal(KEYS[started.number])
    if handled:
        started.hear("got\n")  # of a signal that is pending it would hear once
    kill(started.starter, END)


class Table(Profiled):
    def commands(self, *arguments):
        """Name -> how the program is started."""
        program = [PROGRAM, *arguments]
        return {"alone": [interpreters.DEBIAN, *map(str, program)], "run": self.command(*program),
                "exec": self.command(interpreters.DEBIAN, *program, options=["--exec", "--"]),
                "live": self.command(*program, options=["--live"])}

    def outcome(self, name, command, number, ignored, send, handled):
        started = Started(command, name == "live", number, ignored)
        try:
            send(started, handled)
            return started.finish()
        finally:
            started.close()

    def assert_same(self, number, ignored, action, send):
        with self.subTest(signal=number, ignored=ignored, action=action):
            seen = {name: self.outcome(name, command, number, ignored, send, action == "handle")
                    for name, command in self.commands(number.value, action).items()}
            dies = action == "die" or (action == "keep" and not ignored)
            self.assertEqual(seen["alone"], ("", -number) if dies else ("got\ncame 1\n" if action == "handle" else "came 0\n", 40))
            self.assertEqual(seen, dict.fromkeys(seen, seen["alone"]))

    def over(self, send, numbers=(signal.SIGINT,)):
        for number in numbers:
            for ignored in (False, True):
                for action in ACTIONS:
                    self.assert_same(number, ignored, action, send)

    def test_sent_to_whoever_started_the_program(self):
        self.over(send_to_starter)

    def test_sent_to_the_program(self):
        self.over(send_to_program)

    def test_sent_to_all_of_its_group(self):
        self.over(send_to_group)

    def test_typed_at_a_terminal(self):
        self.over(type_at_terminal, KEYS)

    def test_other_signals_in_the_background_of_a_script(self):
        for number in (signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
            for send in (send_to_starter, send_to_group):
                self.assert_same(number, True, "handle", send)
