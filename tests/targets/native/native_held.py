# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Waits below a function of the library "chains" that has just allocated: native_held.py LIBRARY SIZE"""
import ctypes
import sys

from ready import ready

HOLD = ctypes.CFUNCTYPE(None)(ready)
ctypes.CDLL(sys.argv[1]).chain_held(ctypes.c_size_t(int(sys.argv[2])), HOLD)
