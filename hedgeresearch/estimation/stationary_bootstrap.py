"""The stationary bootstrap: rows drawn in blocks of random length, and the mean length of a block.

Politis and Romano (1994), Journal of the American Statistical Association 89, section 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from hedgeresearch.typing import Array, Indices

CONSTANT_TOLERANCE = 1e-12
"""Standard deviation, relative to the largest value, below which a series counts as constant."""
MIN_INSIGNIFICANT = 5
"""Number of successive autocorrelations that must be small, up to a million dates."""
MIN_DATES = 8
"""Number of dates from which autocorrelations can be estimated."""


def optimal_block_length(series: Array) -> int:
    """Return the longest mean block length that a column of (n_dates, n_series) needs, at least 1.

    Constant columns do not count, and the length is one where fewer than eight dates leave no
    autocorrelations. Source: Politis and White (2004), Econometric Reviews 23, with the correction
    of Patton, Politis and White (2009).
    """
    centered = series - series.mean(axis=0)
    spread = centered.std(axis=0)
    varying = spread > CONSTANT_TOLERANCE * np.abs(series).max(axis=0)
    if not varying.any() or len(series) < MIN_DATES:
        return 1
    with np.errstate(divide="ignore", invalid="ignore"):  # where a stretch is constant
        lengths = np.array([_block_length(x) for x in (centered[:, varying] / spread[varying]).T])
    return max(math.ceil(float(lengths[np.isfinite(lengths)].max(initial=1.0))), 1)


def _block_length(x: Array) -> float:
    """Return the best mean block length of a series (n_dates,), not finite where there is none.

    Politis and White (2004), equations 9 and 14 and section 3.2, with the variance of Patton,
    Politis and White (2009). As in arch, an autocorrelation is relative to the sizes of the dates
    that it compares.
    """
    n = len(x)
    deviations = x - x.mean()
    n_small = max(MIN_INSIGNIFICANT, int(np.log10(n)))
    n_lags = math.ceil(math.sqrt(n)) + n_small
    covariances = np.empty(n_lags + 1)
    is_small = np.empty(n_lags + 1, dtype=bool)
    limit = 2.0 * np.sqrt(np.log10(n) / n)
    for lag in range(n_lags + 1):
        product = deviations[lag:] @ deviations[: n - lag]
        later = deviations[lag + 1 :]
        earlier = deviations[: -(lag + 1)]
        covariances[lag] = product / n
        is_small[lag] = np.abs(product) / np.sqrt((later @ later) * (earlier @ earlier)) < limit
    starts = [i for i in range(n_lags - n_small + 1) if is_small[i : i + n_small].all()]
    bandwidth = min(2 * max(starts[0], 1), n_lags) if starts else n_lags
    lags = np.arange(1, bandwidth + 1)
    # a flat top: one up to half the bandwidth, then falling to zero
    weights = 2.0 * np.minimum(1.0, 2.0 * (1.0 - lags / bandwidth)) * covariances[lags]
    spectrum = covariances[0] + weights.sum()
    longest = math.ceil(min(3.0 * math.sqrt(n), n / 3.0))
    best = np.cbrt((weights @ lags / spectrum) ** 2 * n)
    return float(np.minimum(best, longest))


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
    row = np.arange(n_dates)
    for starts, uniforms in draw_random_numbers(n_dates, n_draws, seed, at_once=1):
        is_new = uniforms[0] <= 1.0 / block_length
        is_new[0] = True
        begin = np.maximum.accumulate(np.where(is_new, row, 0))
        yield (starts[0][begin] + row - begin) % n_dates
