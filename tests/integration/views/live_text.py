# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The live view where there is no terminal to draw on."""
import os
import re
import subprocess

import interpreters
from attached import status_of
from profiled import MEMRAY, PATIENCE, Profiled


class WithoutTerminal(Profiled):
    """Text, every few seconds and at the end."""
    PROGRAM = "kept = [bytearray(3_000_000), bytearray(4_000_000)]; print('ran')"
    STATE = r"(?m)^\d+\.\d seconds: Heap (\d+\.\d+MB) .*, \d+ events$"
    BEFORE = r"Before: ([\d.]+)MB was resident when recording began; (\d+) blocks? freed since\n"
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
                self.assertRegex(viewer.stdout.readline(), self.BEFORE)
                self.assertRegex(viewer.stdout.readline(), self.STATE.replace(" .*", ".*").replace("MB", "k?M?B"))
                viewer.stdin.write("q\n")
                viewer.stdin.flush()
                self.assertEqual(viewer.wait(PATIENCE), 0)
            self.end.write_text("")
            self.assertEqual(process.wait(PATIENCE), 0)

    def test_what_was_there_before_and_what_is_mapped_is_said(self):
        program = "import mmap, sys\nbefore = bytearray(b'x') * 30_000_000\nprint('ready', flush=True)\n" \
                  "sys.stdin.readline()\ndel before\nfile = open(sys.argv[1], 'rb')\n" \
                  "mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\nsys.stdin.readline()\n"
        mapped = self.folder / "mapped"
        mapped.write_bytes(bytes(5_000_000))
        with subprocess.Popen([interpreters.DEBIAN, "-c", program, mapped], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            resident = int(status_of(process.pid, "VmRSS").split()[0]) * 1024
            with subprocess.Popen([MEMRAY, "attach", str(process.pid)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  text=True) as viewer:
                before = re.match(self.BEFORE, viewer.stdout.readline())
                self.assertAlmostEqual(float(before[1]) * 1e6, resident, delta=6e6)
                process.stdin.write("go\n")
                process.stdin.flush()
                for line in viewer.stdout:
                    before = re.match(self.BEFORE, line) or before
                    if line.startswith("Mapped"):
                        break
                self.assertEqual(line, "Mapped: 5.000MB of files, shared\n")
                self.assertGreater(int(before[2]), 0)
                process.communicate("end\n", PATIENCE)
                self.assertEqual(viewer.wait(PATIENCE), 0)

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
