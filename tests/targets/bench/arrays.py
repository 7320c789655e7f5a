# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""NumPy arrays with many temporaries, large and small."""
import numpy as np


def smooth(values):
    return (np.roll(values, 1) + values + np.roll(values, -1)) / 3.0


def run():
    values = np.random.default_rng(1).random(300000)
    for _ in range(150):
        values = smooth(values)
    for _ in range(150000):
        small = values[:50] * 2.0
        values[:50] = small - values[:50]
