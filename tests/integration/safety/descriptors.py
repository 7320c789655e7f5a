# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What memray holds open, where it may hold nothing; and what it does where hardly anything may be open."""
import os
import resource
import select
import subprocess
from pathlib import Path

import interpreters
from attached import Attached, status_of
from profiled import PATIENCE, PROGRAMS, TARGETS, Profiled

CAP_SYS_RESOURCE = 24
NOFILE = resource.RLIMIT_NOFILE
SYMBOLIZE = PROGRAMS / "memray-symbolize"
FOLLOWING = ([], ["--native"], ["--follow-fork"], ["--follow-exec"])


def limit_to(soft, hard=None):
    return lambda: resource.setrlimit(NOFILE, (soft, soft if hard is None else hard))


class Inherited(Attached):
    def new_pipe(self):
        ends = os.pipe()
        self.addCleanup(os.close, ends[0])
        return ends

    def assert_ends(self, reader):
        """Nobody has the other end of this pipe."""
        self.assertTrue(select.select([reader], [], [], PATIENCE)[0], "somebody holds the pipe open")
        self.assertEqual(os.read(reader, 1), b"")

    def assert_unread(self, writer):
        poll = select.poll()
        poll.register(writer, 0)
        self.assertEqual([event for _, event in poll.poll(PATIENCE * 1000)], [select.POLLERR])

    def run_program(self, options, before=()):
        fifos = {name: str(self.folder / name) for name in ("READY", "GO")}
        for fifo in fifos.values():
            os.mkfifo(fifo)
        reader, writer = self.new_pipe()
        process = subprocess.Popen(self.command(*before, TARGETS / "children/lets_go.py", writer, options=options),
                                   stdin=subprocess.PIPE, pass_fds=[writer], env={**os.environ, **fifos})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        os.close(writer)
        Path(fifos["READY"]).read_text(encoding="ascii")
        self.assert_ends(reader)
        self.assert_unread(process.stdin)
        Path(fifos["GO"]).write_text("\n", encoding="ascii")
        self.assertEqual(process.wait(PATIENCE), 7)
        self.assert_nothing_lost(self.capture())
        process.stdin.close()

    def test_what_a_program_closes_is_closed(self):
        for options in FOLLOWING:
            with self.subTest(options=options):
                self.use_new_folder()
                self.run_program(options)
        self.use_new_folder()
        self.run_program(["--exec", "--"], [interpreters.DEBIAN])

    def test_what_attach_was_started_with_ends_with_it(self):
        for options in FOLLOWING:
            with self.subTest(options=options):
                self.use_new_folder()
                process = self.launch("in_read")
                reader, writer = self.new_pipe()
                self.attach(process, *options, pass_fds=[writer])  # and its output ends, or this would not return
                os.close(writer)
                self.assert_ends(reader)
                self.wake(process, "woke 1\n")
                self.detach(process)
                self.assert_recorded()


class Limited(Attached):
    def test_a_program_has_the_limit_that_it_would_have_had(self):
        hard = resource.getrlimit(NOFILE)[1]
        text = "import resource as r; print(r.getrlimit(r.RLIMIT_NOFILE))"
        for command in (["-c", text], ["--exec", "--", interpreters.DEBIAN, "-c", text]):
            done = self.memray("run", "-q", "-f", "-o", self.path, "--on-exit", "ulimit -Sn; ulimit -Hn", *command,
                               preexec_fn=limit_to(77, hard))
            self.assertEqual((done.returncode, done.stderr, done.stdout), (0, "", f"{(77, hard)}\n77\n{hard}\n"))

    def assert_error_or_success(self, done, status, output):
        """Nothing in between: an exception that nobody catches would be a signal, or 134."""
        if done.returncode == status:
            return self.assertEqual((done.stdout, done.stderr), (output, ""))
        self.assert_one_line_of_error(done)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, "Too many open files|could not be raised")

    def test_hardly_any_descriptors(self):
        for count in range(4, 13):
            done = self.memray(*self.command("-c", "print('ran'); raise SystemExit(7)")[1:], preexec_fn=limit_to(count))
            self.assert_error_or_success(done, 7, "ran\n")
            self.assertTrue(done.returncode == 7 or count < 11, count)

    def test_the_symbolizer_with_hardly_any_descriptors(self):
        self.profile("-c", "pass", options=["--native"])
        for count in range(4, 13):
            done = subprocess.run([SYMBOLIZE, "--check", self.path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, timeout=PATIENCE, preexec_fn=limit_to(count))
            self.assertIn(done.returncode, (0, 1))
            self.assertNotIn("terminate", done.stderr)

    def test_more_children_than_descriptors_are_counted(self):
        done = self.memray("run", "-f", "-o", self.path, "--python", interpreters.DEBIAN, "--follow-fork",
                           TARGETS / "children/crowd.py", 30, preexec_fn=limit_to(64))
        self.assertEqual(done.returncode, 7)
        self.assertIn("\n0 of 30 failed\n", done.stdout)
        self.assertIn("Other processes: 4 child processes into %s.<pid>, 26 could not be recorded" % self.path, done.stdout)
        self.assertEqual(done.stderr, "memray: no more than 4 child processes are recorded at the same time: the limit on "
                                      "open files is 64\n")
        self.assertEqual(len(list(self.folder.glob("capture.bin.*"))), 4)

    def test_attaching_to_a_program_that_may_open_nothing(self):
        for soft in (3, 0):
            process = self.launch("in_read")
            before = (soft, resource.prlimit(process.pid, NOFILE)[1])
            resource.prlimit(process.pid, NOFILE, before)
            self.attach(process)
            self.assertEqual(resource.prlimit(process.pid, NOFILE), before)
            self.wake(process, "woke 1\n")
            self.detach(process)
            self.assertEqual(resource.prlimit(process.pid, NOFILE), before)
            self.assert_recorded()

    def test_attaching_to_a_program_whose_limit_is_fixed_takes_a_privilege(self):
        process = self.launch("in_read")
        resource.prlimit(process.pid, NOFILE, (3, 3))
        if int(status_of(os.getpid(), "CapEff"), 16) >> CAP_SYS_RESOURCE & 1:
            self.attach(process)
        else:
            done = self.memray("attach", process.pid, "-f", "-o", self.path)
            self.assert_one_line_of_error(done)
            self.assertIn("has no descriptor free, and its limit of 3 could not be raised", done.stderr)
        self.assertEqual(resource.prlimit(process.pid, NOFILE), (3, 3))
        self.wake(process, "woke 1\n")


class Closed(Profiled):
    TEXT = "import os, sys; open(sys.argv[1], 'w').write(str([os.path.exists('/proc/self/fd/%d' % n) for n in range(3)]))"

    def test_streams_that_are_closed_stay_closed_for_the_program_alone(self):
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            seen = []
            # Not quiet: what memray says must not end up in another file.
            for command in ([interpreters.DEBIAN], [word for word in self.command() if word != "-q"]):
                words = [*command, "-c", self.TEXT, str(self.folder / "seen")]
                done = subprocess.run(["/bin/sh", "-c", '"$@" %s' % closed, "sh", *words], timeout=PATIENCE)
                self.assertEqual(done.returncode, 0)
                seen.append((self.folder / "seen").read_text(encoding="ascii"))
            self.assertEqual(seen[0], seen[1])
            self.assert_nothing_lost(self.capture())
