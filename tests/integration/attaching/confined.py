# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Programs under a seccomp filter that kills them for each system call which they do not make themselves, or refuses the
calls that memray needs."""
import errno

from attach_states import needs_root
from attached import CALLS, Attached
from capture import Amount
from profiled import TARGETS, lines_of, with_every_interpreter

CONFINED = TARGETS / "confinement/confined.py"
REFUSES = TARGETS / "confinement/refuses_mappings.py"


class Refused(Attached):
    def test_threads_are_counted_losses_where_no_more_can_be_mapped(self):
        lines = lines_of(REFUSES)
        for error in (errno.EPERM, errno.ENOMEM):
            for options in ((), ("--native",)):
                with self.subTest(error=error, options=options):
                    self.use_new_folder()
                    done = self.profile(REFUSES, CALLS, error, options=options)
                    self.assertEqual((done.stdout, done.stderr), ("done\n", ""))
                    capture = self.capture()
                    for marker, count, size in (("before", 100, 5001), ("after", 1000, 5002)):
                        self.assertEqual(capture.at(REFUSES, lines[marker], "malloc")[2], Amount(count, count * size))
                    # Of each of the four threads ten blocks, and one that it frees.
                    self.assertEqual(capture.losses["events"], 44)


class Confined(Attached):
    def assert_lives(self, *options, **keywords):
        done = self.profile(CONFINED, CALLS, options=options, status=5, **keywords)
        self.assertEqual((done.stdout, done.stderr), ("done\n", ""))
        capture = self.capture()
        lines = lines_of(CONFINED)
        self.assertEqual(capture.at(CONFINED, lines["before"], "malloc")[1], Amount(100, 100 * 5001))
        self.assertEqual(capture.at(CONFINED, lines["after"], "malloc")[2], Amount(40_000, 40_000 * 64))
        self.assert_nothing_lost(capture)

    @with_every_interpreter
    def test_a_program_that_confines_itself_lives_on(self, python):
        self.assert_lives(python=python)

    def test_whatever_is_recorded(self):
        for options in (["--native"], ["--trace-python-allocators"], ["--aggregate"], ["--follow-fork"]):
            with self.subTest(options=options):
                self.use_new_folder()
                self.assert_lives(*options)

    def test_with_rings_that_are_always_full(self):
        self.assert_lives(env={"MEMRAY_RING_WORDS": "1024"})

    @needs_root
    def test_root_may_attach_to_one(self):
        self.attach_wake_detach(self.launch("confined"))
