# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Makes as many allocations of 777 bytes as its number says, and exits with that. Arguments: calls.so, number, and
those of the children that come of it one after the other."""
import ctypes
import subprocess
import sys

calls = ctypes.CDLL(sys.argv[1])
number = int(sys.argv[2])
calls.call_malloc(1000, number, 777)  # @child
if len(sys.argv) > 3:
    following = [sys.executable, __file__, sys.argv[1], *sys.argv[3:]]
    assert subprocess.run(following).returncode == int(sys.argv[3]) % 100
sys.exit(number % 100)
