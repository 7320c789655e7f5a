# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Native functions have their names when the files they come from are gone at the end of the recording."""
import json
import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

import interpreters
from attached import CALLS
from attached import TARGET as ATTACHABLE
from other_users import OtherUser
from profiled import LIBRARIES, PATIENCE, PROGRAMS, TARGETS, Profiled

SYMBOLIZE = PROGRAMS / "memray-symbolize"
TARGET = TARGETS / "native/gone_library.py"
EXPORTED = {"plugin_run"}
FUNCTIONS = {"plugin_leaf", *EXPORTED}
# Of a file that was gone before the recorder came: only root can read that of a mapping.
GONE_BEFORE = FUNCTIONS if os.geteuid() == 0 else EXPORTED


class Plugin(Profiled):
    SIZE = 54321

    def setUp(self):
        super().setUp()
        self.library = self.folder / "libgone.so"
        shutil.copy(LIBRARIES / "plugin_1.so", self.library)

    def assert_named(self, path=None, functions=frozenset(FUNCTIONS)):
        """These functions of the plug-in have names in reports, which come from the capture."""
        done = subprocess.run([SYMBOLIZE, "--check", "--no-debuginfod", path or self.path],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              timeout=PATIENCE, check=True)
        self.assertRegex(done.stdout, r"(?m); gone when the recording ended, its %ssymbols are in the capture: "
                                      r"([^;\n]+, )?libgone\.so(,|;|$)" % ("exported " * (functions == EXPORTED)))
        done = self.memray("summary", "--all-frames", "--json", path or self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)["rows"]
        ours = {row["function"] for row in rows if row["file"] == str(self.library)}
        self.assertEqual({name for name in ours if not name.startswith(self.library.name)}, functions)


class Gone(Plugin):
    def run_target(self, *steps, options=(), **keywords):
        self.profile(TARGET, self.library, self.SIZE, *steps, options=["--native", *options], **keywords)

    def test_a_library_that_is_removed_after_loading(self):
        self.run_target("use", "remove")
        self.assert_named()

    def test_with_totals_only(self):
        self.run_target("use", "remove", options=["--aggregate"])
        self.assert_named()

    def test_a_library_that_stays_is_not_kept(self):
        self.run_target()
        done = subprocess.run([SYMBOLIZE, "--check", "--no-debuginfod", self.path], check=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
        self.assertIn("libgone.so", done.stdout)
        self.assertNotIn("gone when the recording ended", done.stdout)

    def test_a_program_that_is_killed(self):
        process, pid = self.start(TARGET, self.library, self.SIZE, "use", "remove", "wait", options=["--native"])
        os.kill(pid, signal.SIGKILL)
        process.wait(PATIENCE)
        self.assert_named()

    def test_a_snapshot_while_the_program_runs(self):
        process, pid = self.start(TARGET, self.library, self.SIZE, "use", "remove", "wait", options=["--native"])
        done = self.memray("snapshot", pid, "-o", self.folder / "snapshot.bin")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        os.kill(pid, signal.SIGKILL)
        process.wait(PATIENCE)
        self.assert_named(self.folder / "snapshot.bin")

    def test_a_forked_child(self):
        self.run_target("use", "remove", "fork", options=["--follow-fork"])
        child, = self.folder.glob("capture.bin.*")
        self.assert_named()
        self.assert_named(child, GONE_BEFORE)

    def test_a_file_system_that_only_the_program_sees(self):
        if subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("this system makes no mount namespaces")
        hidden = self.folder / "hidden"
        hidden.mkdir()
        wrapper = self.folder / "python"
        wrapper.write_text(f"""#!/bin/sh
exec unshare --mount sh -c 'mount -t tmpfs tmpfs {hidden} && cp {self.library} {hidden} &&
                            exec {interpreters.DEBIAN} "$@"' sh "$@"
""")
        wrapper.chmod(0o755)
        self.library = hidden / self.library.name
        self.run_target(python=str(wrapper))
        self.assertEqual(list(hidden.iterdir()), [])
        self.assert_named()

    def test_merged_captures(self):
        self.run_target("use", "remove", "fork", options=["--follow-fork"])
        whole = self.folder / "whole.bin"
        self.assertEqual(self.memray("merge", self.path, "-o", whole).returncode, 0)
        self.assert_named(whole)


class Attached(Plugin):
    """The recorder comes when the library is gone already."""

    def command(self, *arguments, **_):
        return [interpreters.DEBIAN, *map(str, arguments)]

    def attach_when_gone(self, **keywords):
        process, pid = self.start(TARGET, self.library, self.SIZE, "remove", "wait")
        done = self.memray("attach", pid, "--native", "-f", "-o", self.path, **keywords)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.go_on()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.memray("detach", pid, **keywords)

    def test_a_library_that_was_gone_before(self):
        self.attach_when_gone()
        self.assert_named(functions=GONE_BEFORE)


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Unprivileged(OtherUser, Attached):
    """By an ordinary user."""

    recorder = ()

    def setUp(self):
        super().setUp()
        self.addCleanup(os.umask, os.umask(0))  # of FIFOs
        for source in (TARGET, TARGETS / "ready.py"):
            self.copy(source, self.folder / source.name)

    def command(self, target, *arguments, **_):
        identity = ["--reuid=%d" % self.user, "--regid=%d" % self.user, "--clear-groups"]
        return ["setpriv", *identity, *self.recorder, interpreters.DEBIAN, str(self.folder / target.name),
                *map(str, arguments)]

    def test_a_library_that_was_gone_before(self):
        self.attach_when_gone(**self.own)
        self.assert_named(functions=EXPORTED)

    def test_a_library_that_is_removed_before_and_after_its_first_use(self):
        self.recorder = [self.binary, "run", "-q", "-f", "-o", self.path, "--native", "--python"]
        for steps, functions in ((["remove"], EXPORTED), (["use", "remove"], FUNCTIONS)):
            shutil.copy(LIBRARIES / "plugin_1.so", self.library)
            done = subprocess.run(self.command(TARGET, self.library, self.SIZE, *steps), stdin=subprocess.DEVNULL,
                                  timeout=PATIENCE)
            self.assertEqual(done.returncode, 0)
            self.assertFalse(self.library.exists())
            self.assert_named(functions=functions)


@unittest.skipUnless(os.geteuid() == 0, "needs root")
@unittest.skipUnless((interpreters.SID_ROOT / "usr/bin/python3").exists(), "no Debian sid root: scripts/sid_root makes one")
class OtherRoots(OtherUser):
    """The files of a program in a chroot, for a user who cannot go where that is."""

    def setUp(self):
        super().setUp()
        self.symbolize = self.binary.parent / SYMBOLIZE.name
        self.copy(SYMBOLIZE, self.symbolize)
        inside = interpreters.SID_ROOT / "tmp" / self.folder.name
        self.addCleanup(shutil.rmtree, inside)
        for source in (ATTACHABLE, CALLS):
            self.copy(source, inside / source.name)
        self.calls.unlink()

    def test_a_program_with_another_root_directory(self):
        process = self.launch_command(["chroot", "--userspec=%d:%d" % (self.user, self.user), interpreters.SID_ROOT,
                                       "/usr/bin/python3", self.target, self.calls, "in_read"])
        self.attach(process, "--native", **self.own)
        self.wake(process, "woke 1\n")
        self.detach(process, **self.own)
        self.wake(process, "end\n")
        done = subprocess.run([self.symbolize, "--check", "--no-debuginfod", self.path], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=True, **self.identity)
        self.assertRegex(done.stdout, r"; gone when the recording ended, its symbols are in the capture: calls\.so;")
        self.assertRegex(done.stdout, r"; gone when the recording ended, its exported symbols are in the capture: "
                                      r"([^;\n]+, )?python3\.\d+[,\n]")
        rows = json.loads(self.memray("summary", "--all-frames", "--json", self.path, **self.own).stdout)["rows"]
        functions = {(Path(row["file"]).name, row["function"]) for row in rows}
        self.assertLessEqual({("calls.so", "call_malloc"), ("libc.so.6", "__libc_start_main")}, functions)
        self.assertIn("Py_RunMain", {function for file, function in functions if file.startswith("python3")})
