# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The base of the integration tests: where everything is, and what runs memray on the programs in tests/targets and reads
what it recorded.

Environment: MEMRAY_BINARY (the program under test) and MEMRAY_TARGETS (folder of the built target libraries).
"""
import ctypes
import functools
import os
import re
import select
import subprocess
import tempfile
import unittest
from pathlib import Path

import interpreters
from capture import Capture

MEMRAY = os.environ["MEMRAY_BINARY"]
PROGRAMS = Path(MEMRAY).parent
LIBRARIES = Path(os.environ["MEMRAY_TARGETS"])
SOURCE = Path(__file__).resolve().parents[3]
TARGETS = SOURCE / "tests/targets"
PATIENCE = 120  # seconds for anything that should take a few: only a hang takes that long
PR_SET_CHILD_SUBREAPER = 36


def lines_of(target):
    """Marker -> number of each line of a target (its path, or that below TARGETS) that ends in "# @marker"."""
    text = (TARGETS / target).read_text(encoding="utf-8")
    return {match[1]: number for number, line in enumerate(text.splitlines(), 1)
            if (match := re.search(r"# @(\w+)$", line))}


def adopt_orphans():
    """Makes this process the parent of every descendant whose own parent dies."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def with_every_interpreter(test):
    """Calls test(self, python) for each supported interpreter of this machine."""
    return with_interpreters_of(interpreters.supported, test)


def with_embeddable_interpreters(test):
    return with_interpreters_of(interpreters.embeddable, test)


def with_two_interpreters(*modules, since=interpreters.OLDEST, before=(4, 0)):
    """The same for the oldest and the newest that have these modules. Skips the test if none has."""
    return functools.partial(with_interpreters_of, lambda: interpreters.oldest_and_newest(modules, since, before))


def with_interpreters_of(choose, test):
    @functools.wraps(test)
    def run(self):
        chosen = choose()
        if not chosen:
            self.skipTest("no interpreter here has what this takes")
        for python in chosen:
            with self.subTest(python=python):
                self.use_new_folder()
                test(self, python)
    run.takes_interpreter = True
    return run


class Profiled(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.use_new_folder()

    def use_new_folder(self):
        folder = tempfile.TemporaryDirectory(prefix="memray-test-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "capture.bin"

    def command(self, *arguments, options=(), python=interpreters.DEBIAN):
        return [MEMRAY, "run", "-q", "-f", "-o", str(self.path), "--python", python, *options, *map(str, arguments)]

    def memray(self, *arguments, **keywords):
        """Runs memray with exactly these arguments."""
        keywords = {"stdin": subprocess.DEVNULL, "timeout": PATIENCE, "text": True, **keywords}
        return subprocess.run([MEMRAY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              **keywords)

    def profile(self, *arguments, options=(), python=interpreters.DEBIAN, env=None, status=0, **keywords):
        """Records a program that is expected to end with this status; returns the finished process."""
        done = self.memray(*self.command(*arguments, options=options, python=python)[1:],
                           env={**os.environ, **(env or {})}, **keywords)
        self.assertEqual(done.returncode, status, done.stdout[-2000:] + done.stderr[-2000:])
        return done

    def capture(self, path=None):
        done = self.memray("parse", path or self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return Capture(done.stdout)

    def record(self, *arguments, **keywords):
        self.profile(*arguments, **keywords)
        return self.capture()

    def start(self, *arguments, env=None, **keywords):
        """Starts recording a target that calls ready(). Returns the process of memray and the target's pid."""
        fifo = self.folder / "ready"
        os.mkfifo(fifo)
        go = self.folder / "go"
        os.mkfifo(go)
        process = subprocess.Popen(self.command(*arguments, **keywords), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "READY": str(fifo), "GO": str(go), **(env or {})})
        self.addCleanup(self.end, process)
        # For reading and writing: neither the open nor the read can then wait for a writer that died.
        descriptor = os.open(fifo, os.O_RDWR)
        self.addCleanup(os.close, descriptor)
        if not select.select([descriptor], [], [], PATIENCE)[0]:
            self.fail("the target never became ready")
        return process, int(os.read(descriptor, 100))

    def go_on(self):
        """Lets a target return from ready()."""
        descriptor = os.open(self.folder / "go", os.O_RDWR)
        self.addCleanup(os.close, descriptor)
        os.write(descriptor, b"\n")

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def most_memory(self, command):
        """Bytes that this command or a program that it waited for held at most."""
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss * 1024

    def assert_nothing_lost(self, capture):
        lost = {name: count for name, count in capture.losses.items() if count and name != "unknown_frees"}
        self.assertEqual((lost, capture.incomplete), ({}, ""))

    def assert_one_line_of_error(self, done, status=1):
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertRegex(done.stderr, r"\A[^\n]+\n\Z")
        self.assertNotIn("Traceback", done.stderr)
