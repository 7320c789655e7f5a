# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Calls each named function of the library "chains" with a size of its own: native_chains.py LIBRARY NAME..."""
import ctypes
import sys

FIRST_SIZE = 700001  # bytes; one more for each that follows


def call(library, name, size):
    getattr(library, name)(ctypes.c_size_t(size))  # @call


def main():
    library = ctypes.CDLL(sys.argv[1])
    for number, name in enumerate(sys.argv[2:]):
        call(library, name, FIRST_SIZE + number)  # @main


main()  # @module
