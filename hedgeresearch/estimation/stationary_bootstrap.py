"""The stationary bootstrap: rows drawn in blocks of random length, and the mean length of a block.

Politis and Romano (1994), Journal of the American Statistical Association 89, section 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from hedgeresearch.typing import Array, Indices

CONSTANT_TOLERANCE = 1e-12
"""Standard deviation, relative to the largest value, below which a series counts as constant."""
MIN_DATES = 8
"""Number of dates from which autocorrelations can be estimated."""


def optimal_block_length(series: Array) -> int:
    """Return the longest mean block length that a column of (n_dates, n_series) needs, at least 1.

    Constant columns do not count, and the length is one where fewer than eight dates leave no
    autocorrelations. Source: Politis and White (2004), Econometric Reviews 23, with the correction
    of Patton, Politis and White (2009).
    """
    from arch import bootstrap

    centered = series - series.mean(axis=0)
    spread = centered.std(axis=0)
    varying = spread > CONSTANT_TOLERANCE * np.abs(series).max(axis=0)
    if not varying.any() or len(series) < MIN_DATES:
        return 1
    with np.errstate(divide="ignore", invalid="ignore"):  # where a stretch is constant
        found = bootstrap.optimal_block_length(centered[:, varying] / spread[varying])
    lengths = found["stationary"].to_numpy()
    return max(math.ceil(float(lengths[np.isfinite(lengths)].max(initial=1.0))), 1)


def draw_random_numbers(
    n_dates: int, n_draws: int, seed: int, at_once: int
) -> Iterator[tuple[Indices, Array]]:
    """Yield the random numbers of ``draw_rows`` for some draws at a time, whatever the blocks.

    Returns
    -------
    starts : array (n_some, n_dates), rows at which blocks begin where they do
    uniforms : array (n_some, n_dates), which say where: up to one over the mean length of a block
    """
    generator = np.random.default_rng(seed)
    for first in range(0, n_draws, at_once):
        n_some = min(at_once, n_draws - first)
        starts = np.empty((n_some, n_dates), dtype=np.int64)
        uniforms = np.empty((n_some, n_dates))
        for draw in range(n_some):
            starts[draw] = generator.integers(n_dates, size=n_dates, dtype=np.int64)
            uniforms[draw] = generator.random(n_dates)
        yield starts, uniforms


def draw_rows(n_dates: int, block_length: int, n_draws: int, seed: int) -> Iterator[Indices]:
    """Yield the positions (n_dates,) of each draw, in blocks of this mean length."""
    from arch.bootstrap import StationaryBootstrap

    rows: Any = np.arange(n_dates)
    draws = StationaryBootstrap(block_length, rows, seed=np.random.default_rng(seed))
    for drawn, _ in draws.bootstrap(n_draws):
        yield np.asarray(drawn[0])
