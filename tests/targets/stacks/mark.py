# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""mark() allocates a million bytes, and prints the stack that Python itself sees at that line."""
import os
import traceback

KEPT = []


def mark(*_):
    stack = traceback.extract_stack(); KEPT.append(bytearray(1000000))
    os.write(1, ("\n" + ";".join(f"{frame.name}:{frame.lineno}:{frame.filename}" for frame in stack) + "\n").encode())
