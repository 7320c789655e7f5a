# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Output in folders of everybody: what another user has put there for us is neither followed nor written to."""
import os
import subprocess
import sys
import threading
from pathlib import Path

from profiled import LIBRARIES, MEMRAY, PATIENCE, PROGRAMS, TARGETS, Profiled

CALLS = LIBRARIES / "calls.so"
ENDINGS = (TARGETS / "signals/endings.py", CALLS, "return")
ANOTHER = 65534
PRECIOUS = "precious"
PLANT = """
import os, sys
kind, to, *names = sys.argv[1:]
for name in names:
    if kind == "link":
        os.symlink(to, name)
    elif kind == "fifo":
        os.mkfifo(name, 0o666)
    else:
        open(name, "w").close()
    if kind != "link":
        os.chmod(name, 0o666)
"""


class Links(Profiled):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("takes root, to be another user")
        self.folder.chmod(0o755)
        self.shared = self.folder / "shared"
        self.shared.mkdir()
        self.shared.chmod(0o1777)
        self.good = self.folder / "good.bin"
        self.record_to(self.good)
        self.native = self.folder / "native.bin"
        symbols = subprocess.run(["nm", LIBRARIES / "shapes.so"], check=True, stdout=subprocess.PIPE, text=True).stdout
        addresses = {line.split()[-1]: line.split()[0] for line in symbols.splitlines()}
        subprocess.run([PROGRAMS / "native_capture", self.native, "0", *[LIBRARIES / "shapes.so"] * 2,
                        addresses["plain_run"], addresses["fill"]], check=True)

    def record_to(self, path, *options):
        done = self.memray("run", "-q", "-o", path, *options, *ENDINGS)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def plant(self, kind, *paths, to=""):
        subprocess.run([sys.executable, "-c", PLANT, kind, to, *paths], check=True, user=ANOTHER, group=ANOTHER,
                       extra_groups=[])

    def writers(self, path):
        """Whatever writes a file that the user names."""
        yield "run", ["run", "-q", "-o", path], ENDINGS
        yield "aggregate", ["run", "-q", "--aggregate", "-o", path], ENDINGS
        yield "merge", ["merge", "-o", path], [self.good, self.native]
        yield "stats", ["stats", "--json", "-o", path], [self.good]
        yield "flamegraph", ["flamegraph", "-o", path], [self.good]
        yield "csv", ["transform", "csv", "-o", path], [self.good]
        yield "symbolize", ["-o", path], [self.native]

    def write(self, name, options, arguments, *more, **keywords):
        program = PROGRAMS / "memray-symbolize" if name == "symbolize" else MEMRAY
        return subprocess.run([program, *map(str, [*options, *more, *arguments])], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, **keywords)

    def assert_refused(self, path, *more):
        for writer in self.writers(path):
            with self.subTest(writer=writer[0], more=more):
                done = self.write(*writer, *more)
                self.assert_one_line_of_error(done)
                self.assertIn("Could not create output file %s: Permission denied (it is another user's" % path,
                              done.stderr)

    def test_links_of_others_are_not_followed(self):
        target = self.folder / "target"
        path = self.shared / "out"
        self.plant("link", path, to=target)
        self.assert_refused(path)
        self.assert_refused(path, "-f")
        self.assertFalse(target.exists())
        target.write_text(PRECIOUS)
        self.assert_refused(path, "-f")
        self.assertEqual(target.read_text(), PRECIOUS)

    def test_nor_where_an_own_link_leads_to_one(self):
        target = self.folder / "target"
        self.plant("link", self.shared / "theirs", to=target)
        (self.folder / "ours").symlink_to(self.shared / "theirs")
        self.assert_refused(self.folder / "ours", "-f")
        self.assertFalse(target.exists())

    def test_files_and_fifos_of_others_get_nothing(self):
        self.plant("file", self.shared / "file")
        self.plant("fifo", self.shared / "fifo")
        self.assert_refused(self.shared / "file", "-f")
        self.assertEqual((self.shared / "file").stat().st_uid, ANOTHER)
        self.assertEqual((self.shared / "file").read_bytes(), b"")
        for name in ("run", "csv"):
            writer = next(writer for writer in self.writers(self.shared / "fifo") if writer[0] == name)
            self.assert_one_line_of_error(self.write(*writer))

    def test_links_that_a_shell_follows_are_followed_and_stay(self):
        ours, theirs = self.shared / "ours", self.folder / "theirs"
        theirs.mkdir()
        os.chown(theirs, ANOTHER, ANOTHER)
        self.plant("link", theirs / "link", to=self.folder / "target")
        ours.symlink_to("../target")
        for link in (ours, theirs / "link"):
            for writer in self.writers(link):
                with self.subTest(link=link, writer=writer[0]):
                    for more in ([], ["-f"]):
                        self.assertEqual(self.write(*writer, *more).returncode, 0)
                    self.assertTrue(link.is_symlink())
                    self.assertGreater((self.folder / "target").stat().st_size, 100)
                    (self.folder / "target").unlink()

    def test_captures_of_children_take_another_name(self):
        path = self.shared / "family.bin"
        target = self.folder / "target"
        newest = int(Path("/proc/sys/kernel/ns_last_pid").read_text())
        for each in range(newest, newest + 10_000, 5_000):
            self.plant("link", *("%s.%d" % (path, pid) for pid in range(each, each + 5_000)), to=target)
        done = self.memray("run", "-q", "-o", path, "--follow-fork", TARGETS / "children/forks.py", CALLS, "burst", 2)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertFalse(target.exists())
        self.assertEqual(len([each for each in self.shared.glob("family.bin.*.2") if each.is_file()]), 2)

    def test_snapshots_take_another_name(self):
        path, target = self.shared / "capture.bin", self.folder / "target"
        self.plant("link", self.shared / "capture.bin.snapshot-1", to=target)
        done = self.memray("run", "-q", "-o", path, "--snapshot-every", "0.1", "-c", "import time; time.sleep(0.5)")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertFalse(target.exists())
        self.assertGreater(self.capture(self.shared / "capture.bin.snapshot-2").header["ending"], "")

    def test_symbols_beside_a_capture_do_not_follow_a_link(self):
        capture = self.shared / "native.bin"
        capture.write_bytes(self.native.read_bytes())
        self.plant("link", self.shared / "native.bin.symbols", to=self.folder / "target")
        capture.chmod(0o444)
        done = subprocess.run([PROGRAMS / "memray-symbolize", capture], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
        self.assert_one_line_of_error(done)
        self.assertFalse((self.folder / "target").exists())

    def test_devices_and_own_fifos_are_written_to(self):
        fifo = self.shared / "fifo"
        os.mkfifo(fifo)
        for path in ("/dev/null", "/dev/stdout", "/dev/fd/1", fifo):
            for name in ("run", "csv"):
                writer = next(writer for writer in self.writers(path) if writer[0] == name)
                with self.subTest(path=path, writer=name):
                    read = []
                    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
                    if path == fifo:
                        reader.start()
                    done = self.write(*writer, errors="replace")
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    if path == fifo:
                        reader.join()
                    found = {"/dev/null": "", fifo: read and read[0].decode(errors="replace")}.get(path, done.stdout)
                    self.assertIn("" if path == "/dev/null" else "memray" if name == "run" else "allocator,", found)

    def test_a_device_is_not_replaced(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for name in ("merge", "symbolize"):
            writer = next(writer for writer in self.writers(fifo) if writer[0] == name)
            self.assert_one_line_of_error(self.write(*writer, "-f"))
            self.assertTrue(fifo.is_fifo())
