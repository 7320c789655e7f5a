# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Native stacks and their names are those that elfutils' own programs give."""
import os
import re
import subprocess
from pathlib import Path

from native import CHAINS, FIRST_SIZE, KNOWN, Native
from profiled import PATIENCE, TARGETS, with_every_interpreter


def output_of(*command):
    done = subprocess.run([*map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True,
                          timeout=PATIENCE)
    return done.stdout


def named_by_eu_addr2line(path, addresses):
    """Address -> the (function, file, line) of each function inlined there, innermost first."""
    text = output_of("eu-addr2line", "--addresses", "--functions", "--inlines", "--demangle", "--exe", path,
                     *map(hex, addresses))
    names, chain = {}, []
    for line in text.splitlines():
        if line.startswith("0x"):
            chain = names.setdefault(int(line, 16), [])
        elif match := re.match(r"(/.*?):(\d+)(:\d+)?$", line):
            chain[-1] = (chain[-1], os.path.normpath(match[1]), match[2])
        else:
            chain.append(line.split(" inlined at ")[0])
    return names


class Places:
    """Which file an address of a process belongs to, and where that is in it."""

    def __init__(self, pid):
        self.maps = []  # first address, last address, path
        for line in Path("/proc/%d/maps" % pid).read_text().splitlines():
            match = re.match(r"(\w+)-(\w+) \S+ (\w+) \S+ \d+ +(/.*)", line)
            if match and (int(match[3], 16) == 0 or not self.maps or self.maps[-1][2] != match[4]):
                self.maps.append((int(match[1], 16), int(match[2], 16), match[4]))
            elif match:
                self.maps[-1] = (self.maps[-1][0], int(match[2], 16), match[4])

    def of(self, address):
        (begin, path), = [(begin, path) for begin, end, path in self.maps if begin <= address < end]
        fixed = "EXEC" in output_of("readelf", "--file-header", path)
        return path, hex(address if fixed else address - begin)


class Tools(Native):
    def places(self, capture, stack):
        return [(capture.module_of(frame)["path"], capture.frames[frame]["address"]) for frame in stack]

    def test_names_are_those_of_eu_addr2line(self):
        self.profile(TARGETS / "native/native_chains.py", CHAINS, *KNOWN, "chain_unknown", options=["--native"])
        capture = self.native()
        frames = {frame for size in range(FIRST_SIZE, FIRST_SIZE + len(KNOWN) + 1)
                  for stack in capture.stacks[size] for frame in stack
                  if capture.module_of(frame) and capture.module_of(frame)["path"] == str(CHAINS.resolve())}
        # A return address is that of the instruction after the call.
        address_of = {frame: int(capture.frames[frame]["address"], 16) - (capture.frames[frame]["interrupted"] == "0")
                      for frame in frames}
        theirs = named_by_eu_addr2line(CHAINS, sorted(set(address_of.values())))
        for frame, address in address_of.items():
            ours = [(symbol["function"], symbol["file"], symbol["line"]) for symbol in capture.symbols[frame]]
            self.assertEqual(ours, theirs[address], hex(address))
        self.assertGreater(len(frames), 2 * len(KNOWN))
        self.assertEqual(max(map(len, theirs.values())), 3)

    @with_every_interpreter
    def test_a_stack_is_that_of_eu_stack(self, python):
        process, pid = self.start(TARGETS / "native/native_held.py", CHAINS, FIRST_SIZE, options=["--native"], python=python)
        text = output_of("eu-stack", "-q", "-n", "0", "-p", pid)
        places = Places(pid)
        theirs = [places.of(int(address, 16)) for address in re.findall(r"^#\d+ +(0x\w+)", text, re.MULTILINE)]
        self.go_on()
        process.communicate(timeout=PATIENCE)
        capture = self.native()
        (stack,) = capture.stacks[FIRST_SIZE]
        ours = self.places(capture, stack)
        # The innermost function has gone on, to the call of what waits now; those that called it have not.
        self.assertEqual(capture.names[stack[0]], ["held_leaf"])
        self.assertEqual(ours[1:], theirs[theirs.index(ours[1]):])
        self.assertEqual(theirs[theirs.index(ours[1]) - 1][0], str(CHAINS.resolve()))
