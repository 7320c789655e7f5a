# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Where the memrays of one machine find each other: what other users put there is not used, what peers say is bounded."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path

import interpreters
from attached import Attached
from other_users import NOBODY, OtherUser
from profiled import LIBRARIES, MEMRAY, PATIENCE, TARGETS
from terminal import Terminal

HOSTILE = "\x1b]0;taken over\x07\x1b[2J\r"
QUICKLY = 30  # seconds for what gives a silent peer 5: far from the 120 of a hang


def start_time_of(pid):
    return Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()[19]


def socket_name(pid):
    return "%d-%s.sock" % (pid, start_time_of(pid))


def sockets_in(folder):
    return sorted(path.name for path in folder.glob("*.sock"))


class Listener:
    """Somebody who listens in the place of a recorder, and does what a test wants with each connection."""

    def __init__(self, path, serve=lambda connection: None):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(8)
        self.connections = []
        self.thread = threading.Thread(target=self.run, args=(serve,), daemon=True)
        self.thread.start()

    def run(self, serve):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.connections.append(connection)
                serve(connection)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for connection in self.connections:
            connection.close()
        self.thread.join()


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class OtherUsers(OtherUser):
    user = 100_000 + os.getpid()  # whose folders no other test uses

    def setUp(self):
        super().setUp()
        self.taken = Path("/tmp/memray-%d" % self.user)
        self.addCleanup(self.clear)
        self.environment = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
        self.own["env"] = self.environment

    def own_folders(self):
        return [path for path in Path("/tmp").glob(self.taken.name + ".*") if path.is_dir()]

    def clear(self):
        for path in [self.taken, *self.own_folders()]:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def take_name(self, kind):
        """As somebody else who was here first."""
        if kind == "file":
            self.taken.touch()
        elif kind == "link":
            elsewhere = self.folder / "elsewhere"
            elsewhere.mkdir(exist_ok=True)
            elsewhere.chmod(0o777)
            self.taken.symlink_to(elsewhere)
        else:
            self.taken.mkdir()
            self.taken.chmod(0o777)
        os.chown(self.taken, NOBODY, NOBODY, follow_symlinks=False)

    def test_who_makes_the_folder_first_gains_nothing(self):
        for kind in ("file", "link", "folder"):
            with self.subTest(kind=kind):
                self.clear()
                self.take_name(kind)
                self.path = self.folder / ("%s.bin" % kind)
                process = self.launch_as_other("in_read")
                self.attach(process, **self.own)
                (folder,) = self.own_folders()
                self.assertEqual((folder.stat().st_uid, folder.stat().st_mode & 0o7777), (self.user, 0o700))
                self.assertEqual(sockets_in(folder), [socket_name(process.pid)])
                self.assertEqual(list(self.taken.glob("*")) if kind != "file" else [], [])
                done = self.memray("snapshot", process.pid, **self.own)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.wake(process, "woke 1\n")
                self.detach(process, **self.own)
                self.assertEqual(sockets_in(folder), [])
                self.wake(process, "end\n")

    def test_a_recorder_of_another_user_is_not_heard(self):
        self.take_name("folder")
        process = self.launch_as_other("in_read")
        path = self.taken / socket_name(process.pid)
        fake = Listener(path, lambda connection: connection.sendall(("+%s\n" % HOSTILE).encode()))
        self.addCleanup(fake.close)
        os.chown(path, NOBODY, NOBODY)
        path.chmod(0o777)
        for command in ("detach", "snapshot"):
            done = self.memray(command, process.pid, **self.own)
            self.assert_one_line_of_error(done)
            self.assertEqual(done.stdout, "")
            self.assertRegex(done.stderr, r"\AProcess %d is not being recorded[^\x00-\x09\x0b-\x1f]*\Z" % process.pid)
        self.assertEqual(fake.connections, [])

    def test_who_listens_in_the_own_folder_must_be_the_user_or_root(self):
        self.taken.mkdir(mode=0o700)
        os.chown(self.taken, self.user, self.user)
        process = self.launch_as_other("in_read")
        path = self.taken / socket_name(process.pid)
        heard = self.folder / "heard"
        code = ("import socket, sys; s = socket.socket(socket.AF_UNIX, fileno=0); s.listen(8); print(flush=True)\n"
                "while True:\n"
                "    c, _ = s.accept()\n"
                "    try: c.sendall(b'attach\\0'); said = c.recv(99)\n"
                "    except OSError: continue\n"
                "    if said: open(%r, 'wb').write(said)" % str(heard))
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
            os.chown(path, self.user, self.user)
            other = subprocess.Popen([interpreters.DEBIAN, "-c", code], stdin=made, stdout=subprocess.PIPE,
                                     user=NOBODY, group=NOBODY, extra_groups=[], cwd="/")
        self.addCleanup(self.end, other)
        other.stdout.readline()
        for identity in (self.own, {}):
            done = self.memray("detach", process.pid, **identity)
            self.assertIn("is not being recorded", done.stderr)
        self.assertFalse(heard.exists())

    def test_root_ends_what_a_user_records_but_not_the_other_way_round(self):
        process = self.launch_as_other("in_read")
        self.attach(process, **self.own)
        done = self.memray("snapshot", process.pid)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.detach(process)
        self.attach(process)
        for command in ("detach", "snapshot"):
            done = self.memray(command, process.pid, **self.own)
            self.assert_one_line_of_error(done)
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded(self.target)

    def test_root_finds_what_a_user_records_with_a_runtime_folder_of_his_own(self):
        folder = self.folder / "runtime"
        folder.mkdir(mode=0o700)
        os.chown(folder, self.user, self.user)
        environment = {**self.environment, "XDG_RUNTIME_DIR": str(folder)}
        process = self.launch_as_other("in_read", env=environment)
        self.attach(process, **{**self.own, "env": environment})
        self.assertEqual(sockets_in(folder / "memray"), [socket_name(process.pid)])
        self.wake(process, "woke 1\n")
        self.detach(process)

    def test_root_watches_what_a_user_has_started(self):
        process = subprocess.Popen([MEMRAY, "run", "--live-remote", "--python", interpreters.DEBIAN, "-c", "print('ran')"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd="/", **self.own)
        self.addCleanup(self.end, process)
        number = re.search(r"memray live (\d+)", process.stdout.readline())[1]
        viewer = Terminal(self, [MEMRAY, "live", number])
        viewer.wait_for("Remote has disconnected", "exited with code 0")
        self.assertEqual((process.stdout.read(), process.wait(PATIENCE)), ("ran\n", 0))

    def test_root_watches_nothing_in_a_folder_that_is_not_its_users(self):
        self.take_name("folder")
        path = self.taken / "live-1.sock"
        fake = Listener(path)
        self.addCleanup(fake.close)
        for owner in (self.user, NOBODY):
            os.chown(path, owner, owner)
            viewer = Terminal(self, [MEMRAY, "live", 1])
            viewer.wait_for("waiting for a program on port 1;")
        self.assertEqual(fake.connections, [])

    def test_root_does_not_follow_a_link_to_a_socket_of_its_own(self):
        self.taken.mkdir(mode=0o700)
        process = self.launch_as_other("in_read")
        service = Listener(self.folder / "service")
        self.addCleanup(service.close)
        (self.taken / socket_name(process.pid)).symlink_to(self.folder / "service")
        os.chown(self.taken, self.user, self.user)
        self.assertIn("is not being recorded", self.memray("detach", process.pid).stderr)
        self.assertEqual(service.connections, [])


class Runtime(Attached):
    """With a runtime folder of the test's own."""

    def setUp(self):
        super().setUp()
        self.runtime = self.folder / "runtime"
        self.runtime.mkdir(mode=0o700)
        self.sockets = self.runtime / "memray"
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = str(self.runtime)
        self.addCleanup(lambda: os.environ.update(XDG_RUNTIME_DIR=before) if before is not None
                        else os.environ.pop("XDG_RUNTIME_DIR"))


class Answers(Runtime):
    """What a recorder could say."""

    def ask(self, serve, command="detach"):
        process = self.launch("in_read")
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        listener = Listener(self.sockets / socket_name(process.pid), serve)
        self.addCleanup(listener.close)
        started = time.monotonic()
        done = self.memray(command, process.pid)
        self.assertLess(time.monotonic() - started, QUICKLY)
        self.assertNotRegex(done.stdout + done.stderr, r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        return done

    @staticmethod
    def answering(answer):
        def serve(connection):
            connection.sendall(b"attach\0")
            while not connection.recv(100).endswith(b"\0"):
                pass
            connection.sendall(answer)
        return serve

    def test_control_sequences_are_not_sent_to_the_terminal(self):
        for command in ("detach", "snapshot"):
            done = self.ask(self.answering(("+%s done\0" % HOSTILE).encode()), command)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("taken over", done.stdout)
            done = self.ask(self.answering(("-%s done\0" % HOSTILE).encode()), command)
            self.assert_one_line_of_error(done)
            self.assertIn("taken over", done.stderr)

    def test_answers_without_sense_are_errors(self):
        for answer in (b"\0", b"\xff\xfe\0", b"what\0"):
            self.assert_one_line_of_error(self.ask(self.answering(answer)))

    def test_who_says_nothing_or_half_of_it_is_given_up(self):
        for greeting in (b"", b"att"):
            done = self.ask(lambda connection, greeting=greeting: connection.sendall(greeting))
            self.assert_one_line_of_error(done)
            self.assertIn(", process %d, does not answer" % os.getpid(), done.stderr)

    def test_who_never_ends_is_given_up(self):
        def serve(connection):
            with contextlib.suppress(OSError):
                while True:
                    connection.sendall(b"x" * 65536)
        self.assert_one_line_of_error(self.ask(serve))

    def test_a_second_recorder_says_who_does_not_answer_and_replaces_it_on_request(self):
        process = self.launch("in_read")
        self.attach(process)
        holder = self.holder_of(process)
        os.kill(holder, signal.SIGSTOP)
        self.addCleanup(lambda: os.kill(holder, signal.SIGCONT))
        done = self.memray("attach", process.pid, "-o", self.folder / "other")
        self.assert_one_line_of_error(done)
        self.assertIn("by process %d, which does not answer" % holder, done.stderr)
        self.path = self.folder / "second.bin"
        self.attach(process, "--force-detach")
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()


class Clients(Runtime):
    """What those could do who connect to a recorder."""

    def connect(self, pid):
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.connect(str(self.sockets / socket_name(pid)))
        return client

    def test_who_says_nothing_or_half_of_it_holds_up_neither_the_recording_nor_others(self):
        process, pid = self.start(TARGETS / "children/growing.py", LIBRARIES / "calls.so", "alone")
        silent = [self.connect(pid) for _ in range(40)]
        for client in silent[::2]:
            client.sendall(b"snap")
        started = time.monotonic()
        for name in ("one.bin", "two.bin"):
            done = self.memray("snapshot", pid, "-o", self.folder / name)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertLess(time.monotonic() - started, QUICKLY)
        for client in silent:  # each is sent away
            client.settimeout(PATIENCE)
            self.assertEqual(client.recv(100), b"run\0")
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(client.recv(100), b"")
        os.kill(pid, signal.SIGKILL)
        process.communicate()

    def test_who_says_too_much_is_sent_away(self):
        process = self.launch("in_read")
        self.attach(process)
        client = self.connect(process.pid)
        with self.assertRaises(OSError):
            while True:
                client.sendall(b"x" * 65536)
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()

    def test_ten_thousand_who_hang_up_at_once(self):
        process = self.launch("in_read")
        self.attach(process)
        for number in range(10_000):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(self.sockets / socket_name(process.pid)))
                if number % 2:
                    client.sendall(b"stop"[:number % 5])
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()


class Dead(Runtime):
    """Sockets go with who made them, or soon after."""

    def leave_sockets(self, count):
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        for number in range(count):
            with socket.socket(socket.AF_UNIX) as left:
                left.bind(str(self.sockets / ("%d-1.sock" % number)))
                left.listen()

    def test_hundreds_that_were_left_are_removed_by_whoever_comes_next(self):
        process = self.launch("in_read")
        for command in (["detach", process.pid], ["snapshot", process.pid], ["run", "-o", self.path, "-c", "pass"]):
            with self.subTest(command=command):
                self.leave_sockets(350)
                self.memray(*command)
                self.assertEqual(sockets_in(self.sockets), [])
        self.leave_sockets(350)
        self.attach(process, "-f")
        self.assertEqual(sockets_in(self.sockets), [socket_name(process.pid)])
        self.detach(process)

    def test_that_of_a_killed_recorder_is_removed_and_no_other(self):
        alive, process = self.launch("in_read"), self.launch("busily")
        self.attach(alive)
        self.path = self.folder / "killed.bin"
        self.attach(process)
        names = sorted(map(socket_name, (alive.pid, process.pid)))
        os.kill(self.holder_of(process), signal.SIGKILL)
        self.assertEqual(sockets_in(self.sockets), names)
        done = self.memray("detach", process.pid)
        self.assertIn("has died; its hooks were taken out", done.stdout)
        self.assertEqual(sockets_in(self.sockets), [socket_name(alive.pid)])
        self.assertEqual(self.memray("detach", alive.pid).returncode, 0)
        self.assertEqual(sockets_in(self.sockets), [])

    def test_a_recorder_that_ends_leaves_none(self):
        for options in ((), ("--follow-fork",), ("--native",)):
            self.profile("-c", "import os; os.fork() or os._exit(0); os.wait()", options=options)
            self.assertEqual(sockets_in(self.sockets), [])
        process = self.launch("in_read")
        waiting = subprocess.Popen([MEMRAY, "attach", str(process.pid), "--wait", "-f", "-o", str(self.path)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        waiting.stderr.readline()
        self.assertEqual(sockets_in(self.sockets), [socket_name(process.pid)])
        waiting.send_signal(signal.SIGTERM)
        waiting.communicate(timeout=PATIENCE)
        self.assertEqual(sockets_in(self.sockets), [])
