# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""memray heap: what it says of a program's objects beside what the program says of them."""
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import interpreters
from profiled import MEMRAY, PATIENCE, TARGETS, Profiled, with_every_interpreter

PROGRAM = TARGETS / "heap/known_graph.py"
MANY = ("kept = [{'key%d' % i: (i + 1000, str(i)), 'more': [float(i)]} for i in range(60_000)]; "
        "print(flush=True); input()")
SECRETS = """
class Holder:
    pass
held = Holder()
setattr(held, 'secret@example.com', [bytearray(3_000_000)])
table = {'secret': {('secret', 1): bytearray(3_000_000)}, 5: ['secret' * 500_000]}
print(flush=True); input()
"""
MODULE = "sys.modules['__main__']"


class Looking(Profiled):
    def begin(self, python=interpreters.DEBIAN, **environment):
        """A program that has said what it has, and waits."""
        process = subprocess.Popen([str(python), "-B", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env={**os.environ, **environment})
        self.addCleanup(self.end, process)
        return process, json.loads(process.stdout.readline())

    def ask(self, *arguments):
        done = self.memray("heap", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def look(self, process, *options):
        return json.loads(self.ask(process.pid, "--json", *options))

    def explained(self, process, what, *options):
        return json.loads(self.ask(process.pid, "--json", "--why", what, *options))

    def check_types(self, look, truth):
        types = {row["type"]: row for row in look["types"]}
        self.assertEqual({name: types[name]["objects"] for name in truth["counts"]}, truth["counts"])
        self.assertEqual({name: types[name]["size"] for name in truth["sizes"]}, truth["sizes"])

    def check_ways(self, process, truth):
        biggest = self.explained(process, "bytearray", "--biggest", len(truth["ways"]))
        found = {int(each["address"], 16): [each["size"], each["path"]] for each in biggest}
        expected = {address: [size, way if "()" in way.split(" ")[0] else MODULE + way]
                    for address, size, way in truth["ways"]}
        self.assertEqual(found, expected)


class Truth(Looking):
    @with_every_interpreter
    def test_types_sizes_and_ways_are_what_the_program_says(self, python):
        process, truth = self.begin(python)
        self.check_types(self.look(process), truth)
        self.check_ways(process, truth)
        for address, size, name in truth["builtins"]:
            (found,) = self.explained(process, hex(address))
            self.assertEqual((found["size"], found["what"].split(" ")[0].rpartition(".")[2]), (size, name), address)
        address, retained = truth["retained"]
        # malloc gives 16 bytes more where nothing can be made of them.
        self.assertIn(self.explained(process, hex(address))[0]["retained"] - retained, (0, 16))
        process.communicate(b"\n", timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)


class Variants(Looking):
    def test_every_allocator_and_source_shows_the_same(self):
        for allocator in ("pymalloc", "malloc", "pymalloc_debug", "malloc_debug"):
            process, truth = self.begin(PYTHONMALLOC=allocator)
            for options in ((), ("--live",), ("--stop",), ("--clone",)):
                with self.subTest(allocator=allocator, options=options):
                    look = self.look(process, *options)
                    self.check_types(look, truth)
                    self.assertEqual(look["broken_pools"], 0)
            self.check_ways(process, truth)

    @with_every_interpreter
    def test_nearly_all_references_are_found(self, python):
        """As many as the objects count: but for the constant number that C holds."""
        process = subprocess.Popen([str(python), "-c", MANY], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end, process)
        process.stdout.readline()
        references = self.look(process)["references"]
        self.assertGreater(references["objects"], 4 * 60_000)
        self.assertGreaterEqual(references["as_counted"] / references["objects"], 0.99)

    def test_a_core_shows_the_same(self):
        process, truth = self.begin()
        core = self.folder / "core"
        subprocess.run(["gcore", "-o", str(core), str(process.pid)], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=PATIENCE)
        look = json.loads(self.ask("--core", "%s.%d" % (core, process.pid), "--json"))
        self.check_types(look, truth)
        self.assertEqual(look["source"], "core")


class Hostile(Looking):
    @with_every_interpreter
    def test_a_heap_that_lies_is_no_danger(self, python):
        """One word in a hundred to ten thousand says something else: a report, or one line that refuses."""
        process, _ = self.begin(python)
        reports = 0
        for share in (100, 1_000, 10_000):
            for seed in range(8):
                done = subprocess.run([Path(MEMRAY).parent / "lying_heap", str(process.pid), str(seed), str(share)],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
                self.assertIn(done.returncode, (0, 1), (share, seed))
                self.assertEqual(len((done.stdout + done.stderr).splitlines()), 1, (share, seed))
                reports += done.returncode == 0
        self.assertGreater(reports, 12)


GROWING = """
import sys
class Kept:
    def __init__(self):
        self.block = bytearray(100_000)
kept = [Kept() for _ in range(5)]
passing = [bytearray(50_000) for _ in range(20)]
print(flush=True); input()
kept += [Kept() for _ in range(40)]
passing.clear()
print(flush=True); input()
"""


class Growth(Looking):
    def begin_growing(self):
        process = subprocess.Popen([interpreters.DEBIAN, "-c", GROWING], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end, process)
        process.stdout.readline()
        return process

    def save(self, process, name):
        path = self.folder / name
        self.ask(process.pid, "--json", "-o", path)
        return path

    def test_what_has_grown_and_shrunk_is_told(self):
        process = self.begin_growing()
        before = self.save(process, "before.json")
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        after = self.save(process, "after.json")
        growth = json.loads(self.ask(before, after, "--json"))
        types = {row["type"]: (row["objects_after"] - row["objects_before"], row["after"] - row["before"])
                 for row in growth["types"]}
        self.assertEqual(types["__main__.Kept"][0], 40)
        self.assertEqual(types["bytearray"], (20, 40 * sys.getsizeof(bytearray(100_000))
                                              - 20 * sys.getsizeof(bytearray(50_000))))
        paths = {row["path"]: row["after"] - row["before"] for row in growth["holders"]}
        self.assertGreater(paths[MODULE + ".kept"], 4_000_000)
        self.assertLess(paths[MODULE + ".kept"], 4_050_000)
        text = self.ask(before, after).splitlines()
        self.assertRegex(text[3] + text[4], r"\+[0-9.]+MB +\+20  bytearray")
        self.assertIn("  %s.kept" % MODULE, "\n".join(text))
        self.assertEqual(self.ask(before, before).count("nothing"), 2)

    def test_a_saved_report_shows_what_the_look_showed(self):
        process = self.begin_growing()
        saved = self.ask(self.save(process, "saved.json"))
        self.assertEqual(saved.splitlines()[1:5], self.ask(process.pid).splitlines()[1:5])
        self.assertEqual(json.loads(self.ask(self.folder / "saved.json", "--json")),
                         json.loads((self.folder / "saved.json").read_text()))

    def test_other_files_are_refused(self):
        for content in ("", "[]", "{}", '{"objects": 1}', "[" * 100_000, "\x00"):
            path = self.folder / "other"
            path.write_text(content)
            done = self.memray("heap", path)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (1, "", "%s is no report of `memray heap --json`\n" % path))
        self.assertEqual(self.memray("heap", self.folder / "none").returncode, 1)
        for arguments in (("a", "b", "c"), (path, "--why", "x"), (path, "--live"), (path, path, "--redact")):
            self.assertEqual(self.memray("heap", *arguments).returncode, 2, arguments)


class Command(Looking):
    def test_contents_are_not_shown_with_redact(self):
        process, _ = self.begin()
        text = self.ask(process.pid, "--redact", "--why", "bytearray", "--biggest", 50)
        self.assertIn(MODULE + ".CACHE[...][...][0]", text)
        self.assertNotIn("users", text)
        secret = subprocess.Popen([interpreters.DEBIAN, "-c", SECRETS, "secret argument"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        self.addCleanup(self.end, secret)
        secret.stdout.readline()
        for options in ((), ("--json",), ("--why", "bytearray"), ("--biggest", 100), ("--json", "--biggest", 100)):
            with self.subTest(options=options):
                self.assertIn("secret", self.ask(secret.pid, *options))
                self.assertNotIn("secret", self.ask(secret.pid, "--redact", *options))

    def test_the_text_has_the_biggest_and_how_it_was_read(self):
        process, truth = self.begin()
        text = self.ask(process.pid, "--types", 3)
        self.assertIn("Process %d" % process.pid, text.splitlines()[0])
        self.assertIn("for which it stood still for", text.splitlines()[0])
        self.assertIn("  %s\n" % MODULE, text)
        self.assertEqual(len(text.split("Types")[1].splitlines()), 6)

    def test_what_is_wrong_is_said_in_one_line(self):
        process, truth = self.begin()
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        other = subprocess.Popen(["sleep", "100"])
        self.addCleanup(self.end, other)
        for arguments, expected in (
                ((ended.pid,), "There is no process %d" % ended.pid),
                ((other.pid,), "There is no CPython 3.8 or later in this process"),
                ((process.pid, "--why", "0x10"), "There is no object at 0x10"),
                ((process.pid, "--why", "Nothing"), "There is no object of type Nothing"),
                (("--core", PROGRAM), None),
                (("--core", self.folder / "none"), None),
        ):
            done = self.memray("heap", *arguments)
            self.assertEqual((done.returncode, done.stdout), (1, ""), arguments)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            if expected:
                self.assertEqual(done.stderr, expected + "\n")
        for arguments in ((), (process.pid, "--core", "x"), (process.pid, "--live", "--stop"), ("--exe", "x")):
            self.assertEqual(self.memray("heap", *arguments).returncode, 2, arguments)

    def test_nothing_is_overwritten(self):
        process, _ = self.begin()
        path = self.folder / "report"
        path.write_text("mine")
        self.assertEqual(self.memray("heap", process.pid, "-o", path).returncode, 1)
        self.assertEqual(path.read_text(), "mine")
        self.ask(process.pid, "-f", "--json", "-o", path)
        self.assertEqual(json.loads(path.read_text())["pid"], process.pid)

    def test_a_stopped_program_stays_stopped(self):
        process, truth = self.begin()
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        self.check_types(self.look(process), truth)
        with open("/proc/%d/stat" % process.pid) as stat:
            self.assertEqual(stat.read().rpartition(")")[2].split()[0], "T")
        process.send_signal(signal.SIGCONT)
        process.communicate(b"\n", timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
