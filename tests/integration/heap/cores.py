# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Core files of real programs, as the kernel and gdb write them, and what is none."""
import os
import resource
import shutil
import signal
import struct
import subprocess
from pathlib import Path

import interpreters
from profiled import LIBRARIES, PATIENCE
from snapshot import Snapshot
from snapshotted import MEGABYTE, Snapshots

PATTERN = Path("/proc/sys/kernel/core_pattern")
SIZE = 3 * MEGABYTE


def allow_cores():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Cores(Snapshots):
    """Tests below say how a core comes to be."""

    def launch_for_core(self, **keywords):
        """In a folder of its own, where the kernel puts a core."""
        return self.start_target("hold", SIZE, cwd=self.folder, preexec_fn=allow_cores, **keywords)

    def kernel_core(self, process):
        if PATTERN.read_text() not in ("core\n", "core.%p\n"):
            self.skipTest("cores of this machine go elsewhere: " + PATTERN.read_text().strip())
        process.send_signal(signal.SIGABRT)
        self.assertEqual(process.wait(PATIENCE), -signal.SIGABRT)
        return next(self.folder.glob("core*"))

    def gdb_core(self, process):
        subprocess.run(["gcore", "-o", str(self.folder / "core"), str(process.pid)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE)
        return self.folder / ("core.%d" % process.pid)

    def open_core(self, core, *executable):
        snapshot = Snapshot("core", core, *executable)
        self.addCleanup(snapshot.close)
        self.assertEqual((snapshot.facts["kind"], snapshot.facts["pid"]), ("core", 0))
        return snapshot

    def assert_holds(self, snapshot, facts):
        expected = (bytes(range(256)) * (SIZE // 256)).hex()
        self.assertTrue(snapshot.ask("bytes", facts["private"], SIZE) == expected)
        self.assertEqual(snapshot.ask("words", facts["untouched"], SIZE // 8), [0])
        text = facts["constant_text"].encode()
        self.assertEqual(snapshot.ask("bytes", facts["constant"], len(text)), text.hex())
        self.assertEqual(snapshot.ask("range", facts["heap_end"] - 8)["path"], "[heap]")
        self.assertEqual(snapshot.ask("range", snapshot.facts["entry"])["path"], facts["program"])
        self.assertIsNone(snapshot.ask("bytes", 8, 8))

    def assert_threads(self, snapshot, ids):
        self.assertEqual(sorted(thread[0] for thread in snapshot.facts["threads"]), sorted(ids))
        for thread, name, stack, place in snapshot.facts["threads"]:
            self.assertEqual(name, "python3" if thread == min(ids) else "")
            self.assertEqual(snapshot.ask("range", stack)["path"], "[stack]" if thread == min(ids) else "")
            self.assertIn("libc", snapshot.ask("range", place)["path"])


class Kernel(Cores):
    def test_what_it_holds(self):
        process, facts = self.launch_for_core()
        snapshot = self.open_core(self.kernel_core(process))
        self.assertEqual(snapshot.facts["notes"], [])
        self.assert_holds(snapshot, facts)
        expected = (bytes(range(256)) * (SIZE // 256)).hex()
        self.assertTrue(snapshot.ask("bytes", facts["shared"], SIZE) == expected)
        self.close(snapshot)

    def test_threads(self):
        process = self.launch("with_threads", 20, cwd=self.folder, preexec_fn=allow_cores)
        ids = list(map(int, os.listdir("/proc/%d/task" % process.pid)))
        with self.open_core(self.kernel_core(process)) as snapshot:
            self.assert_threads(snapshot, ids)


class Gdb(Cores):
    def test_what_it_holds(self):
        process, facts = self.launch_for_core()
        with self.open_core(self.gdb_core(process)) as snapshot:
            self.assertEqual(snapshot.facts["notes"], [])
            self.assert_holds(snapshot, facts)

    def test_threads(self):
        process = self.launch("with_threads", 20)
        ids = list(map(int, os.listdir("/proc/%d/task" % process.pid)))
        with self.open_core(self.gdb_core(process)) as snapshot:
            self.assert_threads(snapshot, ids)
        self.wake(process, "woke 1\n")


class Files(Cores):
    """The files that a core lacks."""

    def core_of_copy(self):
        """Of a program that is a file of its own; path of that, core, facts."""
        python = self.folder / "python"
        shutil.copy(interpreters.DEBIAN, python)
        process, facts = self.launch_for_core(python=python)
        return python, self.kernel_core(process), facts

    def test_a_program_that_lies_elsewhere_now(self):
        python, core, facts = self.core_of_copy()
        moved = python.rename(self.folder / "moved")
        self.assertEqual(self.refusal("core", core), "%s is of %s, which is not here, or another one now\n" %
                         (core, python))
        shutil.copy("/bin/true", python)
        self.assertEqual(self.refusal("core", core), "%s is of %s, which is not here, or another one now\n" %
                         (core, python))
        self.assertEqual(self.refusal("core", core, "/bin/true"),
                         "%s is not of /bin/true, but of another %s\n" % (core, python))
        with self.open_core(core, moved) as snapshot:
            self.assert_holds(snapshot, facts)

    def test_a_library_that_is_gone(self):
        library = self.folder / "equal_words.so"
        shutil.copy(LIBRARIES / library.name, library)
        code = "import ctypes; ctypes.CDLL(%r); print(1, flush=True); input()" % str(library)
        process = subprocess.Popen([interpreters.DEBIAN, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   cwd=self.folder, preexec_fn=allow_cores)
        self.addCleanup(self.end, process)
        process.stdout.readline()
        core = self.kernel_core(process)
        library.unlink()
        with self.open_core(core) as snapshot:
            self.assertEqual(snapshot.facts["notes"],
                             ["%s is not here, or another one now: what the core lacks of it is not known" % library])


class Refused(Cores):
    def test_what_is_no_core(self):
        path = self.folder / "file"
        path.write_bytes(b"")
        self.assertEqual(self.refusal("core", path), "%s is not a core file\n" % path)
        path.write_text("not a core at all\n" * 100)
        self.assertEqual(self.refusal("core", path), "%s is not a core file\n" % path)
        self.assertEqual(self.refusal("core", "/bin/true"), "/bin/true is not a core file\n")
        self.assertEqual(self.refusal("core", self.folder), "%s is not a file\n" % self.folder)
        self.assertEqual(self.refusal("core", self.folder / "none"),
                         "reading %s: No such file or directory\n" % (self.folder / "none"))
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.assertEqual(self.refusal("core", fifo), "%s is not a file\n" % fifo)

    def test_one_that_is_cut_off(self):
        process, _ = self.launch_for_core()
        core = self.kernel_core(process)
        size = core.stat().st_size
        for length in (size - 1, size // 2, 10_000):
            os.truncate(core, length)
            self.assertEqual(self.refusal("core", core), "%s is cut off: it has %d of %d bytes\n" % (core, length, size))
        for length in (1000, 64, 63, 17):
            os.truncate(core, length)
            self.assertEqual(self.refusal("core", core), "%s is cut off\n" % core)

    def test_one_of_another_architecture(self):
        process, _ = self.launch_for_core()
        core = self.kernel_core(process)
        content = bytearray(core.read_bytes())
        content[18:20] = struct.pack("<H", 183)  # e_machine: EM_AARCH64
        core.write_bytes(content)
        self.assertEqual(self.refusal("core", core), "%s is of a program for another architecture\n" % core)
        content[4] = 1  # ELFCLASS32
        core.write_bytes(content)
        self.assertEqual(self.refusal("core", core), "%s is of a 32-bit program\n" % core)
