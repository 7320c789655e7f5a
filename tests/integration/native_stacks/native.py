# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Native stacks: known chains of calls frame by frame, between Python's frames, of libraries that come and go, after
forks and attaching; and equal to libunwind's at the same points."""
import os
import re
import subprocess
from collections import defaultdict
from pathlib import Path

from attached import Attached
from capture import FIELD
from profiled import LIBRARIES, PATIENCE, PROGRAMS, TARGETS, Profiled, with_every_interpreter

CHAINS = LIBRARIES / "chains.so"
NATIVE_CHAINS = TARGETS / "native/native_chains.py"
FIRST_SIZE = 700001
EVALUATION = "_PyEval_EvalFrameDefault"
OWN = ("chain", "plain", "busy", "alloca", "aligned", "deep", "raise_signal", "on_signal", "handle", "plugin")

# Function -> the frames from malloc's caller to it, innermost first; None stands for any number of frames of others.
KNOWN = {
    "chain_plain": ["plain_leaf", "plain_middle"],
    "chain_busy": ["plain_leaf", "busy_middle"],
    "chain_alloca": ["plain_leaf", "alloca_middle"],
    "chain_aligned": ["plain_leaf", "aligned_middle"],
    "chain_deep": ["plain_leaf", *["deep_step"] * 2000],
    "chain_signal": ["plain_leaf", "on_signal", None, "raise_signal", "handle"],
    "chain_signal_stack": ["plain_leaf", "on_signal", None, "raise_signal", "handle"],
    "chain_template": ["plain_leaf", "void chains::in_template<int, 3>(unsigned long)"],
    "chain_inlined": ["plain_leaf", "chains::inlined_inner(unsigned long)", "chains::inlined_outer(unsigned long)",
                      "chains::with_inlined(unsigned long)"],
    "chain_unwinding": ["plain_leaf", "chains::Allocating::~Allocating()", "chains::unwound(unsigned long)"],
    "chain_caught": ["plain_leaf", "chains::in_handler(unsigned long)"],
    "chain_assembly": ["plain_leaf"],
}


class NativeCapture:
    """What `memray parse` prints of native stacks, by the size of the allocation."""

    def __init__(self, dump):
        records = defaultdict(list)
        for line in dump.splitlines():
            kind, _, rest = line.partition(" ")
            records[kind].append(dict(FIELD.findall(rest)))
        self.losses = {name: value for name, value in records["LOSSES"][0].items()}
        self.modules = records["MODULE"]
        self.frames = records["NATIVE_FRAME"]
        self.symbols = defaultdict(list)  # of a frame, innermost inlined function first
        for symbol in records["SYMBOL"]:
            self.symbols[int(symbol["frame"])].insert(0, symbol)
        self.names = defaultdict(list)
        for frame, symbols in self.symbols.items():
            self.names[frame] = [symbol["function"] for symbol in symbols]
        stacks = [(0, 0), *((int(entry["parent"]), int(entry["frame"])) for entry in records["NATIVE_STACK"])]
        self.stacks = defaultdict(set)  # bytes -> the native frames, innermost first
        for site in records["SITE"]:
            stack, frames = int(site["native_stack"]), []
            while stack:
                stack, frame = stacks[stack]
                frames.append(frame)
            if int(site["total_count"]):
                size = int(site["total_bytes"]) // int(site["total_count"])
                self.stacks[size].add(tuple(frames))

    def module_of(self, frame):
        number = self.frames[frame]["module"]
        return self.modules[int(number)] if number.isdigit() and int(number) < len(self.modules) else None

    def chain(self, size):
        """The function names of the only stack of allocations of that size."""
        (stack,) = self.stacks[size]
        return [name for frame in stack for name in self.names[frame] or ["?"]]


class Native(Profiled):
    def native(self, path=None):
        subprocess.run([PROGRAMS / "memray-symbolize", "--no-debuginfod", path or self.path], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE)
        done = self.memray("parse", path or self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return NativeCapture(done.stdout)

    def assert_chain(self, names, expected):
        at, anything = 0, False
        for name in expected:
            if name is None:
                anything = True
                continue
            while anything and names[at] != name:
                self.assertFalse(names[at].startswith(OWN), names[:at + 1])
                at += 1
            self.assertEqual(names[at], name, names[:at + 5])
            at, anything = at + 1, False

    def assert_known(self, capture, names):
        for number, function in enumerate(names):
            with self.subTest(function=function):
                self.assert_chain(capture.chain(FIRST_SIZE + number), [*KNOWN[function], function])


class Chains(Native):
    @with_every_interpreter
    def test_known_chains_frame_by_frame(self, python):
        self.profile(NATIVE_CHAINS, CHAINS, *KNOWN, options=["--native"], python=python)
        capture = self.native()
        self.assert_known(capture, KNOWN)
        self.assertEqual(capture.losses["cut_native_stacks"], "0")
        for number in range(len(KNOWN)):
            self.assertRegex(capture.chain(FIRST_SIZE + number)[-1], r"^(_start|\?|__libc_start.*)$")

    def test_python_frames_stand_between_the_native_ones(self):
        self.profile(NATIVE_CHAINS, CHAINS, "chain_plain", options=["--native"])
        done = self.memray("transform", "csv", "-o", self.folder / "table.csv", self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [row for row in (self.folder / "table.csv").read_text().splitlines() if ",%d," % FIRST_SIZE in row]
        self.assertEqual(len(rows), 1, rows)
        frames = [entry.split(";")[0] for entry in rows[0].split(",")[-1].strip('"').split("|")]
        names = [name for name in frames if name in ("plain_leaf", "plain_middle", "chain_plain", "call", "main",
                                                     "<module>", "Py_BytesMain")]
        self.assertEqual(names, ["plain_leaf", "plain_middle", "chain_plain", "call", "main", "<module>",
                                 "Py_BytesMain"])
        self.assertNotIn(EVALUATION, frames)

    def test_a_stack_ends_at_code_without_frame_information_and_is_counted(self):
        self.profile(NATIVE_CHAINS, CHAINS, "chain_unknown", options=["--native"])
        capture = self.native()
        self.assertEqual(capture.chain(FIRST_SIZE), ["plain_leaf", "chain_unknown"])
        self.assertEqual(capture.losses["cut_native_stacks"], "1")
        done = self.memray("summary", self.path)
        self.assertIn("1 native stack could not be followed to the end", done.stdout + done.stderr)

    def test_without_native_there_are_none(self):
        self.profile(NATIVE_CHAINS, CHAINS, "chain_plain")
        done = self.memray("parse", self.path)
        self.assertNotIn("NATIVE_STACK", done.stdout)

    def test_forked_children_have_native_stacks_too(self):
        self.profile("-c", "import ctypes, os\nlibrary = ctypes.CDLL(%r)\n"
                     "if os.fork() == 0:\n    library.chain_plain(ctypes.c_size_t(%d))\n    os._exit(0)\nos.wait()"
                     % (str(CHAINS), FIRST_SIZE), options=["--native", "--follow-fork"])
        (child,) = self.folder.glob("capture.bin.*")
        self.assert_known(self.native(child), ["chain_plain"])


class Loading(Native):
    ROUNDS = 12

    def test_each_stack_belongs_to_the_library_that_was_loaded_then(self):
        plugins = [LIBRARIES / ("plugin_%d.so" % number) for number in (1, 2, 3)]
        self.profile(TARGETS / "native/plugin_loads.py", self.ROUNDS, *plugins, options=["--native"])
        capture = self.native()
        for kind, plugin in enumerate(plugins):
            (stack,) = capture.stacks[800001 + kind]
            self.assertEqual(capture.chain(800001 + kind)[:2], ["plugin_leaf", "plugin_run"])
            self.assertEqual([capture.module_of(frame)["path"] for frame in stack[:2]], [str(plugin.resolve())] * 2)
        self.assertEqual(capture.losses["cut_native_stacks"], "0")


class NativeAttach(Native, Attached):
    def test_attaching_records_native_stacks(self):
        process = self.launch("in_read")
        self.attach(process, "--native")
        self.wake(process, "woke 1\n")
        self.detach(process)
        capture = self.native()
        stacks = [names for size, found in capture.stacks.items() if size == 5001 for names in found]
        self.assertTrue(stacks)
        for stack in stacks:
            self.assertEqual(Path(capture.module_of(stack[0])["path"]).name, "calls.so")
        self.assertEqual(capture.losses["cut_native_stacks"], "0")
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)


class Equivalence(Native):
    """The payload's walk and libunwind's, from the same registers, at each allocation of real programs."""
    STACKS = int(os.environ.get("MEMRAY_WALKS", "10000"))
    LONG = STACKS >= 1_000_000
    MODULES = ["numpy", "pandas"] if LONG else ["numpy"]
    ALLOCATOR = "malloc" if LONG else "default"  # importing pandas makes 500,000 objects

    @with_every_interpreter
    def test_both_walks_are_the_same(self, python):
        result = self.folder / "result"
        done = subprocess.run([PROGRAMS / "walk_equivalence", LIBRARIES / "compared_walks.so", python,
                               TARGETS / "native/walked.py", CHAINS, str(self.STACKS), *self.MODULES], stdin=subprocess.DEVNULL,
                              env={**os.environ, "WALK_EQUIVALENCE": str(result), "PYTHONMALLOC": self.ALLOCATOR,
                                   "OPENBLAS_NUM_THREADS": "1"},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=10 * PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = result.read_text()
        print("\nwalks: %s: %s: %s" % (python, text.splitlines()[-1], done.stdout), end="", flush=True)
        counts = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", text.splitlines()[-1])}
        self.assertGreaterEqual(counts["stacks"], self.STACKS)
        self.assertEqual((counts["mismatches"], counts["cut"]), (0, 0), text)


class Reports(Native):
    def test_every_report_shows_native_functions(self):
        self.profile(NATIVE_CHAINS, CHAINS, "chain_plain", options=["--native"])
        for report in (["summary", "--all-frames", "--json"], ["stats"]):
            done = self.memray(*report, self.path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("plain_leaf", done.stdout)
        for report in ("flamegraph", "table"):
            page = self.folder / report
            done = self.memray(report, "-f", "-o", page, self.path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("plain_leaf", page.read_text())
