# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Extension modules that no C compiler made: what they allocate belongs to the line that called them."""
import subprocess

from capture import NOTHING, Amount
from profiled import TARGETS, lines_of, with_two_interpreters
from stacks import Stacks


class Cython(Stacks):
    TARGET = TARGETS / "stacks/uses_cython.py"

    def build(self, python):
        """Compiles the module for this interpreter, with its headers, into the test's folder."""
        source = self.folder / "cython_calls.c"
        subprocess.run(["cython3", TARGETS / "stacks/cython_calls.pyx", "-o", source], check=True)
        include = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('include'))"], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout.strip()
        subprocess.run(["cc", "-w", "-O1", "-fno-builtin", "-shared", "-fPIC", "-I", include, source, "-o",
                        self.folder / "cython_calls.so"], check=True)

    @with_two_interpreters(before=(3, 12))  # newer ones need a newer Cython than Debian 12 has
    def test_memory_of_cython_is_the_callers(self, python):
        self.build(python)
        capture = self.assert_true_stacks(self.TARGET, python=python, env={"PYTHONPATH": str(self.folder)}, at_least=20)
        lines = lines_of(self.TARGET)
        self.assertEqual(capture.at(self.TARGET, lines["fill"], "malloc")[1:], (Amount(100, 100 * 6001),) * 2)
        self.assertEqual(capture.at(self.TARGET, lines["called"], "malloc")[1:], (Amount(200, 200 * 7001),) * 2)


class Rust(Stacks):
    TARGET = TARGETS / "stacks/rust.py"

    @with_two_interpreters("cryptography")
    def test_memory_of_rust_is_the_callers(self, python):
        size = int(self.profile(self.TARGET, python=python).stdout)
        capture = self.capture()
        caller = (str(self.TARGET), lines_of(self.TARGET)["read"])
        kept = sum((site.leaked for site in capture.sites if caller in [frame[1:] for frame in site.frames]), NOTHING)
        # The copy of the certificate, and what holds it.
        self.assertTrue(size <= kept.bytes < size + 16384, (size, kept))
        self.assert_nothing_lost(capture)
