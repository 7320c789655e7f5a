# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The ways in which programs are started: each is recorded with the stacks that Python shows."""
import shutil
import subprocess
import zipapp

import interpreters
from profiled import TARGETS, with_two_interpreters
from stacks import CALL_SHAPES, Stacks, Truth


class Starts(Stacks):
    @with_two_interpreters()
    def test_an_application_in_a_zip_file(self, python):
        (self.folder / "program").mkdir()
        shutil.copy(CALL_SHAPES, self.folder / "program" / "__main__.py")
        shutil.copy(TARGETS / "mark.py", self.folder / "program")
        zipapp.create_archive(self.folder / "program", self.folder / "program.pyz")
        self.assert_true_stacks(self.folder / "program.pyz", python=python, at_least=Truth.SHAPES)

    @with_two_interpreters("pytest")
    def test_tests_run_by_pytest(self, python):
        test = self.folder / "test_program.py"
        test.write_text("from mark import mark\n\ndef test_it():\n    mark()\n\nclass TestIt:\n    def test_it(self):\n"
                        "        [mark() for _ in range(3)]\n", encoding="utf-8")
        self.assert_true_stacks("-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", test, python=python,
                                env={"PYTHONPATH": str(TARGETS)}, at_least=4)

    def test_virtual_environments(self):
        for python in interpreters.oldest_and_newest():
            self.use_new_folder()
            subprocess.run([python, "-m", "venv", "--without-pip", self.folder / "venv"], check=True)
            self.assert_true_stacks(CALL_SHAPES, python=str(self.folder / "venv/bin/python"), at_least=Truth.SHAPES)
