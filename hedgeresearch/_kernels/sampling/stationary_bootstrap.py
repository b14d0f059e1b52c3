"""Moments of samples that the stationary bootstrap draws, without writing the samples."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel

CONSTANT = 1e-12
"""Variance of a draw, relative to its mean square, up to which it is rounding of zero."""


@kernel
def drawn_effectiveness_gains(starts, uniforms, new_block, triples, gains):
    """Fill the effectiveness of each hedge less that of a benchmark, on each draw.

    Row t of a draw follows the row before it, the first one after the last, unless its uniform
    number is at most ``new_block``: then it is the row ``starts[t]``. The hedges share the random
    numbers and differ in the length of their blocks. A draw on which the asset does not vary gives
    NaN.

    Parameters
    ----------
    starts : array (n_draws, n_dates) of rows
    uniforms : array (n_draws, n_dates) of numbers in [0, 1)
    new_block : array (n_hedges,), probability that a block begins
    triples : array (n_hedges, n_dates, 3), returns of hedge, benchmark and asset, less their means
    gains : array (n_draws, n_hedges), filled
    """
    for draw in range(len(starts)):
        for k in range(len(new_block)):
            own, other, asset, size = _variations(
                starts[draw], uniforms[draw], new_block[k], triples[k]
            )
            gains[draw, k] = (other - own) / asset if asset > CONSTANT * size else np.nan


@kernel
def _variations(starts, uniforms, new_block, triples):
    """Return the sums of squared deviations of a draw, and the sum of squares of the asset."""
    n = len(starts)
    row = starts[0]
    own = 0.0
    own_squares = 0.0
    other = 0.0
    other_squares = 0.0
    asset = 0.0
    asset_squares = 0.0
    for t in range(n):
        if t > 0:
            row += 1
            if uniforms[t] <= new_block:
                row = starts[t]
            elif row == n:
                row = 0
        x = triples[row, 0]
        own += x
        own_squares += x * x
        y = triples[row, 1]
        other += y
        other_squares += y * y
        z = triples[row, 2]
        asset += z
        asset_squares += z * z
    return (
        own_squares - own * own / n,
        other_squares - other * other / n,
        asset_squares - asset * asset / n,
        asset_squares,
    )
