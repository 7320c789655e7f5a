# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Has profile and trace functions of its own; exits with 1 if they were not called. Argument: calls.so."""
import ctypes
import sys
import threading

calls = ctypes.CDLL(sys.argv[1])
seen = {"profile": 0, "trace": 0}


def profile(frame, event, argument):
    seen["profile"] += event == "call" and frame.f_code.co_name == "work"


def trace(frame, event, argument):
    seen["trace"] += event == "call" and frame.f_code.co_name == "work"


def work():
    calls.call_malloc(0, 10, 5001)  # @work


threading.setprofile(profile)
sys.setprofile(profile)
before = sys.gettrace()
if before is None:
    sys.settrace(trace)
for _ in range(100):
    work()
sys.exit(sys.getprofile() is not profile or seen["profile"] != 100 or (before is None and seen["trace"] != 100))
