# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Processes that execute other Pythons: what is recorded of those, and that nothing else changes."""
import os
import re
import subprocess
import sys
from pathlib import Path

import interpreters
from capture import Amount
from children import CALLS, Children, processes_that_mention
from profiled import (LIBRARIES, PATIENCE, TARGETS, adopt_orphans, with_embeddable_interpreters,
                      with_every_interpreter)

EXECUTES = TARGETS / "children/executes.py"
EXECUTED = TARGETS / "children/executed.py"
FOLLOW = ["--follow-exec"]


def another_python(python):
    """Of another version, if this machine has one."""
    return next((other for other in interpreters.supported()
                 if interpreters.version_of(other) != interpreters.version_of(python)), python)


class Executed(Children):
    def follow(self, way, count, options=(), child=None, python=interpreters.DEBIAN, **keywords):
        done = self.profile(EXECUTES, CALLS, way, count, child or python, options=[*FOLLOW, *options], python=python,
                            **keywords)
        self.assert_nobody_is_left()
        return done

    def numbers(self, marker="child", target=EXECUTED):
        """How many allocations each capture of another process has at that line; none is left out."""
        found = []
        for path in self.folder.glob(self.path.name + ".*"):
            capture = self.capture(path)
            amount = self.at(capture, marker, target)
            self.assertEqual(amount, Amount(amount.count, amount.count * 777))
            self.assert_nothing_lost(capture)
            if amount.count and marker == "child":
                self.assertEqual(capture.header["ending"], "exited with code %d" % (amount.count % 100))
            found.append(amount.count)
        return sorted(number for number in found if number)

    def assert_executed(self, count):
        parent = self.capture()
        self.assertEqual(self.at(parent, "before", EXECUTES), Amount(100, 100 * 5001))
        self.assertEqual(self.at(parent, "after", EXECUTES), Amount(100, 100 * 5003))
        self.assert_nothing_lost(parent)
        self.assertEqual(self.numbers(), list(range(1, count + 1)))


class FollowExec(Executed):
    @with_every_interpreter
    def test_each_python_that_is_executed_has_a_capture_with_exactly_what_it_did(self, python):
        for way in ("run", "spawned"):
            with self.subTest(way=way):
                self.use_new_folder()
                self.follow(way, 2, python=python)
                self.assert_executed(2)

    def test_whichever_way_it_is_executed(self):
        for way in ("forked", "shell", "env", "path", "failing", "in_threads", "chain"):
            with self.subTest(way=way):
                self.use_new_folder()
                self.follow(way, 3)
                self.assert_executed(3)

    def test_so_it_is_without_a_log_and_with_the_allocators_of_python(self):
        for options in (["--aggregate"], ["--trace-python-allocators"]):
            with self.subTest(options=options):
                self.use_new_folder()
                self.follow("run", 2, options)
                self.assert_executed(2)

    @with_every_interpreter
    def test_multiprocessing_spawn_and_forkserver(self, python):
        for way in ("spawn", "forkserver"):
            with self.subTest(way=way):
                self.use_new_folder()
                self.follow(way, 2, python=python)
                self.assertEqual(self.numbers("worker", EXECUTES), [1, 2])

    def test_another_version_of_python(self):
        other = another_python(interpreters.DEBIAN)
        self.follow("run", 2, child=other)
        self.assert_executed(2)
        versions = {self.capture(path).header["python_version"][:4] for path in self.folder.glob("capture.bin.*")}
        self.assertEqual(versions, {("%d.%d" % interpreters.version_of(other)).ljust(4, ".")[:4]})

    def test_a_virtual_environment(self):
        folder = Path(self.folder) / "venv"
        subprocess.run([interpreters.DEBIAN, "-m", "venv", "--without-pip", folder], check=True)
        self.follow("run", 2, child=str(folder / "bin" / "python"))
        self.assert_executed(2)

    def test_many_at_once(self):
        self.follow("at_once", 50)
        self.assert_executed(50)

    def test_a_process_that_replaces_itself_has_two_captures(self):
        done = self.profile(EXECUTES, CALLS, "replace", 7, interpreters.DEBIAN, options=FOLLOW, status=7)
        self.assertEqual(done.stderr, "")
        self.assert_nobody_is_left()
        self.assertEqual(self.numbers(), [7])
        first = self.capture()
        self.assertEqual(first.header["ending"], "replaced itself by another program")
        self.assertEqual(self.at(first, "before", EXECUTES), Amount(100, 100 * 5001))

    def test_a_process_that_runs_already(self):
        for name in ("ready", "go"):
            os.mkfifo(self.folder / name)
        env = {**os.environ, "READY": str(self.folder / "ready"), "GO": str(self.folder / "go")}
        process = subprocess.Popen([sys.executable, EXECUTES, CALLS, "attached", "3", sys.executable], env=env)
        self.addCleanup(self.end, process)
        self.assertEqual((self.folder / "ready").read_text(), "%d\n" % process.pid)
        done = self.memray("attach", process.pid, "-o", self.path, *FOLLOW)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.go_on()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assert_nobody_is_left()
        self.assertEqual(self.numbers(), [1, 2, 3])

    def test_without_it_nothing_is_recorded_of_what_is_executed(self):
        self.profile(EXECUTES, CALLS, "run", 2, interpreters.DEBIAN, options=["--follow-fork"])
        self.assert_nobody_is_left()
        self.assertEqual(self.numbers(), [])

    def test_other_programs_run_as_ever_and_leave_nothing(self):
        source = "import os, subprocess as s\n" \
                 "assert s.run(['/bin/sh', '-c', 'kill -TERM $$']).returncode == -15\n" \
                 "assert s.run(['/bin/sh', '-c', 'sleep 0.1 & wait; exit 9']).returncode == 9\n" \
                 "assert s.run('echo a | cat', shell=True, stdout=s.PIPE).stdout == b'a\\n'\n" \
                 "assert os.system('exit 3') == 3 << 8\n" \
                 "assert os.popen('echo b').read() == 'b\\n'\n" \
                 "assert s.run(['/bin/sh', '-c', 'grep -c . /proc/self/status > /dev/null']).returncode == 0\n"
        done = self.profile("-c", source, options=FOLLOW)
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        self.assert_nobody_is_left()
        self.assertEqual([path.name for path in self.folder.iterdir()], [self.path.name])

    def test_a_recorder_that_dies_leaves_nothing_stopped(self):
        adopt_orphans()
        process, _ = self.start(EXECUTES, CALLS, "attached", 3, interpreters.DEBIAN, options=FOLLOW)
        followers = [pid for pid in processes_that_mention(self.folder) if pid != process.pid
                     and re.search(r"PPid:\s*%d\n" % process.pid, Path("/proc/%d/status" % pid).read_text())
                     and "memray" in Path("/proc/%d/comm" % pid).read_text()]
        self.assertEqual(len(followers), 1)
        os.kill(followers[0], 9)
        self.go_on()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertEqual(self.at(self.capture(), "after", EXECUTES), Amount(100, 100 * 5003))
        self.assertEqual(self.numbers(), [])


class TracerKilled(Executed):
    """The process that traces what is executed dies at its requests, as SIGKILL has it: before one, its tracees having
    stood still or run on meanwhile, or right after."""

    STRIDE = int(os.environ.get("MEMRAY_TEST_STRIDE", "71"))
    SOURCE = "import subprocess as s\n" \
             "done = s.run(%r, shell=True, capture_output=True)\n" \
             "print(done.returncode, done.stdout, done.stderr)\n"

    def run_doomed(self, command, at):
        """Whether it got through."""
        self.use_new_folder()
        environment = {**os.environ, "LD_PRELOAD": str(LIBRARIES / "doomed.so"), "DOOMED_AT": str(at)}
        done = self.memray("run", "-q", "-o", self.path, *FOLLOW, "-c", self.SOURCE % command, env=environment)
        self.assertEqual((done.returncode, done.stdout), (0, "4 b'5\\n' b''\n"),
                         "a tracer that was killed at request %d: %s" % (at, done.stderr))
        return any(self.capture(path).header["ending"].startswith("exited with code")
                   for path in self.folder.glob(self.path.name + ".*") if path.stat().st_size)  # 0: it had just begun

    def kill_at_requests(self, command, direction, least):
        count = next(at for at in range(1, 9999, self.STRIDE) if self.run_doomed(command, direction * at))
        self.assertGreater(count, least)

    def test_pythons_that_shells_start_run_on(self):
        python = interpreters.oldest_and_newest()[0]
        self.kill_at_requests("%s -S -c 'print(5)'; exit 4" % python, 1, 300)

    def test_so_it_is_when_it_dies_right_after(self):
        python = interpreters.oldest_and_newest()[-1]
        self.kill_at_requests("%s -S -c 'print(5)'; exit 4" % python, -1, 300)

    def test_a_program_whose_plugin_embeds_python_runs_on(self):
        command = [LIBRARIES / "plugin_host", "here", LIBRARIES / "embedding_plugin.so", EXECUTED, CALLS, 6]
        self.kill_at_requests(" ".join(map(str, command)) + "; echo 5; exit 4", 1, 100)


class Commands(Executed):
    """memray run --exec"""

    def execute(self, *command, status=0, **keywords):
        done = self.memray("run", "-q", "-f", "-o", self.path, "--exec", "--", *command, **keywords)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assert_nobody_is_left()
        return done

    def test_a_command_that_is_python_is_recorded_into_the_output(self):
        done = self.execute(interpreters.DEBIAN, EXECUTED, CALLS, 7, 2, 3, status=7)
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        first = self.capture()
        self.assertEqual(self.at(first, "child", EXECUTED), Amount(7, 7 * 777))
        self.assertEqual(first.header["ending"], "exited with code 7")
        self.assertEqual(self.numbers(), [2, 3])

    def test_who_holds_back_or_handles_the_signal_of_the_tracer_notices_nothing(self):
        holding_back = "import os, signal, sys\n" \
                       "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGURG})\n" \
                       "os.execv(%r, ['python3', *sys.argv[1:]])\n" % interpreters.DEBIAN
        source = "import signal; print(signal.sigpending(), signal.pthread_sigmask(0, []), signal.getsignal(23))"
        done = self.execute(interpreters.DEBIAN, "-c", holding_back, "-c", source)
        self.assertEqual(done.stdout, "set() {<Signals.SIGURG: 23>} 0\n")
        done = self.execute(interpreters.DEBIAN, "-c", holding_back, EXECUTED, CALLS, 5, status=5)
        self.assertEqual(self.numbers(), [5])

    def test_a_shell_script_that_runs_several(self):
        script = self.folder / "script"
        script.write_text("#!/bin/sh\n%s\n(exec %s) | cat\n%s &\nwait\nexit 5\n" % tuple(
            "%s %s %s %d" % (interpreters.DEBIAN, EXECUTED, CALLS, number) for number in (1, 2, 3)))
        script.chmod(0o755)
        self.execute(script, status=5)
        self.assertEqual(self.numbers(), [1, 2, 3])
        self.assertFalse(self.path.exists())

    def test_a_script_that_ends_in_python(self):
        script = self.folder / "script"
        script.write_text("#!/bin/sh\nexec %s %s %s 4\n" % (interpreters.DEBIAN, EXECUTED, CALLS))
        script.chmod(0o755)
        self.execute(script, status=4)
        self.assertEqual(self.at(self.capture(), "child", EXECUTED), Amount(4, 4 * 777))

    @with_embeddable_interpreters
    def test_a_program_that_embeds_python(self, python):
        program = self.folder / "embedding"
        embedding = TARGETS / "embedding"
        for sources in ((), ("-Dmain=program", embedding / "in_a_thread.c", "-pthread")):
            subprocess.run(["cc", embedding / "embedding.c", *sources, "-o", program,
                            *interpreters.embedding_flags(python)], check=True)
            for record in (lambda *arguments: self.execute(program, *arguments, status=6),
                           lambda *arguments: self.profile(*arguments, python=program, status=6)):
                record(EXECUTED, CALLS, 6)
                self.assertEqual(self.at(self.capture(), "child", EXECUTED), Amount(6, 6 * 777))
                self.path.unlink()

    def test_a_program_whose_plugin_embeds_python(self):
        for way in ("here", "fork", "child"):
            with self.subTest(way=way):
                self.use_new_folder()
                self.execute(LIBRARIES / "plugin_host", way, LIBRARIES / "embedding_plugin.so", EXECUTED, CALLS, 6,
                             status=6)
                self.assertEqual(self.numbers() or [self.at(self.capture(), "child", EXECUTED).count], [6])

    def test_signals_and_the_end_of_the_command_are_passed_on(self):
        self.execute("/bin/sh", "-c", "kill -USR1 $$", status=-10)

    def test_a_command_without_any_python_is_told(self):
        done = self.execute("/bin/sh", "-c", "exit 3", status=3)
        self.assertEqual(done.stderr, "memray: /bin/sh started no Python that could be recorded\n")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_what_cannot_be_executed_is_refused(self):
        def refused(*command):
            done = self.memray("run", "-o", self.path, "--exec", "--", *command)
            self.assert_one_line_of_error(done)
            self.assertEqual(list(self.folder.iterdir()), [])
            return done.stderr
        self.assertIn("command not found", refused("no-such-command"))
        self.assertIn("No such file", refused("/no/such/command"))
        self.assertIn("setuid", refused("/bin/su"))
        self.assertIn("not an executable file", refused(EXECUTED))

    def test_nothing_is_overwritten_without_force(self):
        self.path.write_text("mine")
        done = self.memray("run", "-o", self.path, "--exec", "--", interpreters.DEBIAN, "-c", "pass")
        self.assert_one_line_of_error(done)
        self.assertEqual(self.path.read_text(), "mine")
