# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""--help is as wide as the terminal."""
import fcntl
import os
import struct
import subprocess
import termios

from profiled import MEMRAY, PATIENCE, Profiled

# Not parse, which ends with a table.
COMMANDS = "run flamegraph table live tree summary stats transform diff attach detach merge snapshot heap rss".split()


class Help(Profiled):
    def in_terminal(self, columns, *arguments):
        """Lines of what it prints in a terminal that wide."""
        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with subprocess.Popen([MEMRAY, *arguments], stdin=theirs, stdout=theirs, stderr=theirs) as process:
            os.close(theirs)
            text = b""
            try:
                while part := os.read(ours, 65536):
                    text += part
            except OSError:  # nobody else has the terminal any more
                pass
            self.assertEqual(process.wait(PATIENCE), 0)
        os.close(ours)
        return text.decode().replace("\r\n", "\n").splitlines()

    def longest(self, lines):
        """Of lines that could be shorter."""
        return max(len(line) for line in lines if len(line.split()) > 1)

    def test_no_line_is_longer_than_the_terminal_is_wide(self):
        for command in COMMANDS:
            for columns in (60, 80, 100):
                lines = self.in_terminal(columns, command, "--help")
                self.assertLessEqual(self.longest(lines), columns, (command, columns))
                if command in ("run", "diff"):  # they have much to say
                    self.assertGreater(self.longest(lines), columns - 12, (command, columns))
            piped = self.memray(command, "--help").stdout.splitlines()
            self.assertLessEqual(self.longest(piped), 80, command)
        self.assertEqual(self.in_terminal(200, "run", "--help"), self.in_terminal(120, "run", "--help"))
        self.assertLessEqual(self.longest(self.in_terminal(80, "--help")), 80)

    def test_words_are_the_same_whatever_the_width(self):
        words = [" ".join(self.in_terminal(columns, "diff", "--help")).split() for columns in (60, 120)]
        self.assertEqual(*words)

    def test_an_error_has_its_usage_in_one_line(self):
        done = self.memray("diff", "--zebra")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 2))
        self.assertRegex(done.stderr, r"\Ausage: memray diff \[-h\] [^\n]+ old new\nmemray diff: error: [^\n]+\n\Z")
