# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Defaults in memray.toml, pyproject.toml and MEMRAY_OPTIONS."""
import json
import os
import unittest

from reports import Report

PROGRAM = "import mmap\ndef hold(n): return mmap.mmap(-1, n)\ndef keep(n): return mmap.mmap(-1, n)\n" \
          "kept = keep(6_000_000), hold(30_000_000)\n"
NOBODY = 65534


class Config(Report):
    """max-rows says which of them counted."""

    def setUp(self):
        super().setUp()
        self.profile("-c", PROGRAM)
        self.place = self.folder / "project" / "deep"
        self.place.mkdir(parents=True)

    def run_in(self, *arguments, options="", folder=None):
        return self.memray(*arguments, cwd=folder or self.place, env={**os.environ, "MEMRAY_OPTIONS": options})

    def rows(self, *arguments, **keywords):
        done = self.run_in("summary", "--json", *arguments, self.path, **keywords)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return len(json.loads(done.stdout)["rows"])

    def write(self, text, name="memray.toml", folder=None):
        path = (folder or self.place) / name
        path.write_text(text)
        return path

    def refused(self, text, complaint, command=("summary",), name="memray.toml"):
        path = self.write(text, name)
        done = self.run_in(*command, self.path)
        self.assertEqual((text, done.returncode, done.stdout, done.stderr), (text, 2, "", f"{path}:{complaint}\n"))
        path.unlink()

    def test_the_command_line_comes_before_the_variable_before_the_file_before_what_is_built_in(self):
        everything = self.rows()
        self.assertGreater(everything, 4)
        self.write("max-rows = 4\n")
        self.assertEqual(self.rows(), 4)
        self.assertEqual(self.rows(options="--max-rows=3"), 3)
        self.assertEqual(self.rows("--max-rows", "2", options="--max-rows=3"), 2)
        self.assertEqual(self.rows("-r1", options="--max-rows=3"), 1)
        self.assertEqual(self.rows("--no-config", options="--max-rows=3"), everything)
        self.assertEqual(self.rows(options="--no-config"), everything)
        self.assertEqual(self.rows(options="--no-config --max-rows=3"), 3)

    def test_the_nearest_file_counts_and_alone(self):
        project = self.place.parent
        self.write("max-rows = 4\ninclude = 'nothing'\n", folder=self.folder)
        self.write("[project]\nname = 'memray'\n", "pyproject.toml", project)  # is about something else
        self.assertEqual(self.rows(), 0)
        self.write("[tool.memray]\nmax-rows = 3\n[tool.other]\nmax-rows = 'x'\n", "pyproject.toml", project)
        self.assertEqual(self.rows(), 3)
        self.write("max-rows = 2\n", folder=project)
        self.assertEqual(self.rows(), 2)
        self.write("", folder=self.place)
        self.assertGreater(self.rows(), 4)
        self.assertEqual(self.rows(folder=project), 2)

    def test_the_table_of_a_command_is_its_own_and_comes_first(self):
        self.write("max-rows = 4\nfail-if-peak = '1TB'\n[summary]\nmax-rows = 2\n[diff]\nmax-rows = 1\n".replace(
            "fail-if-peak = '1TB'\n", ""))
        self.assertEqual(self.rows(), 2)
        pyproject = self.write("[tool.memray]\nmax-rows = 4\n[tool.memray.summary]\nmax-rows = 3\n", "pyproject.toml",
                               self.folder)
        self.assertEqual(self.rows(folder=self.folder), 3)
        pyproject.unlink()

    def test_switches_lists_and_what_excludes_each_other(self):
        peak = self.run_in("summary", self.path).stdout
        self.write("leaks = true\ninclude = ['^hold at', '^keep at']\n")
        leaks = self.run_in("summary", self.path).stdout
        self.assertNotEqual(peak, leaks)
        self.assertIn("Not freed at the end", self.run_in("diff", self.path, self.path).stdout)
        # What the command line chooses excludes the default; and turns it off.
        self.assertIn("Ever allocated", self.run_in("diff", "--at", "total", self.path, self.path).stdout)
        self.assertIn("Live at the peak", self.run_in("diff", "--leaks=false", self.path, self.path).stdout)
        self.assertIn("Live at the peak", self.run_in("diff", self.path, self.path, options="--leaks=false").stdout)
        self.assertEqual(self.rows("--include", "^hold at", "--all-frames"), 2)
        self.assertEqual(self.rows("--all-frames"), 3)
        # What needs another option waits for it.
        self.write("[diff]\nfull = true\n")
        self.assertEqual(self.run_in("diff", self.path, self.path).returncode, 0)

    def test_recordings_take_their_options_too(self):
        self.write("[run]\ntrace-python-allocators = true\n")
        capture = self.folder / "second.bin"
        for options, traced in (((), True), (("--trace-python-allocators=false",), False), (("--no-config",), False)):
            done = self.run_in("run", "-q", "-f", "-o", capture, "--python", "/usr/bin/python3", *options, "-c", "pass")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.run_in("stats", "--json", "-f", "-o", self.folder / "stats.json", capture)
            metadata = json.loads((self.folder / "stats.json").read_text())["metadata"]
            self.assertEqual((options, metadata["trace_python_allocators"]), (options, traced))

    def test_what_is_wrong_is_said_with_file_and_line(self):
        self.refused("\nmax-rowz = 4\n", "2: max-rowz: memray has no such option, did you mean max-rows?")
        self.refused("[run]\nmax-rows = 4\n", "2: max-rows: memray run has no such option")
        self.refused("[sumary]\nmax-rows = 4\n", "2: there is no command 'sumary'")
        self.refused("# rows\n\nmax-rows = 'many'\n", "3: max-rows: 'many' is not a number that is possible here")
        self.refused("all-frames = 'true'\n", "1: all-frames: this is true or false, not 'true'")
        self.refused("all-frames = 1\n", "1: all-frames: this is true or false, not '1'")
        self.refused("max-rows = true\n", "1: max-rows: this needs a value")
        self.refused("max-rows = 1979-05-27\n", "1: max-rows: this is no value that an option can have")
        self.refused("include = ''\n", "1: include: this is no value that an option can have")
        self.refused("help = true\n", "1: help: this cannot be a default")
        self.refused("[tool.memray]\nmax-rowz = 4\n", "2: max-rowz: memray has no such option, did you mean max-rows?",
                     name="pyproject.toml")
        path = self.write("max-rows = \n")
        done = self.run_in("summary", self.path)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, rf"\A{path}:1: [^\n]+\n\Z")

    def test_what_could_do_harm_is_not_taken_from_files(self):
        for name, command in (("output", "run"), ("force", "run"), ("on-exit", "run"), ("exec", "run"),
                              ("python", "run"), ("python-arg", "run"), ("live-port", "run"), ("live-remote", "run"),
                              ("confidential-files", "flamegraph"), ("force-detach", "attach")):
            self.refused(f"[{command}]\n{name} = '1'\n",
                         f"2: {name}: this cannot be set in a file, only in MEMRAY_OPTIONS and on the command line")
        output = self.folder / "named.html"
        done = self.run_in("flamegraph", self.path, options=f"--output={output}")
        self.assertEqual((done.returncode, done.stdout), (0, f"Wrote {output}\n"))

    def test_the_variable_is_checked_too(self):
        for options, complaint in (("max-rows", "MEMRAY_OPTIONS: 'max-rows' is not --NAME or --NAME=VALUE"),
                                   ("-r 3", "MEMRAY_OPTIONS: '-r' is not --NAME or --NAME=VALUE"),
                                   ("--max-rows=", "MEMRAY_OPTIONS: '--max-rows=' is not --NAME or --NAME=VALUE"),
                                   ("--include='a", "MEMRAY_OPTIONS: a quote is not closed"),
                                   ("--zebra", "MEMRAY_OPTIONS: zebra: memray has no such option"),
                                   ("--max-rows", "MEMRAY_OPTIONS: max-rows: this needs a value"),
                                   ("--all-frames=1", "MEMRAY_OPTIONS: all-frames: this is true or false, not '1'")):
            done = self.run_in("summary", self.path, options=options)
            self.assertEqual((options, done.returncode, done.stdout, done.stderr), (options, 2, "", complaint + "\n"))
        self.assertEqual(self.rows("--all-frames", options="--include='^hold at' \"--include=no such\""), 2)

    @unittest.skipUnless(os.geteuid() == 0, "needs root to make another user's file")
    def test_another_users_file_in_everybodys_folder_is_ignored_with_a_line(self):
        path = self.write("max-rows = 1\n")
        os.chown(path, NOBODY, NOBODY)
        self.assertEqual(self.rows(), 1)  # the folder is ours: who may write there is trusted
        self.place.chmod(0o1777)
        done = self.run_in("summary", "--json", self.path)
        self.assertEqual((done.returncode, done.stderr), (0, f"memray: ignoring {path}: it is another user's, in a folder "
                                                             "that everybody may write to\n"))
        self.assertGreater(len(json.loads(done.stdout)["rows"]), 4)
        os.chown(path, os.geteuid(), os.getegid())
        self.assertEqual(self.rows(), 1)
