# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What a signal does to a program, it does under memray: whatever was ignored at the start, whoever sends it to whom."""
import os
import pty
import signal
import subprocess

import interpreters
from profiled import PATIENCE, TARGETS, Profiled

PROGRAM = TARGETS / "counts_signals.py"
ACTIONS = ("keep", "die", "handle")
END = signal.SIGWINCH
KEYS = {signal.SIGINT: (b"\x03", b"^C"), signal.SIGQUIT: (b"\x1c", b"^\\")}  # and what the terminal shows


class Table(Profiled):
    def commands(self, *arguments):
        """Name -> how the program is started."""
        program = [PROGRAM, *arguments]
        return {"alone": [interpreters.DEBIAN, *map(str, program)], "run": self.command(*program),
                "exec": self.command(interpreters.DEBIAN, *program, options=["--exec", "--"])}

    def finish(self, pid, read, send):
        """(output, status) of a program that is sent a signal, and the one that ends it."""
        first = read()
        while b"\n" not in first:
            first += read()
        rest = send(int(first.split()[1])) or b""
        while data := read():
            rest += data
        return rest.replace(b"\r", b"").decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def outcome(self, command, number, ignored, handled, road):
        def prepare():
            signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
                                   preexec_fn=prepare)
        process.returncode = 0  # finish() waits for it
        self.addCleanup(process.stdout.close)

        def read():
            return os.read(process.stdout.fileno(), 1000)

        def send(program):
            if road == "group":
                return self.send_to_group(process.pid, program, number, read if handled else None)
            for each in (number, END):
                self.kill(process.pid if road == "starter" else program, each)
        return self.finish(process.pid, read, send)

    def send_to_group(self, starter, program, number, read):
        """Who started the program hears of it only when the program has."""
        if starter != program:
            os.kill(starter, signal.SIGSTOP)
        os.killpg(starter, number)
        heard = b""
        while read and b"got\n" not in heard:
            heard += read()
        if starter != program:
            os.kill(starter, signal.SIGCONT)
        self.kill(starter, END)
        return heard

    @staticmethod
    def kill(pid, number):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass  # it has died by the first one

    def outcome_at_terminal(self, command, number, ignored):
        pid, terminal = pty.fork()
        if pid == 0:
            signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)
            os.execv(command[0], command)

        def read():
            try:
                return os.read(terminal, 1000)
            except OSError:
                return b""  # nobody has it open any more

        def send(program):
            key, echo = KEYS[number]
            os.write(terminal, key)
            shown = b""
            while echo not in shown and (data := read()):  # it has sent the signal before
                shown += data
            self.kill(pid, END)
            return shown.replace(echo, b"")
        try:
            return self.finish(pid, read, send)
        finally:
            os.close(terminal)

    def assert_same(self, number, ignored, action, outcome):
        with self.subTest(signal=number, ignored=ignored, action=action):
            seen = {}
            for name, command in self.commands(number.value, action).items():
                seen[name] = outcome(command)
            dies = action == "die" or (action == "keep" and not ignored)
            self.assertEqual(seen["alone"], ("", -number) if dies else ("got\ncame 1\n" if action == "handle" else "came 0\n", 40))
            self.assertEqual(seen, dict.fromkeys(seen, seen["alone"]))

    def each_case(self, numbers):
        return [(number, ignored, action) for number in numbers for ignored in (False, True) for action in ACTIONS]

    def over(self, road):
        for case in self.each_case([signal.SIGINT]):
            self.assert_same(*case, lambda command, case=case: self.outcome(command, *case[:2], case[2] == "handle", road))

    def test_sent_to_whoever_started_the_program(self):
        self.over("starter")

    def test_sent_to_the_program(self):
        self.over("program")

    def test_sent_to_all_of_its_group(self):
        self.over("group")

    def test_typed_at_a_terminal(self):
        for case in self.each_case(KEYS):
            self.assert_same(*case, lambda command, case=case: self.outcome_at_terminal(command, *case[:2]))

    def test_other_signals_in_the_background_of_a_script(self):
        for number in (signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
            for road in ("starter", "group"):
                self.assert_same(number, True, "handle",
                                 lambda command, number=number, road=road: self.outcome(command, number, True, True, road))
