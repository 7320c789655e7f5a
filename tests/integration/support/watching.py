# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A program that is watched live, in a terminal."""
import contextlib
import os
import signal

import interpreters
from profiled import LIBRARIES, MEMRAY, TARGETS, Profiled
from terminal import Terminal

CALLS = LIBRARIES / "calls.so"
TARGET = TARGETS / "reports/watched.py"
HELD = ("1.000MB",)  # 100 blocks of 10001 bytes
WORKED = ("100.000kB",)  # 50 blocks of 2000 bytes


class Watching(Profiled):
    def setUp(self):
        super().setUp()
        self.fifo, self.pid_file = self.folder / "commands", self.folder / "pid"
        os.mkfifo(self.fifo)
        self.commands = os.open(self.fifo, os.O_RDWR)
        self.addCleanup(os.close, self.commands)

    def open(self, *command, env=None, **keywords):
        return Terminal(self, command, env={"TMPDIR": str(self.folder), **(env or {})}, **keywords)

    def run_live(self, *options, **keywords):
        return self.open(MEMRAY, "run", *options, "--python", interpreters.DEBIAN, TARGET, CALLS, self.fifo,
                         self.pid_file, **keywords)

    @staticmethod
    def let_go_on(pid):
        with contextlib.suppress(ProcessLookupError):  # it has ended as it should
            os.kill(pid, signal.SIGCONT)

    def tell(self, command):
        os.write(self.commands, (command + "\n").encode())

    def cells(self, terminal, function):
        return terminal.row(function, terminal.text())
