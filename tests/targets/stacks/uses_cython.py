# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Calls a module that Cython compiled."""
import cython_calls

from mark import mark


def called():
    cython_calls.fill(100, 10, 7001)  # @called
    mark()


cython_calls.fill(0, 100, 6001)  # @fill
cython_calls.call(called, 20)
