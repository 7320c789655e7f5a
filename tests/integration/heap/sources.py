# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Snapshots of running programs: what they hold, and that the programs do not notice."""
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from attach_states import needs_root
from attached import Attached
from cgroups import limited_memory
from other_users import OtherUser
from profiled import LIBRARIES, PATIENCE, TARGETS, adopt_orphans
from snapshot import TOOL, Snapshot

TARGET = TARGETS / "heap/snapshotted.py"
ONE_MOMENT = ("stopped", "frozen")
KINDS = ("live", *ONE_MOMENT)
TAKEN = {"live": "live", "stopped": "copied", "frozen": "frozen"}
MEGABYTE = 1 << 20


def resident(pid):
    """Bytes that are mapped in page tables."""
    lines = Path("/proc/%d/smaps_rollup" % pid).read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("Rss:"))


def command_of(pid):
    try:
        return Path("/proc/%d/cmdline" % pid).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""  # a zombie's is empty, too


def children_of(pid):
    tasks = Path("/proc/%d/task" % pid)
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


class Snapshots(Attached):
    def start_target(self, *arguments, python=sys.executable, **keywords):
        """The process, and what it says first."""
        process = subprocess.Popen([python, TARGET, LIBRARIES, *map(str, arguments)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, **keywords)
        self.addCleanup(self.end, process)
        return process, json.loads(process.stdout.readline())

    def open(self, kind, process, **keywords):
        pid = process if isinstance(process, int) else process.pid
        snapshot = Snapshot(kind, pid, **keywords)
        self.addCleanup(snapshot.close)
        self.assertEqual(snapshot.facts["kind"], TAKEN[kind], snapshot.facts["notes"])
        self.assertEqual(snapshot.facts["pid"], pid)
        return snapshot

    def close(self, snapshot):
        self.assertEqual(snapshot.close(), (0, ""))

    def tell(self, process):
        process.stdin.write("x")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def refusal(self, *arguments, **keywords):
        """The one line that says why there is no snapshot."""
        snapshot = Snapshot(*arguments, **keywords)
        self.assertEqual(snapshot.first, "")
        status, errors = snapshot.close()
        self.assertEqual(status, 1)
        self.assertRegex(errors, r"\A[^\n]+\n\Z")
        return errors

    def copies_of(self, process):
        """Other processes that run, or stand still, with its command line."""
        command = command_of(process.pid)
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != process.pid
                and command_of(int(name)) == command]


class Contents(Snapshots):
    def test_what_a_process_holds(self):
        size = 3 * MEGABYTE
        process, facts = self.start_target("hold", size)
        expected = (bytes(range(256)) * (size // 256)).hex()
        snapshots = {kind: self.open(kind, process) for kind in KINDS}
        for kind, snapshot in snapshots.items():
            with self.subTest(kind=kind):
                self.assertTrue(snapshot.ask("bytes", facts["private"], size) == expected)
                self.assertTrue(snapshot.ask("bytes", facts["shared"], size) == expected)
                self.assertEqual(snapshot.ask("words", facts["untouched"], size // 8), [0])
                text = facts["constant_text"].encode()
                self.assertEqual(snapshot.ask("bytes", facts["constant"], len(text)), text.hex())
                self.assertEqual(snapshot.ask("range", snapshot.facts["entry"])["path"], facts["program"])
                self.assertIsNone(snapshot.ask("bytes", 8, 8))
                self.assertIsNone(snapshot.ask("range", 8))
                self.close(snapshot)

    def test_copies_stay_as_they_were(self):
        size = 3 * MEGABYTE
        process, facts = self.start_target("hold", size)
        snapshots = {kind: self.open(kind, process) for kind in KINDS}
        self.assertEqual(self.tell(process), {"emptied": True})
        for kind, snapshot in snapshots.items():
            last = snapshot.ask("bytes", facts["private"] + size - 256, 256)
            self.assertEqual(last, bytes(256).hex() if kind == "live" else bytes(range(256)).hex(), kind)
            self.close(snapshot)

    def test_copies_outlive_the_process(self):
        size = 3 * MEGABYTE
        process, facts = self.start_target("hold", size)
        snapshots = [self.open(kind, process) for kind in ONE_MOMENT]
        process.kill()
        process.wait()
        text = facts["constant_text"].encode()
        for snapshot in snapshots:
            self.assertEqual(snapshot.ask("bytes", facts["private"] + 256, 256), bytes(range(256)).hex())
            self.assertEqual(snapshot.ask("bytes", facts["constant"], len(text)), text.hex())
            self.close(snapshot)

    def test_a_copy_belongs_to_one_moment(self):
        process, facts = self.start_target("count_up", 32 * MEGABYTE)
        words = ("words", facts["address"], facts["size"] // 8)
        for kind in ONE_MOMENT * 5:
            with self.open(kind, process) as snapshot:
                found = snapshot.ask(*words)
            self.assertIn(max(found) - min(found), (0, 1), (kind, found))
            self.assertLessEqual(len(found), 2)
        # The program does change it: else all that proves nothing.
        self.assertGreater(self.tell(process)["last"], max(found))

    def test_threads(self):
        process = self.launch("with_threads", 20)
        for kind in KINDS:
            with self.subTest(kind=kind), self.open(kind, process) as snapshot:
                threads = snapshot.facts["threads"]
                self.assertEqual(sorted(thread[0] for thread in threads),
                                 sorted(map(int, os.listdir("/proc/%d/task" % process.pid))))
                for thread, name, stack, place in threads:
                    self.assertEqual(name, Path("/proc/%d/task/%d/comm" % (process.pid, thread)).read_text().strip())
                    if kind == "live" and stack == 0:
                        continue  # it was running
                    self.assertLessEqual(snapshot.ask("range", stack)["begin"], stack)
                    self.assertIn("libc", snapshot.ask("range", place)["path"])
        self.wake(process, "woke 1\n")

    def test_the_best_is_chosen_by_size(self):
        for size, kind in ((1, "copied"), (100, "frozen")):
            process, _ = self.start_target("hold", size * MEGABYTE)
            with Snapshot("best", process.pid) as snapshot:
                self.assertEqual(snapshot.facts["kind"], kind, snapshot.facts["notes"])


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


class Refused(Snapshots):
    def test_what_is_no_process_to_look_at(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                self.assertEqual(self.refusal(kind, 2 ** 22 + 5), "There is no process 4194309\n")
                self.assertEqual(self.refusal(kind, 2), "Process 2 is a kernel thread\n")
                dead = subprocess.Popen(["true"])
                os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
                self.assertEqual(self.refusal(kind, dead.pid), "Process %d has ended (it is a zombie)\n" % dead.pid)
                dead.wait()

    def test_a_process_that_is_traced_can_be_read_live_only(self):
        process = self.launch("in_read")
        holder = self.open("frozen", process)
        copy = self.copies_of(process)[0]
        for kind in ONE_MOMENT:
            self.assertEqual(self.refusal(kind, copy), "Process %d is traced by process %d (snapshot_tool) already\n" %
                             (copy, holder.process.pid))
        with self.open("live", copy):
            pass
        self.close(holder)

    def assert_copied_instead(self, process, reason, **keywords):
        with Snapshot("frozen", process.pid, **keywords) as snapshot:
            self.assertEqual(snapshot.facts["kind"], "copied")
            self.assertTrue(snapshot.facts["notes"][0].startswith("No copy could be frozen: it " + reason),
                            snapshot.facts["notes"])

    def test_a_process_that_adopts_orphans_is_copied(self):
        adopts = "import ctypes; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0); print(1, flush=True); input()"
        process = subprocess.Popen([sys.executable, "-c", adopts], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end, process)
        process.stdout.readline()
        self.assert_copied_instead(process, "adopts orphans")
        self.assertEqual(children_of(process.pid), [])
        self.assertEqual(process.communicate(b"\n")[0], b"")
        self.assertEqual(process.returncode, 0)


@needs_root
class Privileges(OtherUser, Snapshots):
    def setUp(self):
        super().setUp()
        self.tool = self.folder / "bin/snapshot_tool"
        self.copy(TOOL, self.tool)
        self.own = {**self.identity, "tool": self.tool}

    def go_on_to_the_end(self, process):
        self.wake(process, "woke 1\n")
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_an_ordinary_user_and_root_look_at_a_program(self):
        process = self.launch_as_other("busily")
        for keywords in (self.own, {}):
            for kind in KINDS:
                with self.open(kind, process, **keywords):
                    pass
        self.go_on_to_the_end(process)

    def test_programs_of_others_are_none_of_an_ordinary_users_business(self):
        process = self.launch("in_read")
        for kind in KINDS:
            snapshot = Snapshot(kind, process.pid, **self.own)
            status, errors = snapshot.close()
            self.assertEqual(status, 1)
            self.assertIn("belongs to another user (root)", errors)

    def test_filters_are_suspended_by_root_and_avoided_by_others(self):
        for state in (["forbidden", "kill"], ["confined"]):
            with self.subTest(state=state):
                process = self.launch_as_other(*state)
                with self.open("frozen", process):
                    pass
                with Snapshot("frozen", process.pid, **self.own) as snapshot:
                    self.assertEqual(snapshot.facts["kind"], "copied")
                    self.assertIn("seccomp filter", snapshot.facts["notes"][0])
                self.go_on_to_the_end(process)

    def wait_until_resident(self, pid, size):
        deadline = time.monotonic() + PATIENCE
        while resident(pid) < size and time.monotonic() < deadline:
            time.sleep(0.01)

    def start_in_namespace(self, *command):
        """In a PID namespace of its own, whose first process is the first of the command. Returns the Python process's
        id and the one that leads to it."""
        code = "print('started', flush=True); input()"
        process = subprocess.Popen(["unshare", "--pid", "--fork", "--kill-child", *command, sys.executable, "-c", code],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        if process.stdout.readline() != "started\n":
            self.skipTest("this system makes no PID namespaces")
        inside = process.pid
        while children := children_of(inside):
            inside = children[0]
        return inside, process

    def test_the_first_process_of_a_namespace_is_copied(self):
        pid, process = self.start_in_namespace()
        with Snapshot("frozen", pid) as snapshot:
            self.assertEqual(snapshot.facts["kind"], "copied")
            self.assertIn("the first process of a PID namespace", snapshot.facts["notes"][0])
        process.communicate("\n")
        self.assertEqual(process.returncode, 0)

    def test_another_process_of_a_namespace(self):
        """Known by other numbers there."""
        pid, process = self.start_in_namespace("sh", "-c", '"$@"; exit $?', "sh")
        self.assertNotEqual(os.readlink("/proc/%d/ns/pid" % pid), os.readlink("/proc/self/ns/pid"))
        for _ in range(3):
            with self.open("frozen", pid):
                self.assertEqual(children_of(pid), [])
        process.communicate("\n")
        self.assertEqual(process.returncode, 0)

    def test_limits_on_memory(self):
        """A copy would count where the program counts, and it could be killed for it."""
        with limited_memory(self, 200 * MEGABYTE) as join:
            process, _ = self.start_target("count_up", 120 * MEGABYTE,
                                           preexec_fn=lambda: join.write_text(str(os.getpid())))
            self.wait_until_resident(process.pid, 120 * MEGABYTE)
            with Snapshot("frozen", process.pid) as snapshot:
                facts = snapshot.facts
            process.kill()
            process.wait()
        self.assertEqual(facts["kind"], "copied")
        self.assertRegex(facts["notes"][0], r"it may take \d+ MB more memory, and could come to need \d+ MB")

    def test_limits_on_processes(self):
        limit = (resource.RLIMIT_NPROC, (1, 1))
        process = self.launch_as_other("in_read", preexec_fn=lambda: resource.setrlimit(*limit))
        with Snapshot("frozen", process.pid, **self.own) as snapshot:
            self.assertEqual(snapshot.facts["kind"], "copied")
            self.assertIn("Resource temporarily unavailable", snapshot.facts["notes"][0])
        self.go_on_to_the_end(process)
