# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Mappings of every class, with known sizes. Arguments: the name of a file of 300 MB."""
import ctypes
import mmap
import os
import sys

MIB = 1 << 20
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
NONE, READ, USE = 0, mmap.PROT_READ, mmap.PROT_READ | mmap.PROT_WRITE
MAP_STACK, MADV_DONTNEED, MREMAP_MAYMOVE = 0x20000, 4, 1

libc = ctypes.CDLL(None)
libc.mmap.restype = libc.mremap.restype = libc.calloc.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.mprotect.argtypes = libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.mremap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int]
libc.calloc.argtypes = [ctypes.c_size_t, ctypes.c_size_t]

file = os.open(sys.argv[1], os.O_RDONLY)
memory = os.memfd_create("shared")
os.ftruncate(memory, 8 * MIB)

huge = libc.mmap(None, 1 << 40, NONE, PRIVATE, -1, 0)  # @reserved
libc.mprotect(huge, 16 * MIB, USE)  # @usable
libc.mprotect(huge, 8 * MIB, READ)  # @again
gone = libc.mmap(None, 1 << 41, NONE, PRIVATE, -1, 0)  # @gone
libc.munmap(gone, 1 << 41)
moved = libc.mmap(None, 4 * MIB, NONE, PRIVATE, -1, 0)
libc.mremap(moved, 4 * MIB, 64 * MIB, MREMAP_MAYMOVE)  # @moved
libc.mmap(None, 300_000_000, READ, mmap.MAP_PRIVATE, file, 0)  # @private
libc.mmap(None, 300_000_000, READ, mmap.MAP_SHARED, file, 0)  # @shared
libc.mmap(None, 8 * MIB, USE, mmap.MAP_SHARED, memory, 0)  # @memfd
libc.mmap(None, 8 * MIB, READ, mmap.MAP_SHARED, memory, 0)  # @twice
libc.mmap(None, 3 * MIB, USE, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, -1, 0)  # @anonymous
libc.mmap(None, 5 * MIB, USE, PRIVATE | MAP_STACK, -1, 0)  # @stack
libc.calloc(1, 400 * MIB)  # @untouched
given_back = libc.mmap(None, 32 * MIB, USE, PRIVATE, -1, 0)  # @given_back
ctypes.memset(given_back, 1, 32 * MIB)
libc.madvise(given_back, 32 * MIB, MADV_DONTNEED)
cut = libc.mmap(None, 10 * MIB, USE, PRIVATE, -1, 0)  # @cut
libc.munmap(cut + 2 * MIB, 3 * MIB)
