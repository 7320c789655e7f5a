# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The live view where there is no terminal to draw on."""
import os
import re
import subprocess

import interpreters
from profiled import MEMRAY, PATIENCE, Profiled


class WithoutTerminal(Profiled):
    """Text, every few seconds and at the end."""
    PROGRAM = "kept = [bytearray(3_000_000), bytearray(4_000_000)]; print('ran')"
    STATE = r"(?m)^\d+\.\d seconds: Heap (\d+\.\d+MB) .*, \d+ events$"
    KEPT = re.compile(r"^ *7\.000MB +7\.000MB +2  <module> at ", re.MULTILINE)

    def test_here(self):
        done = self.memray("run", "--live", "-c", self.PROGRAM)
        self.assertEqual((done.returncode, done.stdout), (0, "ran\n"))
        self.assertRegex(done.stderr, self.STATE)
        self.assertTrue(done.stderr.endswith("Remote has disconnected: exited with code 0\n"), done.stderr)

    def waiting(self):
        """A program that has allocated, and waits for the end of its standard input's other side."""
        script = self.folder / "waiting.py"
        script.write_text("import os, sys\nkept = [bytearray(3_000_000), bytearray(4_000_000)]\n"
                          "print(os.getpid(), flush=True)\nopen(sys.argv[1]).read()\n", encoding="utf-8")
        self.end = self.folder / "end"
        os.mkfifo(self.end)
        return [script, self.end]

    def state_of(self, stream):
        """The lines of the first text that has the program's memory."""
        text = ""
        while not self.KEPT.search(text):
            line = stream.readline()
            self.assertNotEqual(line, "", text)
            text += line
        self.assertRegex(text, self.STATE)

    def test_q_leaves_the_view_and_not_the_program(self):
        with subprocess.Popen(list(map(str, [MEMRAY, "run", "--live", *self.waiting()])), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            self.state_of(process.stderr)
            process.stdin.write("q\n")
            process.stdin.flush()
            self.assertIn("memray: the view is closed; the program goes on, Ctrl-C interrupts it\n",
                          iter(process.stderr.readline, ""))
            self.end.write_text("")
            self.assertEqual(process.wait(PATIENCE), 0)

    def test_attached(self):
        with subprocess.Popen(list(map(str, [interpreters.DEBIAN, *self.waiting()])), stdout=subprocess.PIPE,
                              text=True) as process:
            pid = process.stdout.readline().strip()
            with subprocess.Popen([MEMRAY, "attach", pid], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  text=True) as viewer:
                self.assertRegex(viewer.stdout.readline(), self.STATE.replace(" .*", ".*").replace("MB", "k?M?B"))
                viewer.stdin.write("q\n")
                viewer.stdin.flush()
                self.assertEqual(viewer.wait(PATIENCE), 0)
            self.end.write_text("")
            self.assertEqual(process.wait(PATIENCE), 0)

    def test_elsewhere(self):
        with subprocess.Popen(list(map(str, [MEMRAY, "run", "--live-remote", *self.waiting()])),
                              stdout=subprocess.PIPE, text=True) as process:
            number = re.search(r"memray live (\d+)", process.stdout.readline())[1]
            with subprocess.Popen([MEMRAY, "live", number], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  text=True) as viewer:
                self.state_of(viewer.stdout)
                self.end.write_text("")
                self.assertTrue(viewer.stdout.read().endswith("Remote has disconnected: exited with code 0\n"))
                self.assertEqual((viewer.wait(PATIENCE), process.wait(PATIENCE)), (0, 0))
