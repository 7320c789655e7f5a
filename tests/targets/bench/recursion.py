# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Many Python calls, few allocations."""


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def run():
    for _ in range(20):
        fibonacci(29)
