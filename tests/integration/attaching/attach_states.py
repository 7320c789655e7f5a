# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Attaching to programs in every state: each goes on as if nothing had been, is recorded exactly from then on, and holds
nothing but the dormant library afterwards."""
import importlib.util
import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

import interpreters
from attached import CALLS, TARGET, Attached
from other_users import OtherUser
from profiled import LIBRARIES, PATIENCE, with_every_interpreter

PRELOADED = ("libjemalloc.so.2", "libtcmalloc_minimal.so.4", "libmimalloc.so.2.0")


class Waiting(Attached):
    STATES = ("in_read", "in_sleep", "in_select", "in_epoll", "in_lock", "in_waitpid", "in_accept", "in_asyncio",
              "with_ignored_interrupts", "with_handled_interrupts")

    @with_every_interpreter
    def test_a_program_that_waits_goes_on_waiting(self, python):
        for state in self.STATES:
            with self.subTest(state=state):
                self.path = self.folder / (state + ".bin")
                self.attach_wake_detach(self.launch(state, python=python), wakes=state != "in_sleep")

    def test_a_program_that_cannot_be_stopped_for_a_while(self):
        self.attach_wake_detach(self.launch("in_vfork"))

    def test_a_program_that_ignores_faults(self):
        self.attach_wake_detach(self.launch("with_faults_ignored"))

    def test_a_stopped_program_stays_stopped(self):
        process = self.launch("in_read")
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        self.attach(process)
        self.wait_for_state(process, "T (stopped)")
        self.detach(process)
        self.wait_for_state(process, "T (stopped)")
        self.attach(process)
        process.send_signal(signal.SIGCONT)
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()


class Working(Attached):
    @with_every_interpreter
    def test_a_busy_program_goes_on_working(self, python):
        self.attach_wake_detach(self.launch("busily", python=python))

    @with_every_interpreter
    def test_one_that_holds_the_gil_in_a_long_call(self, python):
        self.attach_wake_detach(self.launch("holding_the_gil", python=python))

    @with_every_interpreter
    def test_python_allocators_are_recorded_on_demand(self, python):
        self.attach_wake_detach(self.launch("busily", python=python), "--trace-python-allocators", "--aggregate")

    @with_every_interpreter
    def test_what_the_threads_of_the_program_own_does_not_change(self, python):
        process = self.launch("in_registers", python=python)
        for _ in range(5):
            self.attach(process)
            self.detach(process)
        self.attach_wake_detach(process)

    def test_one_that_computes_without_the_gil(self):
        self.assertIsNotNone(importlib.util.find_spec("numpy"))
        self.attach_wake_detach(self.launch("in_numpy"))

    def test_greenlets(self):
        for state in ("in_greenlets", "in_gevent"):
            with self.subTest(state=state):
                self.attach_wake_detach(self.launch(state))

    def test_any_number_of_threads(self):
        for count in (1, 50, 1000):
            process = self.launch("with_threads", count)
            self.attach_wake_detach(process)


class Surroundings(Attached):
    def test_preloaded_allocators(self):
        for name in PRELOADED:
            with self.subTest(allocator=name):
                library = Path("/usr/lib/x86_64-linux-gnu") / name
                self.assertTrue(library.exists())
                for state in ("in_read", "busily"):
                    process = self.launch(state, env={**os.environ, "LD_PRELOAD": str(library)})
                    self.attach_wake_detach(process)

    def test_a_program_with_python_in_it(self):
        for state in ("in_read", "busily"):
            process = self.launch_command([LIBRARIES / "embedding", TARGET, CALLS, state])
            self.attach_wake_detach(process)

    def test_an_interpreter_that_was_replaced_on_disk(self):
        for replace in (False, True):
            python = self.folder / "python"
            shutil.copy(interpreters.DEBIAN, python)
            process = self.launch("in_read", python=python)
            python.unlink()
            if replace:
                python.write_text("another version")
            self.attach_wake_detach(process)


def needs_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root")(test)


@needs_root
class OtherUsers(OtherUser):
    def test_root_attaches_to_a_program_of_another_user(self):
        for state in ("in_read", "busily"):
            self.attach_wake_detach(self.launch_as_other(state), source=self.target)

    def test_an_ordinary_user_attaches_to_an_own_program(self):
        for state in ("in_read", "busily"):
            self.attach_wake_detach(self.launch_as_other(state), source=self.target, **self.own)

    def test_an_ordinary_user_must_not_attach_to_programs_of_others(self):
        process = self.launch("in_read")
        done = self.memray("attach", process.pid, "-o", self.path, **self.own)
        self.assert_one_line_of_error(done)
        self.assertIn("belongs to another user (root)", done.stderr)
        self.wake(process, "woke 1\n")

    def test_root_suspends_seccomp_filters(self):
        for action in ("errno", "trap", "kill"):
            with self.subTest(action=action):
                process = self.launch("forbidden", action)
                self.attach_wake_detach(process)

    def test_seccomp_filters_stop_an_ordinary_user(self):
        for state in (["forbidden", "errno"], ["forbidden", "trap"], ["forbidden", "kill"], ["confined"]):
            with self.subTest(state=state):
                process = self.launch_as_other(*state)
                done = self.memray("attach", process.pid, "-o", self.path, **self.own)
                self.assert_one_line_of_error(done)
                self.assertIn("seccomp", done.stderr)
                self.assertIn("memfd_create", done.stderr)
                self.wake(process, "woke 1\n")
                self.wake(process, "end\n")
                self.assertEqual(process.wait(PATIENCE), 0)


@needs_root
@unittest.skipUnless((interpreters.SID_ROOT / "usr/bin/python3").exists(), "no Debian sid root: scripts/sid_root makes one")
class OtherRoots(Attached):
    def setUp(self):
        super().setUp()
        inside = interpreters.SID_ROOT / "tmp" / self.folder.name
        inside.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, inside)
        for source in (TARGET, CALLS):
            shutil.copy(source, inside)
        self.seen = Path("/tmp") / self.folder.name  # as the program sees it
        self.command = ["/usr/bin/python3", self.seen / TARGET.name, self.seen / CALLS.name]

    def test_a_program_with_another_root_directory(self):
        for state in ("in_read", "busily"):
            process = self.launch_command(["chroot", interpreters.SID_ROOT, *self.command, state])
            self.attach_wake_detach(process, source=self.seen / TARGET.name)

    def test_a_container(self):
        unshare = ["unshare", "--mount", "--pid", "--user", "--map-root-user", "--fork", "--kill-child",
                   "--mount-proc=%s/proc" % interpreters.SID_ROOT]
        if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("this system makes no namespaces")
        for state in ("in_read", "busily"):
            process = self.launch_command([*unshare, "chroot", interpreters.SID_ROOT, *self.command, state])
            self.pid = int(Path("/proc/%d/task/%d/children" % (process.pid, process.pid)).read_text())
            self.assertNotEqual(os.readlink("/proc/%d/ns/pid" % self.pid), os.readlink("/proc/self/ns/pid"))
            self.attach_wake_detach(process, source=self.seen / TARGET.name)
