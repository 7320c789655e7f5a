#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Checks the direction of includes between folders, and that they are written from the repository root.

Tests may include anything.

Prints file:line for each wrong one and exits with 1. Argument: the repository root (default: that of this script).
"""
import re
import sys
from pathlib import Path

WIRE = "payload/wire"
BASE = "injector/base"
SOCKETS = "injector/sockets"
PTRACE = "injector/ptrace"
ELF = "injector/elf"
CAPTURE = "injector/capture"
INTERNING = "injector/interning"
UNWIND = "injector/unwind"
CPYTHON = "injector/cpython"
REGION = "injector/region"
SAFE_POINT = "injector/safe_point"
INJECTION = "injector/injection"
PURSUIT = "injector/pursuit"
COLLECTOR = "injector/collector"
MERGE = "injector/merge"
LIVE = "injector/live"
RECORDING = "injector/recording"
HEAP_MEMORY = "injector/heap/memory"
HEAP_SOURCE = "injector/heap/source"
HEAP_GLIBC = "injector/heap/glibc"
HEAP_PYTHON = "injector/heap/python"
HEAP_GRAPH = "injector/heap/graph"
HEAP_ACCOUNTS = "injector/heap/accounts"
HEAP = {HEAP_MEMORY, HEAP_SOURCE, HEAP_GLIBC, HEAP_PYTHON, HEAP_GRAPH, HEAP_ACCOUNTS}
TERMINAL = "cli/terminal"
REPORT = "cli/report"
TRANSFORM = "cli/transform"
TREE = "cli/tree"
SETTINGS = "cli/settings"
COMMAND_LINE = "cli/command_line"

# Folder -> folders it may include from besides its own. The deepest folder that matches counts.
ALLOWED = {
    WIRE: set(),
    "payload": {WIRE},
    BASE: set(),
    SOCKETS: {BASE},
    PTRACE: {BASE},
    ELF: {BASE},
    CAPTURE: {BASE},
    INTERNING: {BASE, CAPTURE},
    UNWIND: {BASE, ELF, PTRACE, WIRE},
    CPYTHON: {BASE, PTRACE, ELF, WIRE},
    REGION: {BASE, PTRACE, ELF, CPYTHON, WIRE},
    SAFE_POINT: {BASE, PTRACE, ELF},
    INJECTION: {BASE, PTRACE, ELF, CPYTHON, REGION, SAFE_POINT, WIRE},
    PURSUIT: {BASE, PTRACE, ELF, CPYTHON, REGION, SAFE_POINT, INJECTION},
    COLLECTOR: {BASE, PTRACE, ELF, WIRE, CAPTURE, INTERNING, UNWIND},
    MERGE: {BASE, CAPTURE, INTERNING},
    LIVE: {BASE, SOCKETS, CAPTURE, COLLECTOR},
    RECORDING: {BASE, SOCKETS, CAPTURE, COLLECTOR, LIVE, REGION, INJECTION, PURSUIT, WIRE},
    HEAP_MEMORY: {BASE, ELF},
    HEAP_SOURCE: {BASE, ELF, PTRACE, SAFE_POINT, INJECTION, HEAP_MEMORY},
    HEAP_GLIBC: {BASE, ELF, HEAP_MEMORY},
    HEAP_PYTHON: {BASE, ELF, CPYTHON, WIRE, HEAP_MEMORY},
    HEAP_GRAPH: {BASE, HEAP_MEMORY, HEAP_GLIBC, HEAP_PYTHON},
    HEAP_ACCOUNTS: {BASE, ELF} | HEAP - {HEAP_ACCOUNTS},
    "symbolizer": {BASE, CAPTURE},
    REPORT: {BASE, CAPTURE, INTERNING},
    TRANSFORM: {BASE, CAPTURE, REPORT},
    TERMINAL: {BASE},
    TREE: {BASE, CAPTURE, REPORT, TERMINAL},
    SETTINGS: {BASE},
    COMMAND_LINE: {BASE, CAPTURE, SETTINGS, TERMINAL},
    "cli/heap": {BASE, TERMINAL, REPORT} | HEAP,
    "cli/live": {BASE, SOCKETS, CAPTURE, LIVE, REPORT, TERMINAL},
    "cli": {BASE, SOCKETS, CAPTURE, COLLECTOR, MERGE, LIVE, RECORDING, REGION, INJECTION, PURSUIT, REPORT, TRANSFORM, TERMINAL,
            TREE, SETTINGS, COMMAND_LINE, "cli/live", "cli/heap", "cli", "symbolizer"} | HEAP,
}
# The wire is compiled into a library without a C++ runtime.
WIRE_SYSTEM_HEADERS = {"algorithm", "array", "atomic", "bit", "cstddef", "cstdint", "limits", "type_traits"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def folder_of(path):
    """The deepest folder of ALLOWED that holds this path, or its top folder."""
    matches = [folder for folder in ALLOWED if path.startswith(folder + "/")]
    return max(matches, key=len, default=path.split("/")[0])


def complaint(root, path, quote, target):
    """Why this include is wrong, or None."""
    folder = folder_of(path)
    if quote == "<":
        if target == "Python.h" and folder in ALLOWED:
            return "CPython is read from memory: Python.h is not included"
        if folder == WIRE and target not in WIRE_SYSTEM_HEADERS:
            return f"the wire must stay freestanding: <{target}>"
        return None
    if folder not in ALLOWED:
        return None
    if not (root / target).is_file():
        return f'"{target}" is not a path from the repository root'
    other = folder_of(target)
    if other != folder and other not in ALLOWED[folder]:
        return f"{folder} may not include {other}"
    return None


def wrong_includes(root):
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in {".c", ".cpp", ".h"} or name.startswith(("build/", ".")):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            why = complaint(root, name, *match.groups()) if match else None
            if why:
                yield f"{name}:{number}: {why}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    wrong = list(wrong_includes(root))
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
