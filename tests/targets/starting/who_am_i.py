# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Says what a program can find out about how it was started, and what it reads."""
import json
import os
import sys
import traceback


def facts():
    main = sys.modules["__main__"]
    return {
        "name": __name__,
        "file": main.__dict__.get("__file__"),
        "spec": __spec__ and __spec__.name,
        "package": __package__,
        "is_main": main.__dict__ is globals(),
        "argv": sys.argv,
        "path": sys.path,
        "flags": str(sys.flags),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "modules": sorted(sys.modules),
        "stack": [frame.name for frame in traceback.extract_stack()],
        "cwd": os.getcwd(),
        "environment": dict(os.environ),
        "threads": len(os.listdir("/proc/self/task")),
        "input": sys.stdin.read(),
        "terminal": [os.isatty(number) for number in range(3)],
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd")),
        "group": os.getpgrp() == os.getpgid(os.getppid()),
    }


print(json.dumps(facts(), indent=1, sort_keys=True))
