# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The tables of cli/doc/numbers.md and README.md, from the results of one run of scripts/bench.

Values are as measured, negative ones too: a program can be faster by chance. A mean follows from the rows as they are
printed.
"""
import datetime
import os
import re
import statistics
from pathlib import Path

LABELS = {"recursion": "recursion (calls, few allocations)", "json_text": "json", "arrays": "arrays (NumPy)",
          "depth": "depth (allocations 900 calls deep)"}
HEADINGS = {"default": "added time, ours / {peer}", "--trace-python-allocators": "with `--trace-python-allocators`",
            "--native": "`--native`, ours / {peer}", "both": "and `--trace-python-allocators`"}
TABLES = (("default", "--trace-python-allocators"), ("--native", "both"))  # modes that stand beside each other


def machine():
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return "%d cores, %s, Linux %s" % (os.cpu_count(), model[1] if model else "unknown processor", os.uname().release)


def pair(values):
    return " / ".join("%.2fx" % value for value in values)


def mean(rows):
    """Geometric, of the times with and without a profiler, of (ours, peer) as they are printed."""
    return [statistics.geometric_mean(1 + round(value, 2) for value in column) - 1 for column in zip(*rows)]


def table(results, modes, peer):
    """`results`: mode -> workload -> added time of ours and of the peer, as multiples of the untracked time."""
    lines = ["| workload | " + " | ".join(HEADINGS[mode].format(peer=peer) for mode in modes) + " |",
             "|---|" + "---|" * len(modes)]
    for workload in results[modes[0]]:
        cells = [pair(results[mode][workload]) for mode in modes]
        lines.append("| %s | %s |" % (LABELS.get(workload, workload), " | ".join(cells)))
    means = [pair(mean(results[mode].values())) for mode in modes]
    return "\n".join([*lines, "| geometric mean | %s |" % " | ".join(means)])


def markdown(modes, start, about):
    """`modes` as in table(); `start`: (untracked, ours, peer) in seconds, or None; `about`: what was measured with."""
    peer = about["peer"]
    parts = ["Measured with `scripts/bench --markdown` on {today}: {machine}; {interpreter}, {peer}, this memray at "
             "{commit}; medians of {rounds} alternating rounds. Added time is a multiple of the program's own."
             .format(today=datetime.date.today().isoformat(), machine=machine(), **about)]
    for beside in TABLES:
        measured = [mode for mode in beside if mode in modes]
        if measured:
            parts.append(table(modes, measured, peer))
    if start:
        base, ours, other = start
        parts.append("| | ours | %s |\n|---|---|---|\n| start-up | %+.3f s | %+.3f s |" % (peer, ours - base, other - base))
    return "\n\n".join(parts)
