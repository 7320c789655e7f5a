# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Programs of which snapshots are made do not notice, whatever they are doing and whoever is killed."""
import json
import os
import select
import signal
import time

from profiled import LIBRARIES, PATIENCE, adopt_orphans
from snapshot import Snapshot
from snapshotted import KINDS, MEGABYTE, ONE_MOMENT, TAKEN, Snapshots, children_of, command_of, resident


class Unnoticed(Snapshots):
    def test_no_child_is_seen(self):
        process, _ = self.start_target("watch_children", 0)
        for _ in range(30):
            with self.open("frozen", process) as snapshot:
                self.assertEqual(children_of(process.pid), [])
                self.assertEqual(len(self.copies_of(process)), 1)
            self.assertEqual(self.copies_of(process), [])
        seen = self.tell(process)
        self.assertGreater(seen.pop("rounds"), 1000)
        self.assertEqual(seen, {"waited": 0, "listed": 0, "signals": 0})
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_the_program_does_not_grow(self):
        process, _ = self.start_target("hold", 3 * MEGABYTE)
        for kind in KINDS:
            with self.subTest(kind=kind):
                before = resident(process.pid)
                with self.open(kind, process) as snapshot:
                    self.assertGreater(snapshot.ask("touch"), 6 * MEGABYTE)
                self.assertLess(resident(process.pid) - before, 100_000)
        self.assertEqual(self.tell(process), {"emptied": True})

    def test_files_that_the_program_closes_are_closed(self):
        """Were they open in the copy, the end of its output would not come."""
        process, _ = self.start_target("hold", MEGABYTE)
        snapshot = self.open("frozen", process)
        process.kill()
        self.assertEqual(select.select([process.stdout], [], [], PATIENCE)[0], [process.stdout])
        self.assertEqual(process.stdout.read(), "")
        process.wait()
        self.assertEqual(len(snapshot.ask("words", snapshot.facts["threads"][0][2] // 8 * 8, 1)), 1)
        self.close(snapshot)

    def test_a_busy_program_is_looked_at_a_hundred_times(self):
        process = self.launch("working")
        for _ in range(50):
            for kind in ONE_MOMENT:
                with self.open(kind, process):
                    pass
        self.wake(process, "woke 1\n")
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)


class States(Snapshots):
    """Programs in every state go on as if nothing had been; each checks that itself."""
    STATES = ("in_read", "in_sleep", "in_select", "in_epoll", "in_lock", "in_waitpid", "in_accept", "in_asyncio",
              "with_ignored_interrupts", "with_handled_interrupts", "with_faults_ignored", "in_registers", "in_sort",
              "holding_the_gil", "busily", "in_greenlets")

    def look(self, process, times=3):
        for _ in range(times):
            for kind in ONE_MOMENT:
                with self.open(kind, process):
                    pass

    def test_programs_that_wait_and_that_work(self):
        for state in self.STATES:
            with self.subTest(state=state):
                process = self.launch(state)
                self.look(process)
                if state == "in_sleep":
                    self.assertEqual(process.stdout.readline(), "woke 1\n")
                else:
                    self.wake(process, "woke 1\n")
                self.wake(process, "end\n")
                self.assertEqual(process.wait(PATIENCE), 0)

    def test_calls_with_a_time_limit(self):
        calls = ("nanosleep", "clock_nanosleep", "poll", "ppoll", "select", "event")
        processes = {call: self.start_target("wait_in_c", 3000, call)[0] for call in calls}
        for process in processes.values():
            self.look(process)
        for call, process in processes.items():
            with self.subTest(call=call):
                seen = json.loads(process.stdout.readline())
                self.assertEqual(seen["result"], 0)
                self.assertGreaterEqual(seen["elapsed"], 3)
                self.assertLess(seen["elapsed"], 5)
                self.assertEqual(process.wait(PATIENCE), 0)

    def test_a_stack_of_unknown_size(self):
        """Nothing is put on it."""
        process, _ = self.start_target("wait_on_small_stack", 0)
        self.wait_for_state(process, "S (sleeping)")
        for _ in range(3):
            with Snapshot("frozen", process.pid) as snapshot:
                self.assertEqual(snapshot.facts["kind"], "copied")
                self.assertIn("No thread of it is on a stack of its own", snapshot.facts["notes"][0])
        self.assertEqual(self.tell(process), {"changed": 0})

    def test_a_program_that_cannot_be_stopped_for_a_while(self):
        process = self.launch("in_vfork")
        with self.open("stopped", process) as snapshot:
            self.assertIn("cannot be interrupted", " ".join(snapshot.facts["notes"]))
        process = self.launch("in_vfork")
        with Snapshot("frozen", process.pid) as snapshot:
            self.assertEqual(snapshot.facts["kind"], "copied")
            self.assertIn("No thread of it could be stopped", snapshot.facts["notes"][0])
        self.wake(process, "woke 1\n")

    def test_a_stopped_program_stays_stopped(self):
        process = self.launch("in_read")
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        for kind in ONE_MOMENT:
            with self.open(kind, process):
                self.wait_for_state(process, "T (stopped)")
            self.wait_for_state(process, "T (stopped)")
        process.send_signal(signal.SIGCONT)
        self.wake(process, "woke 1\n")

    def test_any_number_of_threads(self):
        process = self.launch("with_threads", 1000)
        self.look(process, 1)
        self.wake(process, "woke 1\n")


class Killed(Snapshots):
    """The program that looks is killed at each of its requests, as SIGKILL has it: before one, or right after."""

    def look_doomed(self, kind, process, at, by=signal.SIGKILL):
        """Whether it got through."""
        environment = {**os.environ, "LD_PRELOAD": str(LIBRARIES / "doomed.so"), "DOOMED_AT": str(at),
                       "DOOMED_BY": str(int(by))}
        with Snapshot(kind, process.pid, env=environment) as snapshot:
            status = snapshot.close()[0]
        self.assertIn(status, (0, -by))
        self.assertIsNone(process.poll(), "the program was killed by what was left at request %d" % at)
        # Copied instead: its thread was still finishing what the last one had begun.
        return status == 0 and snapshot.facts["kind"] == TAKEN[kind]

    def assert_alone(self, process):
        """What was begun in it is finished without us, and no copy of it lives on; but a zombie may be left, which it
        does not see."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            left = self.copies_of(process) + [child for child in children_of(process.pid) if command_of(child)]
            if not left:
                return
            time.sleep(0.001)
        self.fail("still there: %s" % left)

    def kill_at_each_request(self, kind, state, least):
        for direction in (1, -1):
            process = self.launch(state)
            at = 1
            while not self.look_doomed(kind, process, direction * at):
                self.assert_alone(process)
                at += 1
                self.assertLess(at, 1000)
            self.assertGreater(at, least)
            self.wake(process, "woke 1\n")
            self.wake(process, "end\n")
            self.assertEqual(process.wait(PATIENCE), 0)

    def test_signals_wait_until_the_program_goes_on(self):
        """Nothing is left behind, not even a zombie."""
        adopt_orphans()
        process = self.launch("working")
        at = 1
        while not self.look_doomed("frozen", process, at, signal.SIGTERM):
            self.assert_alone(process)
            self.assertEqual(children_of(process.pid), [])
            at += 1
        self.assertGreater(at, 30)
        self.wake(process, "woke 1\n")

    def test_while_it_is_copied(self):
        self.kill_at_each_request("stopped", "working", 15)

    def test_while_a_copy_is_frozen(self):
        adopt_orphans()
        for state in ("working", "in_registers", "in_read"):
            with self.subTest(state=state):
                self.kill_at_each_request("frozen", state, 30)

    def test_while_it_looks(self):
        process = self.launch("working")
        snapshot = self.open("frozen", process)
        snapshot.process.kill()
        self.assertEqual(snapshot.close()[0], -signal.SIGKILL)
        self.assert_alone(process)
        self.assertEqual(children_of(process.pid), [])
        self.wake(process, "woke 1\n")
