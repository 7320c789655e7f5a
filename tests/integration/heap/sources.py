# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Snapshots of running programs: what they hold, and who may have one."""
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from attach_states import needs_root
from cgroups import limited_memory
from other_users import OtherUser
from profiled import PATIENCE
from snapshot import TOOL, Snapshot
from snapshotted import KINDS, MEGABYTE, ONE_MOMENT, Snapshots, children_of, resident


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
