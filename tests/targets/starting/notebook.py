# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What a notebook does: runs two cells in a kernel, prints which files Python takes them for, and ends the kernel.
Arguments: a connection file and calls.so; or the file and "make", which makes it."""
import sys

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

PATIENCE = 120  # seconds
DEFINITION = """import ctypes, sys
calls = ctypes.CDLL(%r)
def grow(count):
    calls.call_malloc(0, count, 5001)
here = sys._getframe().f_code.co_filename
"""
USE = """here = sys._getframe().f_code.co_filename
grow(30)
for _ in range(2):
    grow(35)
"""


def run(client, cell):
    answer = client.execute(cell, user_expressions={"here": "here"}, reply=True, timeout=PATIENCE)
    assert answer["content"]["status"] == "ok", answer["content"]
    print(answer["content"]["user_expressions"]["here"]["data"]["text/plain"].strip("'"))


path, what = sys.argv[1:]
if what == "make":
    write_connection_file(path, transport="ipc", ip=path)
else:
    client = BlockingKernelClient(connection_file=path)
    client.load_connection_file()
    client.hb_channel.time_to_dead = PATIENCE  # one that still starts is not dead
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE)
    run(client, DEFINITION % what)
    run(client, USE)
    client.shutdown(reply=True, timeout=PATIENCE)
