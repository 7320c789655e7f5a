# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The base of the tests that attach to programs, and what can be seen of a process from outside."""
import os
import re
import subprocess
import time
from pathlib import Path

import numpy

import interpreters
from capture import Amount
from profiled import LIBRARIES, PATIENCE, TARGETS, Profiled, lines_of

CALLS = LIBRARIES / "calls.so"
TARGET = TARGETS / "attaching/attachable.py"
AFTER = (Amount(100, 100 * 5001),) * 2
PAYLOAD = "/memfd:memray-payload"
REGION = "/memfd:memray "
PREPARED = ("in_epoll", "in_lock", "in_accept", "in_sort", "in_asyncio", "in_greenlets", "in_gevent", "in_numpy", "busily",
            "deep", "with_threads", "forbidden", "confined", "in_vfork")  # say so
LONGEST_ATTACH = 30  # seconds: what it allows itself, to find a safe point and for its calls; scripts/bench_attach measures


def maps_of(pid):
    """(begin, end, permissions, path) of each mapping."""
    for line in Path("/proc/%d/maps" % pid).read_text().splitlines():
        fields = line.split(maxsplit=5)
        begin, end = (int(address, 16) for address in fields[0].split("-"))
        yield begin, end, fields[1], fields[5] if len(fields) > 5 else ""


def words_of(pid):
    """Address -> each word, in data that a linker or loader has filled in, that points into code."""
    maps = list(maps_of(pid))
    low = min(begin for begin, _, permissions, _ in maps if "x" in permissions)
    found = {}
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        for begin, end, permissions, path in maps:
            if not path.startswith("/") or "memfd:" in path or "x" in permissions or "p" not in permissions:
                continue
            memory.seek(begin)
            words = numpy.frombuffer(memory.read(end - begin), dtype=numpy.uint64)
            places = numpy.flatnonzero((words >= low) & (words < 1 << 47))
            found.update(zip((begin + 8 * places).tolist(), words[places].tolist()))
    return found


class Code:
    """Which file the code at an address comes from."""

    def __init__(self, pid):
        self.ranges = [(begin, end, path) for begin, end, permissions, path in maps_of(pid) if "x" in permissions]
        self.files = list(maps_of(pid))

    def file_at(self, address):
        return next((path for begin, end, path in self.ranges if begin <= address < end), None)

    def file_holding(self, address):
        return next((path for begin, end, _, path in self.files if begin <= address < end), None)


def words_into_payload(pid):
    code = [(begin, end) for begin, end, _, path in maps_of(pid) if path.startswith(PAYLOAD)]
    return [address for address, word in words_of(pid).items() if any(low <= word < high for low, high in code)]


def status_of(pid, name):
    return re.search(r"^%s:\s*(.*)$" % name, Path("/proc/%d/status" % pid).read_text(), re.MULTILINE)[1]


def address_space(pid):
    return sum(end - begin for begin, end, _, _ in maps_of(pid))


def footprint(pid):
    return len(os.listdir("/proc/%d/fd" % pid)), len(os.listdir("/proc/%d/task" % pid))


class Attached(Profiled):
    pid = None  # of the target, where it is not the process that was started

    def launch(self, *arguments, python=interpreters.DEBIAN, target=TARGET, calls=CALLS, **keywords):
        return self.launch_command([python, target, calls, *arguments], **keywords)

    def launch_command(self, command, **keywords):
        process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   **keywords)
        self.addCleanup(self.end, process)
        self.assertEqual(process.stdout.readline(), "waiting\n")
        if any(word in PREPARED for word in command):
            self.assertEqual(process.stdout.readline(), "started\n")
        return process

    def wait_for_state(self, process, state):
        """One that is let go of while it is stopped runs for the moment that it takes to stop again."""
        deadline = time.monotonic() + PATIENCE
        while status_of(process.pid, "State") != state and time.monotonic() < deadline:
            time.sleep(0.001)
        self.assertEqual(status_of(process.pid, "State"), state)

    def wake(self, process, expected):
        process.stdin.write("x")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), expected)

    def target_of(self, process):
        return self.pid or process.pid

    def attach(self, process, *options, **keywords):
        started = time.monotonic()
        done = self.memray("attach", self.target_of(process), "-f", "-o", self.path, *options, **keywords)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertLess(time.monotonic() - started, LONGEST_ATTACH)
        return done

    def detach(self, process, **keywords):
        pid = self.target_of(process)
        done = self.memray("detach", pid, **keywords)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "Recorded process %d into %s\n" % (pid, self.path), ""))

    def assert_recorded(self, source=TARGET):
        capture = self.capture()
        self.assertEqual(capture.at(source, lines_of(TARGET)["after"], "malloc")[1:], AFTER)
        self.assert_nothing_lost(capture)
        return capture

    def record_to_its_end(self, process):
        """What an attached program allocates when it goes on is recorded, and it ends as alone."""
        self.wake(process, "woke 1\n")
        self.detach(process)
        self.assert_recorded()
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)

    def assert_restored(self, pid, before, hooked):
        """Words that led into the payload lead where they did before, or, if they were not bound then, elsewhere now."""
        after, code = words_of(pid), Code(pid)
        self.assertGreater(len(hooked), 10)
        for address in hooked:
            old, new = before.get(address), after[address]
            if old is None or new == old:
                self.assertFalse(code.file_at(new).startswith(PAYLOAD))
                continue
            # A lazily bound word led to its own object's stub and is bound now, as its next call would have done.
            self.assertEqual(code.file_at(old), code.file_holding(address))
            self.assertRegex(code.file_at(new), r"/lib(c|jemalloc|tcmalloc_minimal|mimalloc)\.so|/libc-2")

    def assert_only_dormant(self, pid):
        paths = [path for _, _, _, path in maps_of(pid)]
        self.assertEqual([path for path in paths if path.startswith(REGION)], [])
        self.assertEqual(sum("x" in permissions and path.startswith(PAYLOAD)
                             for _, _, permissions, path in maps_of(pid)), 1)

    def assert_no_more(self, footprint, before):
        """Fewer may be: the program's own files and threads come and go."""
        for after, earlier in zip(footprint, before):
            self.assertLessEqual(after, earlier)

    def attach_wake_detach(self, process, *options, source=TARGET, wakes=True, **keywords):
        """All that has to hold, whatever the program does meanwhile."""
        pid = self.target_of(process)
        before, seen = words_of(pid), footprint(pid)
        self.attach(process, *options, **keywords)
        hooked = words_into_payload(pid)
        self.assert_no_more(footprint(pid), seen)
        if wakes:
            self.wake(process, "woke 1\n")
        else:
            self.assertEqual(process.stdout.readline(), "woke 1\n")
        seen_awake = footprint(pid)
        self.detach(process, **keywords)
        self.assert_no_more(footprint(pid), seen_awake)
        self.assert_restored(pid, before, hooked)
        self.assert_only_dormant(pid)
        self.assert_recorded(source)
        self.wake(process, "end\n")
        self.assertEqual(process.wait(PATIENCE), 0)

    def holder_of(self, process):
        done = self.memray("attach", process.pid, "-f", "-o", self.folder / "other")
        self.assert_one_line_of_error(done)
        return int(re.search(r"is being recorded already, by process (\d+)", done.stderr)[1])
