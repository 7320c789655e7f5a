# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Large blocks of sizes of their own, by several functions of NumPy and, if it is given, those of the library "chains":
numpy_functions.py [LIBRARY]"""
import ctypes
import sys

import numpy as np

kept = []


def by_arithmetic():
    kept.append(np.ones(1_100_000) * 2.0 + 1.0)


def by_concatenation():
    kept.append(np.concatenate([np.ones(700_000), np.ones(710_000)]))


def by_fourier_transform():
    kept.append(np.fft.fft(np.ones(500_000)))


def by_indexing():
    values = np.arange(900_000)
    kept.append(values[values % 3 == 0])


def by_inverse():
    kept.append(np.linalg.inv(np.random.rand(400, 400) + np.eye(400)))


def by_iteration():
    kept.append(np.fromiter((i * i for i in range(200_000)), dtype=np.int64))


def by_matrix():
    matrix = np.random.rand(900, 900)
    kept.append(matrix @ matrix)


def by_random():
    kept.append(np.random.default_rng(1).standard_normal(1_700_000))


def by_sorting():
    kept.append(np.sort(np.arange(1_300_000)[::-1]))


def by_text():
    kept.append(np.array(["%d" % i for i in range(50_000)]))


def by_unique():
    kept.append(np.unique(np.arange(800_000) % 500_000))


def by_zeros():
    kept.append(np.zeros(3_000_000))


def by_library(path):
    library = ctypes.CDLL(path)
    for number, name in enumerate(["plain", "inlined", "template", "unwinding", "caught", "assembly"]):
        getattr(library, "chain_" + name)(ctypes.c_size_t(5_000_001 + number))


for function in (by_arithmetic, by_concatenation, by_fourier_transform, by_indexing, by_inverse, by_iteration, by_matrix,
                 by_random, by_sorting, by_text, by_unique, by_zeros):
    function()
for library in sys.argv[1:]:
    by_library(library)
