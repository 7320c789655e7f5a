# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Recording programs that run already: again and again, to every end, and what is refused."""
import os
import re
import signal
import subprocess
import time

import interpreters
from attached import PAYLOAD, Attached, address_space, footprint, maps_of, status_of, words_into_payload
from profiled import LIBRARIES, MEMRAY, PATIENCE, SOURCE, TARGETS, with_every_interpreter


class AgainAndAgain(Attached):
    def test_a_program_that_checks_its_results_does_not_grow(self):
        """MEMRAY_SOAK=300 makes it longer: scripts/soak."""
        process = self.launch("working")
        self.attach(process)
        self.detach(process)
        mapped = address_space(process.pid)
        for _ in range(int(os.environ.get("MEMRAY_SOAK", "40"))):
            self.attach(process)
            self.detach(process)
        self.assertEqual(words_into_payload(process.pid), [])
        self.assert_only_dormant(process.pid)
        # What the program itself maps meanwhile, mostly arenas of its threads.
        self.assertLess(address_space(process.pid) - mapped, 64 << 20)
        self.attach(process)
        self.record_to_its_end(process)

    @with_every_interpreter
    def test_a_detach_loses_nothing(self, python):
        process = self.launch("busily", python=python)
        recorded = 0
        for _ in range(8):
            self.attach(process, env={**os.environ, "MEMRAY_RING_WORDS": "1024"})
            self.detach(process)
            capture = self.capture()
            recorded += capture.total.count
            self.assert_nothing_lost(capture)
        self.assertGreater(recorded, 0)
        self.wake(process, "woke 1\n")

    @with_every_interpreter
    def test_threads_inside_hooks_survive_the_end_of_a_recording(self, python):
        process = self.launch("deep", python=python)
        for _ in range(6):
            self.attach(process)
            self.detach(process)
        self.attach(process)
        self.record_to_its_end(process)

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


class Killed(Attached):
    """Recorders that end at each step of entering and leaving a program."""
    STEPS = re.findall(r'"([a-z-]+)"[,}]', (SOURCE / "injector/injection/injection_step.h").read_text())

    def wait_until_left(self, process):
        deadline = time.monotonic() + PATIENCE
        while status_of(process.pid, "TracerPid") != "0" and time.monotonic() < deadline:
            time.sleep(0.005)

    def die_at(self, step, process):
        """Of what runs with the name of a step in its environment, the process that records dies there."""
        environment = {**os.environ, "MEMRAY_DIE_AT": step}
        if step.startswith("detach-"):
            self.attach(process, env=environment)
            done = self.memray("detach", process.pid)
        else:
            done = self.memray("attach", process.pid, "-f", "-o", self.path, env=environment)
        self.wait_until_left(process)
        return done

    def test_the_program_works_on_wherever_the_recorder_dies(self):
        self.assertEqual(len(self.STEPS), 16)
        process = self.launch("working")
        for step in self.STEPS:
            with self.subTest(step=step):
                done = self.die_at(step, process)
                if not step.startswith("detach-"):
                    self.assertEqual((done.returncode, done.stderr), (1, "The recording process died\n"))
                self.memray("detach", process.pid)
                self.assertEqual(words_into_payload(process.pid), [])
                self.attach(process)
                self.detach(process)
        self.attach(process)
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()
        self.assert_only_dormant(process.pid)
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)


class TracerKilled(Attached):
    """The process that traces the program dies at each of its requests, as SIGKILL has it: before one, the program
    having run on meanwhile, or right after."""

    def attach_doomed(self, process, at):
        """Whether it got through."""
        environment = {**os.environ, "LD_PRELOAD": str(LIBRARIES / "doomed.so"), "DOOMED_AT": str(at)}
        done = self.memray("attach", process.pid, "-f", "-o", self.path, env=environment)
        if done.returncode == 0:
            return True
        self.assertIsNone(process.poll(), "the program was killed by what the tracer left at a request before %d" % at)
        self.assertEqual((done.returncode, done.stderr), (1, "The process that enters the target has died\n"))
        return False

    def kill_at_each_request(self, process, direction):
        descriptors = footprint(process.pid)[0]
        count = next(at for at in range(1, 1000, 2) if self.attach_doomed(process, direction * at))
        self.assertGreater(count, 60)
        self.detach(process)
        self.attach(process)
        self.assertLessEqual(footprint(process.pid)[0], descriptors)
        self.record_to_its_end(process)

    def test_a_program_that_is_busy_goes_on(self):
        self.kill_at_each_request(self.launch("busily", python=interpreters.oldest_and_newest()[-1]), 1)

    def test_a_program_that_waits_goes_on(self):
        self.kill_at_each_request(self.launch("in_read", python=interpreters.oldest_and_newest()[0]), -1)


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

    def test_frees_of_earlier_memory_are_counted(self):
        frees = []
        for count in (0, 70):
            process = self.launch("with_memory", count)
            self.attach(process)
            self.wake(process, "woke 1\n")
            self.detach(process)
            frees.append(self.assert_recorded().losses["unknown_frees"])
            self.wake(process, "end\n")
        self.assertEqual(frees[1] - frees[0], 70)
        summary = self.memray("summary", self.path).stdout
        before, freed = summary.splitlines()[:2]
        self.assertRegex(before, r"^\d+\.\d{3}MB was resident when recording began, \d+ s after the process had started "
                                 r"\(anonymous [\d.]+[kM]B, files [\d.]+[kM]B, shared [\d.]+[kM]?B\); below is what came after$")
        self.assertEqual(freed, "Freed since: %d blocks allocated before" % frees[1])
        self.assertRegex(summary, r"Tracked: from \d{4}-\d\d-\d\d ")

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
    def test_a_program_that_memray_run_records(self):
        process, pid = self.start(TARGETS / "children/forks.py", LIBRARIES / "calls.so", "attached", 1)
        for options in ((), ("--force-detach",)):
            done = self.memray("attach", pid, *options, "-o", self.folder / "other")
            self.assert_one_line_of_error(done)
            self.assertIn("by process %d, a `memray run`, until it ends" % process.pid, done.stderr)
        self.go_on()
        self.assertEqual(process.wait(PATIENCE), 0)

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
        if not interpreters.unsupported():
            self.skipTest("no CPython before 3.8 here")
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
        self.assertIn("already exists", self.attach_refused(process.pid))
        self.assertEqual(self.path.read_text(), "mine")
        self.path = self.folder / "missing" / "capture.bin"
        self.assertIn("No such file or directory", self.attach_refused(process.pid))
        self.assertEqual([path for _, _, _, path in maps_of(process.pid) if path.startswith(PAYLOAD)], [])

    def test_a_program_that_never_comes_to_a_safe_point(self):
        process = self.launch("in_sort")
        started = time.monotonic()
        self.assertEqual(self.attach_refused(process.pid, "--timeout", "1"),
                         "No thread of process %d came to a point where it can be entered (thread %d: it is inside the "
                         "C library)\n" % (process.pid, process.pid))
        self.assertGreater(time.monotonic() - started, 1)
        self.assertEqual(status_of(process.pid, "TracerPid"), "0")
        self.assertEqual([path for _, _, _, path in maps_of(process.pid) if path.startswith(PAYLOAD)], [])
        self.wake(process, "woke 1\n")
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_a_program_that_ends_meanwhile(self):
        refused = 0
        for moment in range(0, 60, 4):  # milliseconds; on an idle machine all of it takes 30
            process = self.launch("in_read")
            attach = subprocess.Popen([MEMRAY, "attach", str(process.pid), "-f", "-o", str(self.path)],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            time.sleep(moment / 1000)
            process.kill()
            errors = attach.communicate(timeout=PATIENCE)[1]
            self.assertIn((attach.returncode, errors.count("\n")), ((0, 0), (1, 1)), errors)
            refused += attach.returncode
        self.assertGreater(refused, 0)

    def test_detaching_from_what_is_not_recorded(self):
        process = self.launch("in_read")
        self.assertEqual(self.refused("detach", process.pid),
                         "Process %d is not being recorded: no previous `memray attach` call\n" % process.pid)
        self.assertEqual(self.refused("detach", 2 ** 22 + 5), "There is no process 4194309\n")
