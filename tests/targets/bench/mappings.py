# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Many memory mappings."""
import mmap


def run():
    live = []
    for number in range(120000):
        live.append(mmap.mmap(-1, 4096 * (1 + number % 8)))
        if len(live) > 500:
            live.pop(0).close()
