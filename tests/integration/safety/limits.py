# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Programs whose address space, locked memory or file sizes are limited: they get what they would have without memray, and
what they do with it is recorded."""
import os
import resource
import subprocess

from attach_states import needs_root
from attached import PAYLOAD, Attached, address_space, maps_of
from capture import Amount
from other_users import OtherUser
from profiled import LIBRARIES, PATIENCE, TARGETS, Profiled, lines_of

CALLS = LIBRARIES / "calls.so"
TARGET = TARGETS / "confinement/limited.py"
LINES = lines_of(TARGET)
OPTIONS = ((), ("--native",), ("--follow-fork",), ("--native", "--follow-fork"))
HEAP_STEP = 136 << 10  # bytes by which the C library makes its heap larger
LIBRARY = 32 << 10  # bytes that attaching takes for good
ONE_THREAD = 448 << 10  # bytes mapped or locked for a thread: its ring of 264 kB and, with --native, 168 kB


def limit(kind, value):
    return lambda: resource.setrlimit(kind, (value, value))


class Found:
    """What the target says of itself at its end, in bytes."""

    def __init__(self, line):
        self.mapped, self.resident, self.locked, self.ours = (int(word) << 10 for word in line.split())


class Limits(Profiled):
    def run_target(self, *arguments, options=(), **keywords):
        done = self.profile(TARGET, CALLS, *arguments, options=options, **keywords)
        return done, Found(done.stdout.splitlines()[-1])

    def run_alone(self, *arguments):
        done = subprocess.run(["/usr/bin/python3", TARGET, CALLS, *map(str, arguments)], stdout=subprocess.PIPE,
                              text=True, timeout=PATIENCE, check=True)
        return Found(done.stdout.splitlines()[-1])

    @staticmethod
    def total(capture, marker):
        return capture.at(TARGET, LINES[marker], "malloc")[2]

    def assert_threads(self, capture, count):
        self.assert_nothing_lost(capture)
        self.assertEqual(self.total(capture, "thread"), Amount(count, count * 7001))


class AddressSpace(Limits):
    def test_at_rest_little_is_mapped(self):
        alone = self.run_alone("rests")
        for options in OPTIONS:
            with self.subTest(options=options):
                _, found = self.run_target("rests", options=options)
                self.assertLess(found.mapped - alone.mapped, 12 << 20)

    def test_a_limited_program_gets_its_memory_and_loses_nothing(self):
        for kilobytes in (300_000, 1_000_000, 4_000_000):
            for options in OPTIONS:
                with self.subTest(kilobytes=kilobytes, options=options):
                    _, found = self.run_target("half", 4, options=options,
                                               preexec_fn=limit(resource.RLIMIT_AS, kilobytes << 10))
                    self.assertLess(found.ours, (kilobytes << 10) // 10)
                    capture = self.capture()
                    self.assert_threads(capture, 4)
                    self.assertEqual(self.total(capture, "half"),
                                     Amount(1, (kilobytes << 10) // 2))

    def test_a_program_that_limits_itself_gets_what_it_has_left_itself(self):
        for options in OPTIONS:
            with self.subTest(options=options):
                self.run_target("limits", 200, options=options)
                capture = self.capture()
                self.assert_threads(capture, 4)
                self.assertEqual(self.total(capture, "later"), Amount(1, 100 << 20))

    def test_threads_beyond_our_share_of_the_address_space_are_counted(self):
        done, found = self.run_target("limits_threads", 100)
        share = (int(done.stdout.split()[0]) << 10) // 10
        self.assertLessEqual(found.ours, share)
        capture = self.capture()
        recorded = self.total(capture, "thread").count
        self.assertGreater(recorded, 10)
        self.assertLess(recorded, share // (256 << 10))
        self.assertGreaterEqual(capture.losses["events"], 2 * (100 - recorded))

    def test_children_of_a_limited_program_are_recorded(self):
        self.run_target("forks", options=["--follow-fork", "--native"],
                        preexec_fn=limit(resource.RLIMIT_AS, 300_000 << 10))
        (child,) = self.folder.glob(self.path.name + ".*")
        self.assert_threads(self.capture(child), 1)

    def test_a_thousand_threads_take_a_ring_each(self):
        alone = self.run_alone("threads", 1000)
        _, found = self.run_target("threads", 1000)
        self.assert_threads(self.capture(), 1000)
        self.assertLess(found.mapped - alone.mapped, 1000 * ONE_THREAD)
        self.assertLess(found.resident - alone.resident, 1000 * (32 << 10))


class Locked(Limits, Attached):
    def setUp(self):
        super().setUp()
        if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] < 1 << 30 and os.geteuid() != 0:
            self.skipTest("programs may not lock their memory here")

    def test_a_program_that_locks_its_memory_pays_for_the_threads_it_has(self):
        for threads in (1, 20):
            alone = self.run_alone("locks", threads)
            for options in OPTIONS:
                with self.subTest(threads=threads, options=options):
                    _, found = self.run_target("locks", threads, options=options)
                    bound = (12 << 20) + threads * ONE_THREAD
                    self.assertLess(found.locked - alone.locked, bound)
                    self.assertLess(found.resident - alone.resident, bound)
                    self.assert_threads(self.capture(), threads)

    def test_what_is_mapped_for_later_threads_takes_nothing_from_what_may_be_locked(self):
        alone = self.run_alone("locks_later", 20)
        for options in OPTIONS:
            with self.subTest(options=options):
                _, found = self.run_target("locks_later", 20, options=options)
                self.assertLess(abs(found.locked - alone.locked), HEAP_STEP)
                self.assert_threads(self.capture(), 20)

    def launch(self, *arguments):
        process = subprocess.Popen(["/usr/bin/python3", TARGET, CALLS, *map(str, arguments)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        before = Found(process.stdout.readline())
        self.assertEqual(process.stdout.readline(), "waiting\n")
        return process, before

    @staticmethod
    def go_on(process):
        process.stdin.write("\n")
        process.stdin.flush()
        return Found(process.stdout.readline())

    def test_attaching_where_all_later_memory_is_locked_takes_hardly_anything(self):
        alone = self.go_on(self.launch("waits_to_lock_later", 20)[0])
        for options in OPTIONS:
            with self.subTest(options=options):
                self.use_new_folder()
                process, _ = self.launch("waits_to_lock_later", 20)
                self.attach(process, *options)
                self.assertLess(self.go_on(process).locked - alone.locked, LIBRARY + HEAP_STEP)
                self.detach(process)
                self.assert_threads(self.capture(), 20)

    def test_attaching_to_a_locked_program_adds_little(self):
        for options in OPTIONS:
            with self.subTest(options=options):
                self.use_new_folder()
                process, alone = self.launch("waits_locked")
                self.attach(process, *options)
                found = self.go_on(process)
                self.assertLess(found.resident - alone.resident, 4 << 20)
                self.assertLess(found.locked - alone.locked, 4 << 20)
                self.detach(process)
                self.assert_threads(self.capture(), 1)
                self.assertEqual([path for _, _, _, path in maps_of(process.pid)
                                  if path.startswith("/memfd:memray") and not path.startswith(PAYLOAD)], [])


@needs_root
class TightlyLocked(OtherUser):
    """A user who may lock 1,700 kB: ten threads of a program that has all its later memory locked."""

    def test_it_has_as_many_threads_as_it_would_have_had(self):
        target = self.folder / TARGET.name
        self.copy(TARGET, target)
        program = [target, self.calls, "locks_until_refused", 12]
        alone = subprocess.run(["/usr/bin/python3", *map(str, program)], stdout=subprocess.PIPE, text=True,
                               timeout=PATIENCE, preexec_fn=self.limit, check=True, **self.identity)
        self.assertEqual(alone.stdout, "can't start new thread\n10\n")
        for options in (*OPTIONS, ("--trace-python-allocators",)):
            with self.subTest(options=options):
                done = self.profile(*program, options=options, preexec_fn=self.limit, **self.own)
                self.assertEqual(done.stdout, alone.stdout)
                capture = self.capture()
                self.assert_nothing_lost(capture)
                self.assertEqual(capture.at(target, LINES["thread"], "malloc")[2], Amount(10, 10 * 7001))

    @staticmethod
    def limit():
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (1_700 << 10, 1_700 << 10))


class FileSizes(Limits):
    def run_limited(self, size, *arguments, options=()):
        return self.run_target(*arguments, options=options, preexec_fn=limit(resource.RLIMIT_FSIZE, size))

    def test_memory_is_recorded_where_files_must_be_small(self):
        self.run_limited(64 << 20, "threads", 8, options=["--native"])
        self.assert_threads(self.capture(), 8)

    def test_where_files_must_be_tiny_the_program_runs_all_the_same(self):
        self.run_limited(100 << 10, "threads", 2)
        self.assert_threads(self.capture(), 2)

    def test_where_nothing_can_be_recorded_one_line_says_why(self):
        done = self.memray(*self.command(TARGET, CALLS, "rests")[1:], preexec_fn=limit(resource.RLIMIT_FSIZE, 4096))
        self.assert_one_line_of_error(done)
        self.assertRegex(done.stderr, r"limit on the size of files \(ulimit -f\)|File too large")


class Again(Attached):
    def test_what_was_mapped_for_threads_and_depth_goes_with_the_recording(self):
        process = subprocess.Popen(["/usr/bin/python3", TARGET, CALLS, "again"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        self.assertEqual(process.stdout.readline(), "ready\n")
        mapped = [self.mapped_after_a_recording(process) for _ in range(12)]
        # A recording takes 10 MB here. What the program itself maps meanwhile is less.
        self.assertLess(mapped[-1] - mapped[3], 1 << 20)

    def mapped_after_a_recording(self, process):
        self.attach(process, "--native")
        process.stdin.write("\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), "done\n")
        self.detach(process)
        self.assert_nothing_lost(self.capture())
        self.assert_only_dormant(process.pid)
        return address_space(process.pid)
