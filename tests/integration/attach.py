# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Recording programs that run already: they go on as if nothing had been, and what they allocate from then on counts.
"""
import array
import importlib.util
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import interpreters
from capture import Amount
from profiled import LIBRARIES, MEMRAY, PATIENCE, TARGETS, Profiled, lines_of, with_every_interpreter

CALLS = LIBRARIES / "calls.so"
TARGET = TARGETS / "attachable.py"
AFTER = (Amount(100, 100 * 5001),) * 2
PAYLOAD = "/memfd:memray-payload"


def maps_of(pid):
    """(begin, end, permissions, path) of each mapping."""
    for line in Path("/proc/%d/maps" % pid).read_text().splitlines():
        fields = line.split(maxsplit=5)
        begin, end = (int(address, 16) for address in fields[0].split("-"))
        yield begin, end, fields[1], fields[5] if len(fields) > 5 else ""


def words_into_payload(pid):
    """Addresses of words, in data that a linker or loader has filled in, that point into the payload's code."""
    maps = list(maps_of(pid))
    code = [(begin, end) for begin, end, _, path in maps if path.startswith(PAYLOAD)]
    found = []
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        for begin, end, permissions, path in maps:
            if not path.startswith("/") or "memfd:" in path or "x" in permissions or "p" not in permissions:
                continue
            memory.seek(begin)
            words = array.array("Q", memory.read(end - begin))
            found += [begin + 8 * index for index, word in enumerate(words)
                      if word > 1 << 32 and any(low <= word < high for low, high in code)]
    return found


def status_of(pid, name):
    return re.search(r"^%s:\s*(.*)$" % name, Path("/proc/%d/status" % pid).read_text(), re.MULTILINE)[1]


def children_of(pid):
    try:
        return [int(child) for child in Path("/proc/%d/task/%d/children" % (pid, pid)).read_text().split()]
    except FileNotFoundError:
        return []


def footprint(pid):
    return len(os.listdir("/proc/%d/fd" % pid)), len(os.listdir("/proc/%d/task" % pid))


class Attached(Profiled):
    def launch(self, *arguments, python=interpreters.DEBIAN, target=TARGET):
        process = subprocess.Popen([python, str(target), str(CALLS), *map(str, arguments)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        self.assertEqual(process.stdout.readline(), "waiting\n")
        return process

    def wake(self, process, expected):
        process.stdin.write("x")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), expected)

    def attach(self, process, *options):
        done = self.memray("attach", process.pid, "-f", "-o", self.path, *options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def detach(self, process):
        done = self.memray("detach", process.pid)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "Recorded process %d into %s\n" % (process.pid, self.path), ""))

    def assert_recorded(self):
        capture = self.capture()
        self.assertEqual(capture.at(TARGET, lines_of(TARGET.name)["after"], "malloc")[1:], AFTER)
        self.assert_nothing_lost(capture)
        return capture

    def holder_of(self, process):
        done = self.memray("attach", process.pid, "-f", "-o", self.folder / "other")
        self.assert_one_line_of_error(done)
        return int(re.search(r"is being recorded already, by process (\d+)", done.stderr)[1])


class EveryState(Attached):
    def check(self, state, python, *options):
        process = self.launch(state, python=python)
        before = footprint(process.pid)
        self.attach(process, *options)
        if state == "in_sleep":
            self.assertEqual(process.stdout.readline(), "woke 1\n")
        else:
            self.wake(process, "woke 1\n")
        self.detach(process)
        self.assertEqual(words_into_payload(process.pid), [])
        if state in ("in_read", "in_sleep", "in_select"):
            self.assertEqual(footprint(process.pid), before)
        self.assert_recorded()
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)

    @with_every_interpreter
    def test_a_program_that_waits_goes_on_waiting(self, python):
        for state in ("in_read", "in_sleep", "in_select", "in_epoll", "in_lock", "in_waitpid"):
            with self.subTest(state=state):
                self.check(state, python)

    @with_every_interpreter
    def test_a_busy_program_goes_on_working(self, python):
        self.check("busily", python)

    @with_every_interpreter
    def test_python_allocators_are_recorded_on_demand(self, python):
        self.check("busily", python, "--trace-python-allocators", "--aggregate")

    def test_a_program_that_computes_without_the_gil(self):
        if importlib.util.find_spec("numpy") is None:
            self.skipTest("no numpy")
        self.check("in_numpy", interpreters.DEBIAN)

    def test_any_number_of_threads(self):
        for count in (1, 50, 1000):
            process = self.launch("with_threads", count)
            self.assertEqual(process.stdout.readline(), "started\n")
            self.attach(process)
            self.wake(process, "woke 1\n")
            self.detach(process)
            self.assert_recorded()

    def test_a_stopped_program_stays_stopped(self):
        process = self.launch("in_read")
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        self.attach(process)
        self.assertEqual(status_of(process.pid, "State"), "T (stopped)")
        process.send_signal(signal.SIGCONT)
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()


class AgainAndAgain(Attached):
    def test_fifty_times_a_program_that_checks_its_results(self):
        process = self.launch("working")
        for _ in range(50):
            self.attach(process)
            self.detach(process)
        self.assertEqual(words_into_payload(process.pid), [])
        self.assertEqual(sum("x" in permissions and path.startswith(PAYLOAD)
                             for _, _, permissions, path in maps_of(process.pid)), 1)
        self.attach(process)
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)

    @with_every_interpreter
    def test_threads_inside_hooks_survive_the_end_of_a_recording(self, python):
        process = self.launch("deep", python=python)
        for _ in range(6):
            self.attach(process)
            self.detach(process)
        self.attach(process)
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_a_second_recording_is_refused_unless_it_replaces_the_first(self):
        process = self.launch("in_read")
        self.attach(process)
        self.assertEqual(status_of(self.holder_of(process), "Name"), "memray")
        first = self.path
        self.path = self.folder / "second.bin"
        self.attach(process, "--force-detach")
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()
        self.path = first
        self.assertEqual(self.capture().header["ending"], "was still running when the recording ended")

    def test_a_recorder_that_was_killed_leaves_a_program_that_works(self):
        process = self.launch("busily")
        self.attach(process)
        os.kill(self.holder_of(process), signal.SIGKILL)
        time.sleep(0.5)  # the rings fill up
        done = self.memray("detach", process.pid)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("has died; its hooks were taken out", done.stdout)
        self.assertEqual(words_into_payload(process.pid), [])
        self.attach(process)
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()

    def test_a_recorder_that_is_killed_while_it_attaches_leaves_a_program_that_works(self):
        process = self.launch("working")
        for step in range(30):
            attaching = subprocess.Popen([MEMRAY, "attach", str(process.pid), "-f", "-o", str(self.path)],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.003 * step)  # anywhere from its first step to after its last
            for pid in [attaching.pid, *children_of(attaching.pid)]:
                os.kill(pid, signal.SIGKILL)
            attaching.wait()
        # What is still entering it lets go first, and recorders that had returned already are ended.
        deadline = time.monotonic() + PATIENCE
        while status_of(process.pid, "TracerPid") != "0" and time.monotonic() < deadline:
            time.sleep(0.01)
        self.memray("detach", process.pid)
        self.assertEqual(words_into_payload(process.pid), [])
        self.attach(process)
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()


class Endings(Attached):
    def wait_for_end(self):
        deadline = time.monotonic() + PATIENCE
        while (capture := self.capture()).header["ending"] == "not known" and time.monotonic() < deadline:
            time.sleep(0.05)
        return capture

    def test_the_end_of_the_program_ends_the_recording(self):
        process = self.launch("in_read")
        self.attach(process)
        holder = self.holder_of(process)
        self.wake(process, "woke 1\n")
        self.wake(process, "end\n")
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        deadline = time.monotonic() + PATIENCE
        while os.path.exists("/proc/%d" % holder) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.wait()
        self.assertEqual(self.assert_recorded().header["ending"], "exited with code 0")

    def test_the_duration_ends_it(self):
        process = self.launch("in_read")
        self.attach(process, "--duration", "1")
        self.wake(process, "woke 1\n")
        self.assertEqual(self.wait_for_end().header["ending"], "was still running when the recording ended")
        self.assert_recorded()
        self.wake(process, "end\n")

    def test_ctrl_c_ends_one_that_is_waited_for(self):
        process = self.launch("in_read")
        waiting = subprocess.Popen([MEMRAY, "attach", str(process.pid), "--wait", "-o",
                                    str(self.path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("Ctrl-C ends", waiting.stderr.readline())
        self.wake(process, "woke 1\n")
        waiting.send_signal(signal.SIGINT)
        output, errors = waiting.communicate(timeout=PATIENCE)
        self.assertEqual((waiting.returncode, output, errors),
                         (0, "Recorded process %d into %s\n" % (process.pid, self.path), ""))
        self.assertEqual(words_into_payload(process.pid), [])
        self.assert_recorded()


class Refused(Attached):
    def refused(self, *arguments, status=1):
        done = self.memray(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        if status == 1:
            self.assert_one_line_of_error(done)
        return done.stderr

    def attach_refused(self, pid, *options, status=1):
        return self.refused("attach", pid, "-o", self.path, *options, status=status)

    def test_what_is_no_process_to_enter(self):
        self.assertEqual(self.attach_refused(2 ** 22 + 5), "There is no process 4194309\n")
        sleeper = subprocess.Popen(["sleep", "100"])
        self.addCleanup(sleeper.wait)
        self.addCleanup(sleeper.kill)
        self.assertEqual(self.attach_refused(sleeper.pid), "Process %d does not run CPython\n" % sleeper.pid)
        dead = subprocess.Popen(["true"])
        os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
        self.assertEqual(self.attach_refused(dead.pid), "Process %d has ended (it is a zombie)\n" % dead.pid)
        dead.wait()
        for pid in ("no-number", "0", "-5"):
            self.assertIn("error: ", self.attach_refused(pid, status=2))

    def test_a_python_that_is_too_old(self):
        for python in interpreters.unsupported():
            process = subprocess.Popen([python, "-c", "import sys; sys.stdin.read(); print(6 * 7)"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.addCleanup(self.end, process)
            self.assertRegex(self.attach_refused(process.pid), "not supported|not initialised|does not run CPython")
            self.assertEqual(process.communicate()[0], "42\n")

    def test_a_process_that_is_traced_already(self):
        process = self.launch("in_read")
        tracer = subprocess.Popen(["strace", "-p", str(process.pid)], stderr=subprocess.PIPE, text=True) \
            if os.access("/usr/bin/strace", os.X_OK) else self.skipTest("no strace")
        self.addCleanup(self.end_tracer, tracer)
        tracer.stderr.readline()
        self.assertEqual(self.attach_refused(process.pid), "Process %d is traced by process %d (strace) already\n" %
                         (process.pid, tracer.pid))

    @staticmethod
    def end_tracer(tracer):
        tracer.terminate()
        tracer.communicate()

    def test_output_that_exists_or_cannot_be_made(self):
        process = self.launch("in_read")
        self.path.write_text("mine")
        self.assertIn("it already exists", self.attach_refused(process.pid))
        self.assertEqual(self.path.read_text(), "mine")
        self.path = self.folder / "missing" / "capture.bin"
        self.assertIn("No such file or directory", self.attach_refused(process.pid))
        self.assertEqual([path for _, _, _, path in maps_of(process.pid) if path.startswith(PAYLOAD)], [])

    def test_detaching_from_what_is_not_recorded(self):
        process = self.launch("in_read")
        self.assertEqual(self.refused("detach", process.pid),
                         "Process %d is not being recorded: no previous `memray attach` call\n" % process.pid)
        self.assertEqual(self.refused("detach", 2 ** 22 + 5), "There is no process 4194309\n")

    def test_options_that_are_not_there_yet(self):
        for options in (["--native"], ["--follow-fork"]):
            self.assertIn("is not available yet", self.attach_refused("1", *options, status=2))
        self.assertIn("is not available yet", self.refused("attach", "1", status=2))
