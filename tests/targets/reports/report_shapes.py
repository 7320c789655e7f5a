# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Memory of known sizes for the reports: anonymous mappings, some kept, some given back, some at once.

Argument: how many seconds the kept memory, the peak and the time after it last (default 0)."""
import mmap
import sys
import threading
import time

import report_shapes_import

MB = 1_000_000
kept = [report_shapes_import.mapping]


def keep(size):
    kept.append(mmap.mmap(-1, size))


def leak():
    keep(10 * MB)
    keep(2 * MB)


def work():
    keep(4 * MB)


def reach_the_peak(seconds):
    held = mmap.mmap(-1, 30 * MB)
    time.sleep(seconds)
    held.close()


def use_for_a_moment():
    for _ in range(5):
        mmap.mmap(-1, MB).close()


def main(seconds):
    leak()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    time.sleep(seconds)
    reach_the_peak(seconds)
    use_for_a_moment()
    time.sleep(seconds)


main(float(sys.argv[1]) if len(sys.argv) > 1 else 0)
