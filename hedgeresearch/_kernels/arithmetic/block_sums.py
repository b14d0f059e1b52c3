"""Sums over the dates of a block, eight dates at once.

No kernel lets the compiler reorder a sum: it would choose another order for each of the kernels
that a pass is part of, and for compiled code that is kept. Here the order is written down: dates
whose numbers differ by a multiple of eight are added, then the eight sums, then what is left.
"""

from __future__ import annotations

from hedgeresearch._kernels.arithmetic.lanes import WIDTH, load, spread, total
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(fast=True)
def sum_of_first(values, size):
    """Return the sum of the first values of a contiguous array."""
    n_lanes = size // WIDTH
    sums = spread(0.0)
    for i in range(n_lanes):
        sums = sums + load(values, i)
    result = total(sums)
    for b in range(WIDTH * n_lanes, size):
        result += values[b]
    return result


@kernel(fast=True)
def sum_of_products(left, right, size):
    """Return the sum of the products of the first values of two contiguous arrays."""
    n_lanes = size // WIDTH
    sums = spread(0.0)
    for i in range(n_lanes):
        sums = sums + load(left, i) * load(right, i)
    result = total(sums)
    for b in range(WIDTH * n_lanes, size):
        result += left[b] * right[b]
    return result
