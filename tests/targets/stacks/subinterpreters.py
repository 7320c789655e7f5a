# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Subinterpreters in threads of their own, each with its own GIL where CPython has that (3.12 and later). Number i keeps
i + 1 blocks of two million bytes."""
import threading

try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

COUNT = 4
CODE = "kept = []\ndef inner():\n  kept.append(bytearray(2000000))\nfor _ in range(%d):\n  inner()\n"


def run(number):
    interpreters.run_string(made[number], CODE % (number + 1))  # @caller


made = [interpreters.create() for _ in range(COUNT)]
threads = [threading.Thread(target=run, args=(number,)) for number in range(COUNT)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for identity in made:
    interpreters.destroy(identity)
