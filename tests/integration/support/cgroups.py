# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Memory cgroups for tests, of version 1 or 2, where this machine lets one be made."""
import contextlib
import errno
import os
import time
from pathlib import Path

PATIENCE = 60  # seconds


def _write(path, text):
    path.write_text(str(text), encoding="ascii")


def _make(folder, limits):
    folder.mkdir()
    try:
        for name, value in limits.items():
            _write(folder / name, value)
    except OSError:
        folder.rmdir()
        raise
    return folder


def _try_make(limit):
    name = "memray-test-%d" % os.getpid()
    first = Path("/sys/fs/cgroup/memory")
    if first.is_dir():
        return _make(first / name, {"memory.limit_in_bytes": limit})
    second = Path("/sys/fs/cgroup")
    if "memory" not in (second / "cgroup.subtree_control").read_text(encoding="ascii").split():
        raise OSError("the root cgroup does not control memory")
    return _make(second / name, {"memory.max": limit, "memory.swap.max": 0})


def _remove(folder):
    """When the last that joined it has gone; the kernel takes a moment more."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return folder.rmdir()
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


@contextlib.contextmanager
def limited_memory(test, limit):
    """The path of the file that processes join it by; skips the test with the reason if there can be none."""
    try:
        folder = _try_make(limit)
    except OSError as error:
        test.skipTest("no memory cgroup can be made here: %s" % error)
    try:
        yield folder / "cgroup.procs"
    finally:
        _remove(folder)
