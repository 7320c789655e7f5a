# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A terminal that tests can look at and type into: a tmux server of its own."""
import os
import shlex
import subprocess
import time
import uuid

from profiled import PATIENCE


class Terminal:
    def __init__(self, test, command, width=120, height=36, env=None):
        self.test = test
        self.name = "memray-test-%s" % uuid.uuid4().hex[:12]
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        self.environment.pop("TMUX", None)
        settings = ["env"] + ["%s=%s" % pair for pair in (env or {}).items()]
        line = "%s; echo \"[status $?]\"; exec sleep 1000" % shlex.join([*settings, *map(str, command)])
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  "sh -c %s" % shlex.quote(line))
        test.addCleanup(self.close)

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-u", "-L", self.name, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env=self.environment, timeout=PATIENCE)
        self.test.assertEqual((arguments, done.returncode), (arguments, 0), done.stderr)
        return done.stdout

    def close(self):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], env=self.environment, check=False,
                       stderr=subprocess.DEVNULL)

    def text(self):
        return self.tmux("capture-pane", "-p")

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def mouse(self, *events):
        """Button, column, line from 0 on, and M for pressed or m for released: as terminals of type xterm tell it."""
        text = "".join("\x1b[<%d;%d;%d%s" % (button, column + 1, line + 1, end) for button, column, line, end in events)
        self.keys("-l", text)

    def click(self, column, line, times=1):
        self.mouse(*[(0, column, line, "M"), (0, column, line, "m")] * times)

    def wheel_down(self, column, line):
        self.mouse((65, column, line, "M"))

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def pids(self):
        """Of the shell and of everything below it."""
        found = [int(self.tmux("display-message", "-p", "#{pane_pid}"))]
        for pid in found:
            try:
                with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
                    found += map(int, file.read().split())
            except FileNotFoundError:
                pass
        return found

    def wait_until(self, holds, what):
        """The text of the screen once it is as wanted."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = self.text()
            if holds(text):
                return text
            time.sleep(0.05)
        self.test.fail("the screen never showed %s:\n%s" % (what, self.text()))

    def wait_for(self, *texts, without=()):
        """Until all of the texts and none of the others are on the screen."""
        return self.wait_until(lambda text: all(wanted in text for wanted in texts) and
                               not any(other in text for other in without), "%s without %s" % (texts, list(without)))

    def wait_for_row(self, function, *fields):
        """Until the row of this function has these cells."""
        return self.wait_until(lambda text: self.row(function, text)[1:1 + len(fields)] == list(fields),
                               (function, fields))

    @staticmethod
    def row(function, text):
        rows = [line.split() for line in text.splitlines() if line.startswith(" %s " % function)]
        return rows[0] if rows else []
