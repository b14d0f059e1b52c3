"""Eight successive segments of a sample in the eight lanes of a register.

A recursion y_{t+1} = u_t + b y_t advances in every segment at once, where lanes of successive dates
would wait for each other. The value before each segment must be known: over a segment of m dates

    y_{t+m} = y^0_{t+m} + b^m y_t,

with y^0 the recursion that begins at zero, and for z_{t+1} = y_t + b z_t

    z_{t+m} = z^0_{t+m} + b^m z_t + m b^{m-1} y_t.

Row i of a sample in segments holds its dates i, i + m, ..., i + 7 m, and zeros after the last date.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import WIDTH
from hedgeresearch._kernels.compilation.kernels import kernel

SHORT = 7
"""Mask of the number of a row: products of eight more factors are looked at."""
SMALL = 1e-100
LARGE = 1e100
"""Bounds of products that may grow on: eight more factors neither under- nor overflow."""


@kernel
def in_segments(values):
    """Return values (n_dates,) in segments, (8 m,), with zeros after the last date."""
    n_dates = values.shape[0]
    m = (n_dates + WIDTH - 1) // WIDTH
    segments = np.zeros(m * WIDTH)
    for k in range(WIDTH):
        for i in range(min(m, n_dates - k * m)):
            segments[i * WIDTH + k] = values[k * m + i]
    return segments


@kernel
def fill_mask(i, n_dates, m, mask):
    """Fill ``mask`` (8 or more,) with one where row i holds a date, and zero after the last one."""
    for k in range(WIDTH):
        mask[k] = 1.0 if k * m + i < n_dates else 0.0


@kernel
def take_logarithms(products, is_last):
    """Return the sum of the logarithms of products (8 or more,) that are large or small, or of all.

    These become one; the others may grow on.
    """
    total = 0.0
    for k in range(WIDTH):
        if is_last or not SMALL < products[k] < LARGE:
            total += math.log(products[k])
            products[k] = 1.0
    return total
