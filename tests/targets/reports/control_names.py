# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A function, a file and a thread whose names hold what terminals and spreadsheets obey."""
import ctypes
import threading

PR_SET_NAME = 15
CONTROLS = "\x1b[2J\x9b31m\x07\r\n\t\x7f\u202e\u2066\u200b\ufeff"
FUNCTION = "=cmd|' /C calc'!A0" + CONTROLS
FILE = "@SUM(1+1)" + CONTROLS + ".py"
THREAD = b"+1\x1b[2J\r\n\xff"

kept = []
namespace = {"kept": kept}
exec(compile("def call():\n    kept.append(bytearray(9_000_000))\n", FILE, "exec"), namespace)  # pylint: disable=exec-used
call = namespace["call"]
call.__code__ = call.__code__.replace(co_name=FUNCTION)


def work():
    ctypes.CDLL(None).prctl(PR_SET_NAME, THREAD, 0, 0, 0)
    call()


thread = threading.Thread(target=work)
thread.start()
thread.join()
