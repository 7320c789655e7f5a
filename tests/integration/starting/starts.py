# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The ways in which programs are started: each is recorded with the stacks that Python shows."""
import os
import shutil
import subprocess
import zipapp

import interpreters
from capture import Amount, Frame
from profiled import LIBRARIES, PATIENCE, TARGETS, with_interpreters_of, with_two_interpreters
from stacks import CALL_SHAPES, Stacks, Truth

NOTEBOOK = TARGETS / "starting/notebook.py"
NO_DEVELOPMENT_MODE = {**os.environ, "PYTHONDEVMODE": ""}  # ipykernel hangs in it, memray or not

# In Debian 13's debug build no ZeroMQ socket can be connected.
CAN_CONNECT = "import ipykernel, jupyter_client, zmq; zmq.Context().socket(zmq.DEALER).connect('ipc:///tmp/nobody')"


def with_interpreters_for_notebooks(test):
    def chosen():
        return interpreters.ends_of(python for python in interpreters.supported()
                                    if interpreters.can_run(python, CAN_CONNECT))
    return with_interpreters_of(chosen, test)


class Starts(Stacks):
    @with_two_interpreters()
    def test_an_application_in_a_zip_file(self, python):
        (self.folder / "program").mkdir()
        shutil.copy(CALL_SHAPES, self.folder / "program" / "__main__.py")
        shutil.copy(TARGETS / "stacks/mark.py", self.folder / "program")
        zipapp.create_archive(self.folder / "program", self.folder / "program.pyz")
        self.assert_true_stacks(self.folder / "program.pyz", python=python, at_least=Truth.SHAPES)

    @with_two_interpreters("pytest")
    def test_tests_run_by_pytest(self, python):
        test = self.folder / "test_program.py"
        test.write_text("from mark import mark\n\ndef test_it():\n    mark()\n\nclass TestIt:\n    def test_it(self):\n"
                        "        [mark() for _ in range(3)]\n", encoding="utf-8")
        self.assert_true_stacks("-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", test, python=python,
                                env={"PYTHONPATH": str(CALL_SHAPES.parent)}, at_least=4)

    @with_interpreters_for_notebooks
    def test_cells_of_a_notebook(self, python):
        connection = self.folder / "connection.json"
        subprocess.run([python, NOTEBOOK, connection, "make"], check=True)
        kernel = subprocess.Popen(self.command("-m", "ipykernel_launcher", "-f", connection, python=python),
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env=NO_DEVELOPMENT_MODE)
        self.addCleanup(self.end, kernel)
        cells = self.run_cells(python, connection)
        self.assertEqual(kernel.wait(PATIENCE), 0)
        growth = {site.frames[:2]: site.total for site in self.capture().sites
                  if site.frames and site.frames[0].function == "grow"}
        grow = Frame("grow", cells[0], 4)
        self.assertEqual(growth, {(grow, Frame("<module>", cells[1], 2)): Amount(30, 30 * 5001),
                                  (grow, Frame("<module>", cells[1], 4)): Amount(70, 70 * 5001)})

    def run_cells(self, python, connection):
        """Returns the files that the cells are for Python."""
        notebook = subprocess.run([python, NOTEBOOK, connection, LIBRARIES / "calls.so"], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
                                  env=NO_DEVELOPMENT_MODE)
        self.assertEqual(notebook.returncode, 0, notebook.stderr)
        return notebook.stdout.splitlines()

    def test_virtual_environments(self):
        for python in interpreters.oldest_and_newest():
            self.use_new_folder()
            subprocess.run([python, "-m", "venv", "--without-pip", self.folder / "venv"], check=True)
            self.assert_true_stacks(CALL_SHAPES, python=str(self.folder / "venv/bin/python"), at_least=Truth.SHAPES)
