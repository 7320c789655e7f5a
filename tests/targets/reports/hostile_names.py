# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Functions, files and a thread whose names are made to be mistaken for markup."""
import mmap
import threading

ATTACK = "<img src=x onerror=\"globalThis.attacked=1\"></script><script>globalThis.attacked=1</script>"
kept = []
namespace = {"kept": kept, "mmap": mmap}
SOURCE = "def call():\n    kept.append(mmap.mmap(-1, 9_000_000))\n"
exec(compile(SOURCE, f"/tmp/{ATTACK}.py", "exec"), namespace)  # pylint: disable=exec-used
call = namespace["call"]
call.__code__ = call.__code__.replace(co_name=ATTACK)
thread = threading.Thread(target=call, name=ATTACK)
thread.start()
thread.join()
