# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""memray rss: what it says of a process beside what the process and the kernel say of it."""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import unittest
from pathlib import Path

import interpreters
from attached import status_of
from cgroups import limited_memory
from other_users import OtherUser
from profiled import LIBRARIES, PATIENCE, TARGETS, Profiled, with_every_interpreter

PROGRAM = TARGETS / "heap/memory_parts.py"
FIGURES = LIBRARIES / "figures.so"
MIB = 1 << 20
PAGE = 4096
MALLINFO = struct.Struct("10N")
NAMES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
BLOCK = 10000
CHUNK = 10016  # that malloc makes of it
BLOCKS = 4000
PYMALLOC = ["pymalloc_" + name for name in "objects other kept free untouched headers empty_pools alignment".split()]
UNEXPLAINED = 1000  # at most one part of so many


def kilobytes(pid, file, name):
    return int(re.search(r"^%s:\s*(\d+) kB" % name, Path("/proc/%d/%s" % (pid, file)).read_text(), re.MULTILINE)[1])


class Looking(Profiled):
    """The base of those that look at a program which says what it has."""

    def begin(self, *commands, python=(interpreters.DEBIAN,), program=PROGRAM, figures=FIGURES, preexec_fn=None,
              **environment):
        process = subprocess.Popen([*python, "-B", str(program), str(figures), *commands], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, env={**os.environ, **environment}, preexec_fn=preexec_fn)
        self.addCleanup(self.end, process)
        return process

    def said(self, process):
        """What malloc has, as the program says before it waits."""
        return dict(zip(NAMES, MALLINFO.unpack(process.stdout.read(MALLINFO.size))))

    def go_on(self, process):
        process.stdin.write(b"x")
        process.stdin.flush()

    def look(self, process):
        done = self.memray("rss", process.pid, "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def next_look(self, process):
        self.said(process)
        look = self.look(process)
        self.go_on(process)
        return look

    def term(self, look, name):
        return next((term for term in look["terms"] if term["name"] == name), {"resident": 0, "size": 0})

    def grown(self, before, after, name, kind="resident"):
        return self.term(after, name)[kind] - self.term(before, name)[kind]

    def check_sums(self, look):
        """Everything is of one term; and the kernel counts as much."""
        self.assertEqual(sum(term["resident"] for term in look["terms"]), look["resident"])
        self.assertEqual(look["resident"], look["kernel"]["rss"])

    def check_malloc(self, look, said):
        """To the byte."""
        self.assertEqual({name: look["malloc"][name] for name in NAMES if name != "usmblks"},
                         {name: said[name] for name in NAMES if name != "usmblks"})
        self.assertEqual(self.term(look, "malloc_unknown")["resident"], 0)
        self.assertTrue(look["malloc"]["all_mapped_known"])
        arenas = look["malloc"]["arenas"]
        self.assertEqual(sum(arena["system"] for arena in arenas), said["arena"])
        self.assertEqual(sum(arena["free"] + arena["top"] for arena in arenas) + look["malloc"]["fsmblks"],
                         said["fordblks"])


class Malloc(Looking):
    @with_every_interpreter
    def test_malloc_itself_says_the_same(self, python):
        for allocator in ("pymalloc", "malloc"):
            process = self.begin("say", "objects", "mapped", "threads", "say", python=[python],
                                 PYTHONMALLOC=allocator, MALLOC_ARENA_MAX="8")
            for arenas in (1, 8):
                said = self.said(process)
                look = self.look(process)
                self.check_malloc(look, said)
                self.assertEqual(len(look["malloc"]["arenas"]), arenas)
                self.go_on(process)
            self.assertEqual(process.wait(PATIENCE), 0)

    def test_blocks_that_are_freed_are_free(self):
        process = self.begin("hold", "say", "release", "say")
        held, released = self.next_look(process), self.next_look(process)
        free = [sum(arena["free"] for arena in look["malloc"]["arenas"]) for look in (held, released)]
        self.assertEqual(free[1] - free[0], BLOCKS // 2 * CHUNK)
        self.assertEqual(self.grown(held, released, "malloc_used", "size"), -(BLOCKS // 2 * (CHUNK - 8)))

    def test_what_trimming_gives_back_is_foretold(self):
        process = self.begin("hold", "release", "trim")
        before, after = self.next_look(process), self.next_look(process)
        foretold = before["malloc"]["trimmable"]
        self.assertGreater(foretold, BLOCKS // 2 * PAGE)
        self.assertIn("malloc_trim(0) would give %.3fMB" % (foretold / 1e6), before["advice"][0])
        given = -self.grown(before, after, "malloc_free") - self.grown(before, after, "malloc_top")
        self.assertEqual(given, foretold)
        self.assertEqual((after["malloc"]["trimmable"], after["advice"]), (0, []))

    def test_arenas_beside_the_main_one_are_spoken_of(self):
        process = self.begin("threads", "say")
        advice = self.next_look(process)["advice"]
        self.assertRegex(advice[-1], r"\A\d arenas of malloc for 8 threads: [\d.]+MB is free in those beside the main one; "
                                     r"MALLOC_ARENA_MAX limits their number\Z")

    def test_other_allocators_are_named(self):
        for name in ("jemalloc", "tcmalloc_minimal", "mimalloc"):
            libraries = sorted(Path("/usr/lib/x86_64-linux-gnu").glob("lib%s.so*" % name))
            self.assertTrue(libraries, name)
            process = self.begin("hold", "say", LD_PRELOAD=str(libraries[-1]))
            look = self.next_look(process)
            self.check_sums(look)
            self.assertEqual(look["allocator"], name.split("_")[0])
            self.assertGreater(self.term(look, "other_allocator")["resident"], BLOCKS * BLOCK)
            self.assertEqual(self.term(look, "unexplained")["resident"], 0)


@unittest.skipUnless((interpreters.SID_ROOT / "usr/bin/python3").exists(), "no Debian sid root: scripts/sid_root makes one")
@unittest.skipUnless(os.geteuid() == 0, "needs root")
class NewMalloc(Looking):
    """With the newest C library."""

    def setUp(self):
        super().setUp()
        self.inside = interpreters.SID_ROOT / "tmp" / self.folder.name
        self.inside.mkdir()
        self.addCleanup(shutil.rmtree, self.inside)
        for file in (PROGRAM, FIGURES):
            shutil.copy(file, self.inside)

    def begin_inside(self, python, *commands, **environment):
        inside = Path("/") / self.inside.relative_to(interpreters.SID_ROOT)
        mounted = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                   'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"', str(interpreters.SID_ROOT)]
        return self.begin(*commands, python=[*mounted, python], program=inside / PROGRAM.name,
                          figures=inside / FIGURES.name, **environment)

    def test_malloc_itself_says_the_same(self):
        for python in ("python3.14", "python3.15"):
            for allocator in ("pymalloc", "malloc"):
                process = self.begin_inside(python, "say", "objects", "mapped", "threads", "say",
                                            PYTHONMALLOC=allocator, MALLOC_ARENA_MAX="8")
                for _ in range(2):
                    said = self.said(process)
                    look = self.look(process)
                    self.check_malloc(look, said)
                    self.check_sums(look)
                    self.go_on(process)
                self.assertLessEqual(look["unexplained"] * UNEXPLAINED, look["resident"])
                self.assertEqual(process.wait(PATIENCE), 0)


class Terms(Looking):
    def test_what_was_mapped_is_told_apart(self):
        process = self.begin("say", "shared", "say", "mapped_file", "say", "untouched", "say")
        looks = [self.next_look(process) for _ in range(4)]
        for look in looks:
            self.check_sums(look)
        self.assertEqual(self.grown(looks[0], looks[1], "shared_memory"), 40 * MIB)
        self.assertEqual(self.grown(looks[1], looks[2], "mapped_files"), 16 * MIB)
        self.assertEqual(self.grown(looks[2], looks[3], "untouched", "size"), 64 * MIB)
        self.assertEqual(self.grown(looks[2], looks[3], "untouched"), 0)

    def test_stacks_are_in_use_down_to_the_stack_pointer(self):
        process = self.begin("say", "deep_thread", "say", "was_deep_thread", "say", "ended_thread", "say",
                             PYTHONMALLOC="malloc")
        looks = [self.next_look(process) for _ in range(4)]
        for look in looks:
            self.check_sums(look)
        self.check_near(self.grown(looks[0], looks[1], "thread_stacks"), 8 * MIB)
        self.check_near(self.grown(looks[1], looks[2], "stale_stacks"), 5 * MIB)
        # The C library keeps the addresses, and of the pages only the uppermost.
        self.assertEqual(self.grown(looks[2], looks[3], "ended_stacks", "size"), 16 * MIB)
        self.check_near(self.grown(looks[2], looks[3], "ended_stacks"), 0)
        self.assertGreater(self.term(looks[0], "main_stack")["resident"], 0)

    def check_near(self, actual, expected):
        """The frames of Python, ctypes and the C library are on it, too."""
        self.assertLess(abs(actual - expected), 16 * PAGE)

    def test_the_kernel_says_the_same(self):
        process = self.begin("objects", "threads", "shared", "zeros", "say")
        self.said(process)
        rss = kilobytes(process.pid, "smaps_rollup", "Rss") << 10
        look = self.look(process)
        self.check_sums(look)
        self.assertEqual(look["resident"], rss)
        # Of the same moment: other programs come and go, with which it shares pages.
        self.assertLess(abs(look["proportional"] - look["kernel"]["pss"]), PAGE)
        self.assertLess(look["kernel"]["pss"], rss)
        self.assertEqual(look["kernel"]["page_tables"], kilobytes(process.pid, "status", "VmPTE") << 10)

    def test_all_of_a_program_with_tables_has_a_name(self):
        if not interpreters.has_modules(interpreters.DEBIAN, ("numpy", "pandas")):
            self.skipTest("no pandas here")
        for allocator in ("pymalloc", "malloc", "pymalloc_debug"):
            process = self.begin("tables", "objects", "threads", "say", PYTHONMALLOC=allocator)
            said = self.said(process)
            look = self.look(process)
            self.check_sums(look)
            self.check_malloc(look, said)
            self.assertLessEqual(look["unexplained"] * UNEXPLAINED, look["resident"])
            objects = "malloc_objects" if allocator == "malloc" else "pymalloc_objects"
            self.assertGreater(self.term(look, objects)["resident"], 10 * MIB)

    @with_every_interpreter
    def test_all_has_a_name_with_every_interpreter(self, python):
        process = self.begin("objects", "mapped", "say", python=[python])
        self.said(process)
        look = self.look(process)
        self.check_sums(look)
        self.assertLessEqual(look["unexplained"] * UNEXPLAINED, look["resident"])
        size = sum(self.term(look, name)["size"] for name in PYMALLOC)
        self.assertEqual((size > 0, size % interpreters.arena_size(python)), (True, 0))

    def test_a_program_that_runs_is_looked_at_while_it_does(self):
        process = self.begin("objects", "say")
        self.said(process)
        done = self.memray("rss", process.pid, "--live", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        look = json.loads(done.stdout)
        self.check_sums(look)
        self.assertTrue(look["live"])
        self.assertLessEqual(look["unexplained"] * UNEXPLAINED, look["resident"])


class Command(Looking):
    def test_a_table_says_what_json_says(self):
        process = self.begin("shared", "threads", "say")
        self.said(process)
        look = self.look(process)
        done = self.memray("rss", process.pid)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "Process %d: %s" % (process.pid, look["command_line"]))
        self.assertRegex(done.stdout, r"(?m)^ +41\.943MB +[\d.]+% +41\.943MB    shared memory$")
        self.assertRegex(done.stdout, r"(?m)^\d+ arenas of malloc$")
        self.assertLessEqual(max(map(len, lines[1:])), 120)

    def test_a_file_is_not_overwritten(self):
        process = self.begin("say")
        self.said(process)
        path = self.folder / "rss.json"
        done = self.memray("rss", process.pid, "--json", "-o", path)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "Wrote %s\n" % path, ""))
        self.assertEqual(json.loads(path.read_text())["pid"], process.pid)
        again = self.memray("rss", process.pid, "-o", path)
        self.assertEqual((again.returncode, again.stdout, again.stderr.count("\n")), (1, "", 1))
        self.assertEqual(json.loads(path.read_text())["pid"], process.pid)
        self.assertEqual(self.memray("rss", process.pid, "-f", "-o", path).returncode, 0)
        self.assertTrue(path.read_text().startswith("Process"))

    def test_what_cannot_be_looked_at_is_refused_in_one_line(self):
        ended = subprocess.Popen(["true"])
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        for pid, status, expected in ((0x3fffff00, 1, "There is no process"), (ended.pid, 1, "has ended"),
                                      (2, 1, "is a kernel thread"), ("nobody", 2, "is not a process id")):
            done = self.memray("rss", pid)
            self.assertEqual((done.returncode, done.stdout), (status, ""), pid)
            self.assertIn(expected, done.stderr)
            self.assertLessEqual(done.stderr.count("\n"), 2)
        ended.wait()

    def test_a_stopped_program_is_looked_at_and_stays_stopped(self):
        process = self.begin("objects", "say", "say")
        self.said(process)
        os.kill(process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        self.check_sums(self.look(process))
        self.assertEqual(status_of(process.pid, "State"), "T (stopped)")
        os.kill(process.pid, signal.SIGCONT)
        for _ in range(2):
            self.go_on(process)
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_the_memory_cgroup_stands_beside_it(self):
        with limited_memory(self, 1 << 30) as members:
            process = self.begin("shared", "say", preexec_fn=lambda: members.write_text(str(os.getpid())))
            self.said(process)
            cgroup = self.look(process)["cgroup"]
            self.assertEqual(cgroup["limit"], 1 << 30)
            self.assertGreater(cgroup["used"], 40 * MIB)
            self.assertIn(" in its cgroup, of 1.074GB at most; ", self.memray("rss", process.pid).stdout)
            self.end(process)

    def test_the_program_goes_on_as_before(self):
        process = self.begin("threads", "say", "objects", "say")
        for _ in range(2):
            self.said(process)
            for _ in range(5):
                self.look(process)
            self.go_on(process)
        self.assertEqual(process.wait(PATIENCE), 0)


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class OtherUsers(OtherUser):
    def test_the_process_of_another_user_is_refused_in_one_line(self):
        for options in ((), ("--live",)):
            done = self.memray("rss", *options, os.getpid(), **self.own)
            self.assert_one_line_of_error(done)

    def test_an_ordinary_user_looks_at_own_processes(self):
        process = self.launch("in_read", target=self.target, calls=self.calls, **self.identity)
        look = json.loads(self.memray("rss", "--json", process.pid, **self.own).stdout)
        self.assertEqual(look["resident"], look["kernel"]["rss"])
        self.assertLessEqual(look["unexplained"] * 100, look["resident"])
        self.wake(process, "woke 1\n")
