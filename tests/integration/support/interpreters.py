# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The Python interpreters of this machine, or those in $MEMRAY_INTERPRETERS (separated by colons)."""
import functools
import os
import subprocess
from pathlib import Path

DEBIAN = "/usr/bin/python3"
OLDEST = (3, 8)
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
# The root of a Debian sid with Python and memray 1.20: scripts/sid_root makes one.
SID_ROOT = Path(os.environ.get("MEMRAY_SID_ROOT") or CACHE / "memray-bench" / "sid")


def chosen():
    """Those that the environment names; scripts/interpreters tests one after the other that way."""
    return [python for python in os.environ.get("MEMRAY_INTERPRETERS", "").split(":") if python]


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
def can_run(python, code):
    return subprocess.run([python, "-c", code], stderr=subprocess.DEVNULL).returncode == 0


def has_modules(python, modules):
    return can_run(python, "import %s" % ", ".join(modules)) if modules else True


def has_debug_hooks(python):
    """Around its allocators: in debug builds and in the development mode."""
    return can_run(python, "import sys; sys.exit(not (sys.flags.dev_mode or hasattr(sys, 'gettotalrefcount')))")


@functools.cache
def is_free_threaded(python):
    return can_run(python, "import sys, sysconfig; sys.exit(not sysconfig.get_config_var('Py_GIL_DISABLED'))")


@functools.cache
def every_one():
    found = chosen() or [DEBIAN, DEBIAN + "-dbg", *pyenv_versions()]
    return tuple(python for python in found if os.access(python, os.X_OK) and version_of(python))


def supported():
    return [python for python in every_one() if version_of(python) >= OLDEST]


def unsupported():
    return [python for python in every_one() if version_of(python) < OLDEST]


@functools.cache
def embedding_flags(python):
    """For the C compiler; nothing if there is nothing to link with."""
    code = "import sysconfig as s; print(s.get_config_var('INCLUDEPY'), s.get_config_var('LIBDIR'), " \
           "s.get_config_var('LDVERSION'))"
    include, folder, version = subprocess.check_output([python, "-c", code], text=True).split()
    there = [os.path.exists(path) for path in (include + "/Python.h", "%s/libpython%s.so" % (folder, version))]
    return ["-I" + include, "-L" + folder, "-Wl,-rpath," + folder, "-lpython" + version] if all(there) else []


def embeddable():
    """At most two."""
    return ends_of(filter(embedding_flags, supported()))


def arena_size(python):
    """Bytes that its pymalloc takes from the system at a time (ARENA_SIZE of Objects/obmalloc.c)."""
    return 1 << (20 if version_of(python) >= (3, 10) else 18)


def oldest_and_newest(modules=(), since=OLDEST, before=(4, 0)):
    """At most two of the supported ones that are of these versions and have these modules."""
    return ends_of(python for python in supported()
                   if since <= version_of(python) < before and has_modules(python, modules))


def ends_of(pythons):
    """The oldest and the newest."""
    found = sorted(pythons, key=lambda python: (version_of(python), python))
    return [*dict.fromkeys([*found[:1], *found[-1:]])]
