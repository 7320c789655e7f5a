# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Draws the Mandelbrot set with NumPy, in the terminal."""
import numpy as np

WIDTH, HEIGHT, STEPS, CHARACTERS = 1600, 1200, 60, " .:-=+*#%@"


def plane(width, height):
    real = np.linspace(-2.2, 0.8, width)
    imaginary = np.linspace(-1.2, 1.2, height)
    return real[np.newaxis, :] + 1j * imaginary[:, np.newaxis]


def escape_times(points, steps):
    times = np.full(points.shape, steps, dtype=np.int32)
    values = np.zeros_like(points)
    for step in range(steps):
        active = times == steps
        values[active] = values[active] ** 2 + points[active]
        times[active & (np.abs(values) > 2.0)] = step
    return times


def draw(times, columns=78, rows=30):
    height, width = times.shape
    sample = times[:: height // rows, :: width // columns]
    shades = np.sqrt(sample / times.max()) * (len(CHARACTERS) - 1)
    for row in shades.astype(int):
        print("".join(CHARACTERS[shade] for shade in row))


if __name__ == "__main__":
    draw(escape_times(plane(WIDTH, HEIGHT), STEPS))
