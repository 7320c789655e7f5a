# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A recorded program cannot tell that it is recorded, and neither can its caller."""
import json
import os
import pty
import shutil
import signal
import subprocess
from pathlib import Path

import interpreters
from capture import NOTHING
from profiled import LIBRARIES, MEMRAY, PATIENCE, TARGETS, Profiled, lines_of, with_every_interpreter

CALLS = LIBRARIES / "calls.so"
ENDINGS = TARGETS / "signals/endings.py"
WHO_AM_I = TARGETS / "starting/who_am_i.py"
INPUT = "what is typed\n"


class SameProgram(Profiled):
    def direct(self, command, **keywords):
        return subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE, **keywords)

    def assert_same(self, python, *arguments, options=(), python_arguments=(), **keywords):
        keywords = {"input": INPUT, "stdin": None, **keywords}
        expected = self.direct([python, *python_arguments, *arguments],
                               **{name: value for name, value in keywords.items() if name != "stdin"})
        forwarded = [f"--python-arg={argument}" for argument in python_arguments]
        done = self.memray(*self.command(*arguments, python=python, options=[*options, *forwarded])[1:], **keywords)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (expected.returncode, expected.stdout, expected.stderr))
        return done.stdout

    @with_every_interpreter
    def test_script_module_and_text_see_what_they_would_see_without_memray(self, python):
        self.assert_same(python, WHO_AM_I, "a", "-b", "--output=c")
        self.assert_same(python, "-m", "who_am_i", "a", "-b", cwd=WHO_AM_I.parent)
        self.assert_same(python, "-c", WHO_AM_I.read_text(encoding="utf-8"), "a", "-b")
        self.assert_same(python, "../%s" % WHO_AM_I.relative_to(TARGETS), cwd=TARGETS / "signals")
        self.assert_same(python, WHO_AM_I, options=["--trace-python-allocators"])

    @with_every_interpreter
    def test_options_reach_the_interpreter(self, python):
        for options in (["-I"], ["-X", "dev"], ["-O", "-W", "error"], ["-S"]):
            self.assert_same(python, WHO_AM_I, python_arguments=options)

    def test_a_folder_with_a_main_module_runs(self):
        (self.folder / "program").mkdir()
        shutil.copy(WHO_AM_I, self.folder / "program" / "__main__.py")
        self.assert_same(interpreters.DEBIAN, self.folder / "program", "a")

    @with_every_interpreter
    def test_exit_codes_and_tracebacks_are_the_programs_own(self, python):
        for ending in ("return", "exit0", "exit3", "message", "exception", "_exit", "interrupt"):
            self.assert_same(python, ENDINGS, CALLS, ending)

    def test_a_virtual_environment_is_itself(self):
        subprocess.run([interpreters.DEBIAN, "-m", "venv", "--without-pip", self.folder / "venv"], check=True)
        output = self.assert_same(self.folder / "venv/bin/python", WHO_AM_I)
        self.assertEqual(json.loads(output)["prefix"], str(self.folder / "venv"))

    def test_wrappers_that_exec_an_interpreter_are_followed(self):
        wrapper = self.folder / "python"
        for text in ('#!/bin/sh\nexec /usr/bin/env python3 "$@"\n',
                     '#!/usr/bin/env bash\nset -e\ntrue | cat\nexec "/usr/bin/python3" "$@"\n'):
            wrapper.write_text(text, encoding="utf-8")
            wrapper.chmod(0o755)
            environment = {**os.environ, "PATH": "/usr/bin:/bin"}
            self.assert_same(wrapper, WHO_AM_I, env=environment)
            self.assertIn("facts", self.capture().functions())

    def test_a_script_that_names_its_interpreter_can_be_the_interpreter(self):
        script = self.folder / "program"
        script.write_text("#!/usr/bin/env python3\nimport sys\ndef own():\n    return bytearray(99999)\n"
                          "kept = own()\nprint(sys.argv)\n", encoding="utf-8")
        script.chmod(0o755)
        self.assert_same(script, WHO_AM_I, env={**os.environ, "PATH": "/usr/bin:/bin"})
        self.assertIn("own", self.capture().functions())

    def test_the_pyenv_shim_is_followed(self):
        shim = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "shims" / "python3"
        supported = [version for version in interpreters.pyenv_versions() if version in interpreters.supported()]
        if not shim.exists() or not supported:
            self.skipTest("no pyenv here")
        environment = {**os.environ, "PYENV_VERSION": Path(supported[-1]).parent.parent.name}
        self.assert_same(shim, WHO_AM_I, env=environment)
        self.assertIn("facts", self.capture().functions())


class Signals(Profiled):
    def outcome(self, how, number, to_program):
        self.use_new_folder()
        process, pid = self.start(TARGETS / "signals/signals.py", how)
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            self.assertIn("TracerPid:\t0\n", status.read())
        self.go_on()
        os.kill(pid if to_program else process.pid, number)
        return process.wait(PATIENCE)

    def test_a_signal_reaches_the_program_and_its_death_is_seen_by_the_caller(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            for to_program in (True, False):
                with self.subTest(signal=number, to_program=to_program):
                    self.assertEqual(self.outcome("die", number, to_program), -number)
                    self.assertIn(f"signal {number.value} ", self.capture().header["ending"])
                    self.assertEqual(self.outcome("handle", number, to_program), 40 + number)
                    self.assertEqual(self.capture().header["ending"], f"exited with code {40 + number}")

    def test_a_shell_sees_the_usual_status(self):
        for ending, status in (("terminate", 143), ("abort", 134), ("segfault", 139), ("exit3", 3)):
            words = self.command(ENDINGS, CALLS, ending)
            done = subprocess.run(["/bin/sh", "-c", '"$@"; echo $?', "sh", *words], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, timeout=PATIENCE)
            self.assertEqual(done.stdout.splitlines()[-1], str(status))

    def start_at_terminal(self, how):
        """As the leader of a session. Returns the process id of memray and the terminal."""
        fifos = {"READY": self.folder / "ready", "GO": self.folder / "go"}
        for fifo in fifos.values():
            os.mkfifo(fifo)
        words = self.command(TARGETS / "signals/signals.py", how)
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update({name: str(fifo) for name, fifo in fifos.items()})
            os.execv(words[0], words)
        fifos["READY"].read_text(encoding="utf-8")
        fifos["GO"].write_text("\n", encoding="utf-8")
        return pid, terminal

    def test_an_interrupt_typed_at_the_terminal_reaches_the_program_once(self):
        pid, terminal = self.start_at_terminal("count")
        self.addCleanup(os.close, terminal)
        os.write(terminal, b"\x03")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 51)

    def test_a_terminal_that_hangs_up_ends_the_program(self):
        pid, terminal = self.start_at_terminal("die")
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -signal.SIGHUP)
        self.assertIn("signal %d " % signal.SIGHUP, self.capture().header["ending"])


class Messages(Profiled):
    def test_the_default_names_and_texts_are_those_of_memray(self):
        shutil.copy(ENDINGS, self.folder / "program.py")
        done = self.memray("run", "--python", interpreters.DEBIAN, "program.py", CALLS, "exit3", cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (3, ""))
        name = next(self.folder.glob("*.bin")).name
        self.assertRegex(name, r"\Amemray-program\.py\.\d+\.bin\Z")
        self.assertEqual(done.stdout.splitlines()[0], f"Writing profile results into {name}")
        self.assertIn("[memray] Successfully generated profile results.", done.stdout)

    def test_nothing_of_memray_is_in_the_stacks(self):
        capture = self.record(ENDINGS, CALLS, "return")
        site = next(site for site in capture.sites if site.total.bytes == 100 * 5001)
        self.assertEqual([frame.function for frame in site.frames], ["<module>"])
        self.assertEqual(site.frames[0].line, lines_of(ENDINGS)["before"])
        self.assertNotEqual(site.leaked, NOTHING)
        self.assertEqual(os.path.basename(MEMRAY), "memray")
