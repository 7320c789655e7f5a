# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Native functions have their names when the files they come from are gone at the end of the recording."""
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import interpreters
from profiled import LIBRARIES, MEMRAY, PATIENCE, TARGETS, Profiled

SYMBOLIZE = Path(MEMRAY).parent / "memray-symbolize"
TARGET = TARGETS / "gone_library.py"
FUNCTIONS = {"plugin_run", "plugin_leaf"}  # exported, and not


class Plugin(Profiled):
    SIZE = 54321

    def setUp(self):
        super().setUp()
        self.library = self.folder / "libgone.so"
        shutil.copy(LIBRARIES / "plugin_1.so", self.library)

    def assert_named(self, path=None):
        """The plug-in's functions have names in reports, which come from the capture."""
        done = subprocess.run([SYMBOLIZE, "--check", "--no-debuginfod", path or self.path],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              timeout=PATIENCE, check=True)
        self.assertRegex(done.stdout, r"(?m); gone when the recording ended, its symbols are in the capture: "
                                      r"([^\n]+, )?libgone\.so(,|$)")
        done = self.memray("summary", "--json", path or self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)["rows"]
        ours = {row["function"] for row in rows if row["file"] == str(self.library)}
        self.assertEqual(ours, FUNCTIONS)


class Gone(Plugin):
    def run_target(self, *steps, options=(), **keywords):
        self.profile(TARGET, self.library, self.SIZE, *steps, options=["--native", *options], **keywords)

    def test_a_library_that_is_removed_after_loading(self):
        self.run_target("remove")
        self.assert_named()

    def test_with_totals_only(self):
        self.run_target("remove", options=["--aggregate"])
        self.assert_named()

    def test_a_library_that_stays_is_not_kept(self):
        self.run_target()
        done = subprocess.run([SYMBOLIZE, "--check", "--no-debuginfod", self.path], check=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
        self.assertIn("libgone.so", done.stdout)
        self.assertNotIn("gone when the recording ended", done.stdout)

    def test_a_program_that_is_killed(self):
        process, pid = self.start(TARGET, self.library, self.SIZE, "remove", "wait", options=["--native"])
        os.kill(pid, signal.SIGKILL)
        process.wait(PATIENCE)
        self.assert_named()

    def test_a_forked_child(self):
        self.run_target("remove", "fork", options=["--follow-fork"])
        child, = self.folder.glob("capture.bin.*")
        self.assert_named()
        self.assert_named(child)

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
        self.run_target("remove", "fork", options=["--follow-fork"])
        whole = self.folder / "whole.bin"
        self.assertEqual(self.memray("merge", self.path, "-o", whole).returncode, 0)
        self.assert_named(whole)


class Attached(Plugin):
    """The recorder comes when the library is gone already."""

    def command(self, *arguments, **_):
        return [interpreters.DEBIAN, *map(str, arguments)]

    def test_a_library_that_was_gone_before(self):
        if os.geteuid() != 0:
            self.skipTest("/proc/PID/map_files is for root")
        process, pid = self.start(TARGET, self.library, self.SIZE, "remove", "wait")
        done = self.memray("attach", pid, "--native", "-f", "-o", self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.go_on()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.memray("detach", pid)
        self.assert_named()
