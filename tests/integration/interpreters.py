# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The Python interpreters of this machine."""
import functools
import os
import subprocess
from pathlib import Path

DEBIAN = "/usr/bin/python3"
OLDEST = (3, 8)


def pyenv_versions():
    roots = [os.environ.get("PYENV_ROOT"), Path.home() / ".pyenv"]
    folders = {folder.resolve() for root in roots if root for folder in (Path(root) / "versions").glob("*")}
    return sorted(str(folder / "bin" / "python") for folder in folders if (folder / "bin" / "python").exists())


@functools.cache
def version_of(python):
    """(major, minor) of a CPython, or None for anything else."""
    code = "import sys; print('%s %d %d' % (sys.version_info[3], sys.version_info[0], sys.version_info[1]))"
    answer = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    fields = answer.stdout.split()
    return (int(fields[1]), int(fields[2])) if answer.returncode == 0 and len(fields) == 3 else None


@functools.cache
def every_one():
    found = [DEBIAN, DEBIAN + "-dbg", *pyenv_versions()]
    return tuple(python for python in found if os.access(python, os.X_OK) and version_of(python))


def supported():
    return [python for python in every_one() if version_of(python) >= OLDEST]


def unsupported():
    return [python for python in every_one() if version_of(python) < OLDEST]
