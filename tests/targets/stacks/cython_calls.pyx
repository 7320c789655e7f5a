# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
# cython: language_level=3
"""Allocates in compiled code, directly and through a Python function that it calls."""
from libc.stdlib cimport malloc

cdef void* kept[1000]


def fill(int first, int count, size_t size):
    for i in range(first, first + count):
        kept[i] = malloc(size)


def call(function, int count):
    for i in range(count):
        function()
