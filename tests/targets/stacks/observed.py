# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Runs call_shapes.py under a function of the program's own that sees each call, and marks the stack in that, too.
Argument: kind of function."""
import os
import runpy
import sys
import threading

from mark import mark

times = 0


def see(*_):
    global times
    times += 1
    if times % 2000 == 1:
        mark()


def observe_with_setprofile():
    threading.setprofile(see)
    sys.setprofile(see)


def observe_with_settrace():
    def trace(*what):
        see()
        return trace
    threading.settrace(trace)
    sys.settrace(trace)


def observe_with_monitoring():
    sys.monitoring.use_tool_id(sys.monitoring.PROFILER_ID, "see")
    sys.monitoring.register_callback(sys.monitoring.PROFILER_ID, sys.monitoring.events.PY_START, see)
    sys.monitoring.set_events(sys.monitoring.PROFILER_ID, sys.monitoring.events.PY_START)


globals()["observe_with_" + sys.argv[1]]()
runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "call_shapes.py"))
sys.setprofile(None)
sys.settrace(None)
