# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Starts other processes in every way; only this one's own allocations count. Argument: calls.so."""
import ctypes
import os
import subprocess
import sys
import threading

calls = ctypes.CDLL(sys.argv[1])


def fork_one():
    pid = os.fork()
    if pid == 0:
        calls.call_malloc(1000, 1000, 777)  # @child
        calls.call_free(0, 100, 0)
        os._exit(6)
    assert os.waitpid(pid, 0)[1] == 6 << 8


calls.call_malloc(0, 100, 5001)  # @before
fork_one()
assert subprocess.run(["/bin/sh", "-c", "exit 8"]).returncode == 8
assert subprocess.run([sys.executable, "-c", "print(1)"], stdout=subprocess.PIPE, close_fds=False).stdout == b"1\n"
assert os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)[1] == 0
assert os.system("exit 2") == 2 << 8
threads = [threading.Thread(target=fork_one) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
calls.call_malloc(200, 100, 5003)  # @after
