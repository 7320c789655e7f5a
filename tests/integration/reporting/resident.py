# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What was there before a recording, and what was resident while it went on: numbers of programs whose memory is known."""
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from attached import Attached, status_of
from profiled import PATIENCE, TARGETS

TARGET = TARGETS / "attaching/resident.py"
MB = 1 << 20
TOLERANCE = 6 * MB  # what Python, the library and its shared memory come and go with


class Reported(Attached):
    def metadata(self, path=None):
        done = self.memray("summary", "--json", path or self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)["metadata"]


class Resident(Reported):
    def near(self, size, expected):
        self.assertAlmostEqual(size, expected, delta=TOLERANCE)

    def write(self, process):
        process.stdin.write("x")
        process.stdin.flush()

    def resident(self, process, name):
        return int(status_of(process.pid, name).split()[0]) * 1024

    def wait_until(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertTrue(condition())

    def make_look(self, process):
        """The recorder looks at what is there now, as for every snapshot."""
        path = self.folder / "snapshot.bin"
        self.assertEqual(self.memray("snapshot", process.pid, "-f", "-o", path).returncode, 0)
        return path

    def recorded(self, *options, arguments=()):
        """Of the target, attached to where it says "waiting", and ended by a signal while it waits for its last byte."""
        process = self.launch_command(["/usr/bin/python3", TARGET, *arguments])
        anonymous = self.resident(process, "RssAnon")
        self.assertGreater(anonymous, 60 * MB)
        self.attach(process, *options)
        self.write(process)
        self.wait_until(lambda: self.resident(process, "RssAnon") > anonymous + 35 * MB)
        self.make_look(process)
        self.write(process)
        self.wait_until(lambda: self.resident(process, "RssShmem") > 18 * MB)
        self.make_look(process)
        return process, anonymous

    def has_written_down(self, shared):
        end = self.metadata()["processes"][0]["end"]
        return end is not None and end["shared"] > shared

    def assert_moments(self, process, anonymous):
        start, heap_peak, own_peak, end = (process[name] for name in ("start", "heap_peak", "own_peak", "end"))
        for moment in (start, heap_peak, own_peak, end):
            self.assertEqual(moment["rss"], moment["anonymous"] + moment["file"] + moment["shared"])
            self.assertGreater(moment["file"], MB)
        self.near(start["anonymous"], anonymous)
        for peak in (heap_peak, own_peak):
            self.near(peak["anonymous"], anonymous + 40 * MB)
            self.near(peak["shared"], start["shared"])
        self.near(end["anonymous"], anonymous - 60 * MB)
        self.near(end["shared"], start["shared"] + 20 * MB)

    def test_an_attached_program_has_what_it_had_before_and_at_each_moment(self):
        process, anonymous = self.recorded()
        snapshot = self.make_look(process)
        self.detach(process)
        for path in (self.path, snapshot):
            with self.subTest(path=path.name):
                metadata = self.metadata(path)
                [told] = metadata["processes"]
                self.assertEqual((told["pid"], told["began"]), (process.pid, "attached"))
                self.assert_moments(told, anonymous)
                self.assertGreaterEqual(metadata["earlier_frees"], 1)
        self.assert_said_first(process, anonymous)

    def assert_said_first(self, process, anonymous):
        frees = self.metadata()["earlier_frees"]
        for report in ("summary", "tree"):
            before, freed = self.memray(report, self.path).stdout.splitlines()[:2]
            size, own = re.match(r"([\d.]+)MB was resident when recording began, \d+ s after the process had started "
                                 r"\(anonymous ([\d.]+)MB, files [\d.]+MB, shared [\d.]+[kM]?B\); below is what came after$",
                                 before).groups()
            self.near(float(own) * 1e6, anonymous)
            self.assertGreater(float(size), float(own))
            self.assertEqual(freed, "Freed since: %d block%s allocated before" % (frees, "" if frees == 1 else "s"))
        old, old_freed, new = self.memray("diff", self.path, self.path).stdout.splitlines()[:3]
        self.assertEqual((old, old_freed, new), ("Old capture: " + before, "Old capture: " + freed,
                                                 "New capture: " + before))

    def test_an_aggregated_capture_of_a_killed_recorder_has_it_too(self):
        for options in (["--aggregate"], []):
            with self.subTest(options=options):
                self.use_new_folder()
                process, anonymous = self.recorded(*options)
                # Once a second it writes down what it has seen.
                self.wait_until(lambda: self.has_written_down(18 * MB))
                os.kill(self.holder_of(process), signal.SIGKILL)
                [told] = self.metadata()["processes"]
                self.assertEqual(told["began"], "attached")
                self.assert_moments(told, anonymous)
                self.end(process)

    def test_a_forked_child_begins_with_what_its_parent_had(self):
        process, anonymous = self.recorded("--follow-fork", arguments=["fork"])
        done = self.memray("detach", process.pid)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        [child] = [path for path in self.folder.iterdir() if path.name.startswith("capture.bin.")]
        [told] = self.metadata(child)["processes"]
        self.assertEqual(told["began"], "forked")
        self.near(told["start"]["anonymous"], anonymous - 60 * MB)
        self.assertRegex(self.memray("summary", child).stdout,
                         r"\A[\d.]+MB was resident when recording began with the fork \(")
        merged = self.folder / "merged.bin"
        self.assertEqual(self.memray("merge", self.path, child, "-o", merged).returncode, 0)
        both = self.metadata(merged)["processes"]
        self.assertEqual([(entry["pid"], entry["began"]) for entry in both],
                         [(process.pid, "attached"), (told["pid"], "forked")])
        self.assertEqual(both[1]["start"], told["start"])
        said = [line.split(" was resident")[0] for line in self.memray("summary", merged).stdout.splitlines()[:4:2]]
        self.assertEqual([line.split(":")[0] for line in said], ["Process %d" % entry["pid"] for entry in both])

    def test_a_program_recorded_from_its_start_says_what_was_resident_and_nothing_of_before(self):
        self.profile("-c", "kept = bytearray(b'x') * (50 << 20)")
        metadata = self.metadata()
        [told] = metadata["processes"]
        self.assertEqual((told["began"], metadata["beginning"]), ("start", []))
        self.assertLess(told["start"]["rss"], 30 * MB)
        summary = self.memray("summary", self.path).stdout
        self.assertRegex(summary, r"\nResident memory: [\d.]+MB at the start, [\d.]+MB at the heap's peak, "
                                  r"[\d.]+MB at its own peak, [\d.]+MB at the end\n")
        self.assertNotIn("when recording began", summary)


class SecondCgroup(Reported):
    """Version 2 of cgroups, whose files are written here: most machines that tests run on have the memory controller in
    version 1, or in no cgroup of theirs."""
    # In a mount namespace of its own: $1 is the path of its cgroup.
    MAKE = """set -e; mount -t tmpfs none /sys/fs/cgroup; folder=/sys/fs/cgroup$1; shift; mkdir -p "$folder"; cd "$folder"
printf 'anon 1000000\\nfile 2000000\\nkernel 300000\\nkernel_stack 5\\nslab 40000\\nslab_reclaimable 6\\n' >memory.stat
printf 'oom 0\\noom_kill 0\\noom_group_kill 0\\n' >memory.events; echo 123456789 >memory.peak; export CGROUP="$folder"
cd / ; exec "$@" """
    PROGRAM = """import os, time
folder = os.environ["CGROUP"]
time.sleep(0.3)
with open(folder + "/memory.stat", "w") as file:
    file.write("anon 7000000\\nfile 8000000\\nkernel 900000\\nslab 50000\\n")
time.sleep(0.3)
held = bytearray(b"x") * 50_000_000
time.sleep(0.3)
with open(folder + "/memory.events", "w") as file:
    file.write("oom 1\\noom_kill 1\\n")
os.kill(os.getpid(), 9)
"""

    def test_its_numbers_and_its_kills_are_reported(self):
        mount = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/sys/fs/cgroup"]
        if subprocess.run(mount, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("mounting is not permitted")
        (group,) = re.findall(r"^0::(/.*)$", Path("/proc/self/cgroup").read_text(), re.MULTILINE) or ["/"]
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", self.MAKE, "sh", group,
                               *self.command("-c", self.PROGRAM)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (-signal.SIGKILL, ""))
        (told,) = self.metadata()["processes"]
        self.assertEqual(told["start"]["cgroup"], {"anon": 1_000_000, "file": 2_000_000, "slab": 40_000, "kernel": 300_000})
        self.assertEqual(told["heap_peak"]["cgroup"],
                         {"anon": 7_000_000, "file": 8_000_000, "slab": 50_000, "kernel": 900_000})
        self.assertIn("at the start, its cgroup: anon 1.000MB, file 2.000MB, slab 40.000kB, kernel 300.000kB",
                      self.memray("stats", self.path).stdout)
        self.assertEqual(self.metadata()["ending"],
                         "killed by signal 9 (SIGKILL); the oom_kill counter rose: out of memory at 123.457MB")
