# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Who comes to watch a recording, and how."""
import contextlib
import os
import re
import socket
import subprocess
import unittest
from pathlib import Path

import interpreters
from profiled import MEMRAY, PATIENCE
from watching import CALLS, TARGET, WORKED, Watching


class Ports(Watching):
    """Who may watch: viewers of this user, and whoever has the token."""
    FRAMES = b"\x0d\0\0\0\x01memray live\x02\x02\0\0\0\x06\x01"  # hello, and: save a capture

    def setUp(self):
        super().setUp()
        self.runtime = self.folder / "runtime"
        self.runtime.mkdir(mode=0o700)
        self.environment = {"XDG_RUNTIME_DIR": str(self.runtime)}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def run_in_folder(self, *options):
        return self.open("sh", "-c", 'cd "$TMPDIR"; exec "$@"', "sh", MEMRAY, "run", "--live-remote", *options,
                         "--python", interpreters.DEBIAN, TARGET, CALLS, self.fifo, self.pid_file,
                         env=self.environment)

    def view(self):
        return self.open(MEMRAY, "live", self.port, env=self.environment)

    def as_another_user(self, code):
        done = subprocess.run([interpreters.DEBIAN, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/",
                              text=True, timeout=PATIENCE, user=65534, group=65534, extra_groups=[])
        self.assertEqual(done.stderr, "")
        return done.stdout

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_another_user_who_hangs_up_at_once_gets_nothing(self):
        terminal = self.run_in_folder("--live-port", self.port)
        terminal.wait_for("From elsewhere its token is")
        self.as_another_user("import socket\n"
                             "for i in range(10_000):\n"
                             "    s = socket.create_connection(('127.0.0.1', %d))\n"
                             "    s.sendall(%r)\n"
                             "    if i %% 2: s.close()\n" % (self.port, self.FRAMES))
        said = self.as_another_user("import socket\n"
                                    "s = socket.create_connection(('127.0.0.1', %d))\n"
                                    "s.sendall(%r)\n"
                                    "try: print(s.recv(99))\n"
                                    "except ConnectionResetError: print(b'')\n" % (self.port, self.FRAMES))
        self.assertEqual(said, "b''\n")
        text = terminal.wait_for("connection to the live view was closed")
        self.assertEqual(text.count("was closed"), 1)
        self.assertFalse(self.pid_file.exists())
        self.assertEqual(list(self.folder.glob("memray-live*")), [])
        self.view().wait_for_row("work", *WORKED)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_without_a_port_there_is_none_and_others_cannot_reach_the_socket(self):
        terminal = self.run_in_folder()
        self.port = re.search(r"memray live (\d+)", terminal.wait_for("in another shell to see live results"))[1]
        self.assertNotIn(":%04X 00000000:0000 0A" % int(self.port), Path("/proc/net/tcp").read_text())
        self.assertNotIn("token", terminal.text())
        path = self.runtime / "memray" / ("live-%s.sock" % self.port)
        self.assertTrue(path.is_socket())
        self.folder.chmod(0o755)
        said = self.as_another_user("import socket\n"
                                    "try: socket.socket(socket.AF_UNIX).connect(%r)\n"
                                    "except PermissionError: print('refused')\n" % str(path))
        self.assertEqual(said, "refused\n")
        viewer = self.view()
        viewer.wait_for_row("work", *WORKED)
        self.tell("end")
        viewer.wait_for("Remote has disconnected")
        terminal.wait_for("[status 3]")
        self.assertEqual(list(path.parent.iterdir()), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_another_user_in_an_open_folder_is_sent_away(self):
        terminal = self.run_in_folder()
        self.port = re.search(r"memray live (\d+)", terminal.wait_for("in another shell to see live results"))[1]
        path = self.runtime / "memray" / ("live-%s.sock" % self.port)
        for opened in (self.folder, self.runtime, path.parent, path):
            opened.chmod(0o777)
        said = self.as_another_user("import socket\n"
                                    "for i in range(1000):\n"
                                    "    s = socket.socket(socket.AF_UNIX); s.connect(%r)\n"
                                    "    try: s.sendall(%r); print(end=s.recv(99).decode())\n"
                                    "    except (BrokenPipeError, ConnectionResetError): pass\n"
                                    % (str(path), self.FRAMES))
        self.assertEqual(said, "")
        text = terminal.wait_for("connection to the live view was closed")
        self.assertEqual(text.count("was closed"), 1)
        self.assertFalse(self.pid_file.exists())

    def test_who_comes_by_tcp_says_the_token(self):
        terminal = self.run_in_folder("--live-port", self.port)
        token = re.search(r"its token is (\w+)", terminal.wait_for("From elsewhere its token is"))[1]
        (self.runtime / "memray" / ("live-%d.sock" % self.port)).unlink()  # as if this were another machine
        viewer = self.view()
        viewer.wait_for("asks for the token")
        viewer.keys("0" * 32, "Enter")
        viewer.wait_for("does not take this token", "[status 1]")
        self.assertFalse(self.pid_file.exists())
        viewer = self.view()
        viewer.wait_for("asks for the token")
        viewer.keys(token, "Enter")
        viewer.wait_for_row("work", *WORKED)
        viewer.keys("s")
        viewer.wait_for("Saved %s" % str(self.folder)[:20])

    def test_who_says_half_of_it_holds_up_nobody(self):
        terminal = self.run_in_folder("--live-port", self.port)
        terminal.wait_for("From elsewhere its token is")
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(70)]
        for client in silent:
            self.addCleanup(client.close)
            client.sendall(b"0123")
        here = socket.socket(socket.AF_UNIX)
        self.addCleanup(here.close)
        here.connect(str(self.runtime / "memray" / ("live-%d.sock" % self.port)))
        here.sendall(self.FRAMES[:7])
        viewer = self.view()
        viewer.wait_for_row("work", *WORKED)
        self.tell("more")
        viewer.wait_for_row("more", "30.010kB")
        for client in silent + [here]:  # each is sent away
            client.settimeout(PATIENCE)
            with contextlib.suppress(ConnectionResetError):
                while client.recv(4096):
                    pass

    def test_a_viewer_waits_for_the_program(self):
        viewer = self.view()
        viewer.wait_for("waiting for a program on port")
        self.run_in_folder("--live-port", self.port)
        viewer.wait_for_row("work", *WORKED)
