# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Numbers of processes mean something in their own PID namespace only, and targets may write any: what is recorded is
the family of the target, and nobody else is touched."""
import os
import select
import subprocess
from pathlib import Path

import interpreters
from capture import Amount
from executed import EXECUTED, Executed
from profiled import LIBRARIES, PATIENCE, TARGETS, with_every_interpreter

CALLS = LIBRARIES / "calls.so"
LIAR = LIBRARIES / "liar.so"
NAMESPACED = TARGETS / "children/namespaced.py"
LIES = TARGETS / "children/lies.py"
NOBODY = 65534
UNSHARE = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--pid", "--fork", "--mount-proc"]

# Says at its end whether anybody has traced it or put something of memray's into it.
DECOY = """
import os, select, sys
if sys.argv[1] == "orphan" and os.fork() != 0:
    os._exit(0)
print(os.getpid(), flush=True)
touched = False
while not select.select([sys.stdin], [], [], 0.002)[0]:
    touched = touched or "TracerPid:\\t0\\n" not in open("/proc/self/status").read()
print(touched or "memray" in open("/proc/self/maps").read(), flush=True)
"""


class Decoy:
    def __init__(self, kind="child"):
        user = NOBODY if kind == "other" and os.geteuid() == 0 else None
        self.process = subprocess.Popen(["/usr/bin/python3", "-c", DECOY, kind], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, cwd="/", user=user)
        self.pid = int(self.process.stdout.readline())

    def was_touched(self):
        """Ends it."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline() != "False\n"


def only_child_of(pid):
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if "\nPPid:\t%d\n" % pid in status.read_text():
                found.append(int(status.parent.name))
        except OSError:
            pass
    assert len(found) == 1, found
    return found[0]


class Family(Executed):
    def decoys(self, *kinds):
        decoys = [Decoy(kind) for kind in kinds]
        for decoy in decoys:
            self.addCleanup(self.end, decoy.process)
        return decoys

    def assert_untouched(self, decoys):
        self.assertEqual([decoy.pid for decoy in decoys if decoy.was_touched()], [])
        recorded = {int(path.name.split(".")[2]) for path in self.folder.glob(self.path.name + ".*")}
        self.assertEqual(recorded & {decoy.pid for decoy in decoys}, set())


class Namespaces(Family):
    def start_inside(self, way, python, numbers):
        for name in ("ready", "go"):
            os.mkfifo(self.folder / name)
        env = {**os.environ, "READY": str(self.folder / "ready"), "GO": str(self.folder / "go")}
        process = subprocess.Popen([*UNSHARE, python, NAMESPACED, CALLS, way, python, *map(str, numbers)], env=env,
                                   stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        self.wait_until_ready(numbers[0])
        return process

    def wait_until_ready(self, number):
        descriptor = os.open(self.folder / "ready", os.O_RDWR)
        self.addCleanup(os.close, descriptor)
        self.assertTrue(select.select([descriptor], [], [], PATIENCE)[0])
        self.assertEqual(int(os.read(descriptor, 100)), number)

    def follow_inside(self, way, python, count):
        """Each number inside is that of an unrelated process outside."""
        self.use_new_folder()
        decoys = self.decoys(*["child"] * (count + 1))
        process = self.start_inside(way, python, [decoy.pid for decoy in decoys])
        target = self.attach_from_outside(process)
        self.end_inside(process)
        parent = self.capture()
        self.assertEqual(parent.header["pid"], str(target))
        self.assertEqual(self.at(parent, "before", NAMESPACED), Amount(100, 100 * 5001))
        self.assertEqual(self.at(parent, "after", NAMESPACED), Amount(100, 100 * 5003))
        self.assert_nothing_lost(parent)
        self.assert_untouched(decoys)

    def attach_from_outside(self, process):
        """Returns the id of the target there."""
        target = only_child_of(only_child_of(process.pid))
        done = self.memray("attach", target, "-o", self.path, "--follow-exec")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return target

    def end_inside(self, process):
        self.go_on()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assert_nobody_is_left()

    @with_every_interpreter
    def test_forked_children_are_recorded_as_what_they_are_outside(self, python):
        self.follow_inside("fork", python, 3)
        self.assertEqual(self.numbers(target=NAMESPACED), [1, 2, 3])

    def test_so_are_those_that_execute_another_program(self):
        for way in ("execute", "spawn"):
            with self.subTest(way=way):
                self.follow_inside(way, interpreters.DEBIAN, 3)
                self.assertEqual(self.numbers(target=EXECUTED), [1, 2, 3])

    def test_and_first_processes_of_further_namespaces_who_all_have_the_same_number(self):
        self.follow_inside("nested", interpreters.DEBIAN, 4)
        self.assertEqual(self.numbers(target=NAMESPACED), [1, 2, 3, 4])


    def test_its_threads_are_called_what_they_are_called_there(self):
        self.use_new_folder()
        decoys = self.decoys("child")
        process = self.start_inside("named", interpreters.DEBIAN, [decoys[0].pid])
        target = self.attach_from_outside(process)
        self.go_on()
        self.wait_until_ready(decoys[0].pid)
        taken = self.folder / "snapshot.bin"
        done = self.memray("snapshot", target, "-o", taken)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.end_inside(process)
        capture = self.capture(taken)
        sites = [site for site in capture.sites if site.frames and site.frames[0].function == "named_work"]
        self.assertEqual({capture.threads[site.thread]["name"] for site in sites}, {"its own name"})


    def test_with_the_numbers_of_other_processes_in_proc_nothing_is_started(self):
        without = [word for word in UNSHARE if word != "--mount-proc"]
        command = self.command("-c", "print('started')")
        done = subprocess.run([*without, *command], capture_output=True, text=True, timeout=PATIENCE)
        self.assert_one_line_of_error(done)
        self.assertIn("/proc does not show the PID namespace", done.stderr)
        self.assertEqual(done.stdout, "")


class Lies(Family):
    def test_who_is_named_by_a_lying_target_is_left_alone_and_its_honest_children_are_recorded(self):
        decoys = self.decoys("child", "orphan", "other")
        done = self.profile(LIES, CALLS, LIAR, *(decoy.pid for decoy in decoys), options=["--follow-exec"])
        self.assertRegex(done.stderr, r"\Amemray: a process that calls itself \d+ is not recorded: [^\n]*\n\Z")
        self.assert_nobody_is_left()
        self.assert_untouched(decoys)
        self.assertEqual(self.numbers(target=LIES), [1])
        self.assertEqual(self.numbers(target=EXECUTED), [2])
