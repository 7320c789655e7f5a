# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A module that holds memory as soon as it is imported."""
import mmap

mapping = mmap.mmap(-1, 6_000_000)
