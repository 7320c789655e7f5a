#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Compiles every header of the product alone: a header that needs another one to be included first fails.

Arguments: the compiler (default: c++) and the repository root (default: that of this script).
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
FOLDERS = ["payload", "injector", "symbolizer", "cli"]


def compile_alone(compiler, root, header):
    # Through standard input, because a header given as the main file would warn about its #pragma once.
    return subprocess.run(
        [compiler, *FLAGS, "-I", str(root), "-x", "c++", "-"],
        input=f'#include "{header.relative_to(root).as_posix()}"\n',
        stderr=subprocess.PIPE, text=True).stderr


def main():
    compiler = sys.argv[1] if len(sys.argv) > 1 else "c++"
    root = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).parent.parent).resolve()
    headers = sorted(header for folder in FOLDERS for header in (root / folder).rglob("*.h"))
    if not headers:
        print(f"no headers below {root}", file=sys.stderr)
        return 1
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        errors = [text for text in pool.map(lambda header: compile_alone(compiler, root, header), headers) if text]
    print("".join(errors), file=sys.stderr, end="")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
