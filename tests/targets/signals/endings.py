# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Allocates and then ends in the way asked for. Arguments: calls.so, way."""
import ctypes
import os
import signal
import sys

calls = ctypes.CDLL(sys.argv[1])
ENDINGS = {
    "return": lambda: None,
    "exit0": lambda: sys.exit(0),
    "exit3": lambda: sys.exit(3),
    "message": lambda: sys.exit("a message"),
    "exception": lambda: 1 // 0,
    "_exit": lambda: os._exit(4),
    "abort": os.abort,
    "segfault": lambda: ctypes.string_at(0),
    "terminate": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "interrupt": lambda: os.kill(os.getpid(), signal.SIGINT),
    "exec": lambda: os.execv("/bin/sh", ["sh", "-c", 'echo $$ >"$READY"; read line <"$GO"; exit 9']),
    "exec_python": lambda: os.execv(sys.executable, [sys.executable, "-c", "import sys; sys.exit(11)"]),
}
calls.call_malloc(0, 100, 5001)  # @before
ENDINGS[sys.argv[2]]()
