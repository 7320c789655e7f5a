# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Closes its standard input and the descriptor given, and goes on: with a child, and a program that this executes."""
import os
import subprocess
import sys

from ready import ready

os.close(0)
os.close(int(sys.argv[1]))
alive, end = os.pipe()
child = os.fork()
if child == 0:
    os.close(end)
    kept = [bytes(1000) for _ in range(1000)]
    subprocess.run([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=alive)
    os._exit(0)
ready()
os.close(end)
sys.exit(os.waitpid(child, 0)[1] or 7)
