"""Draws of the difference of correlations, from sums over the days of each draw."""

from __future__ import annotations

import numpy as np

from hedgeresearch.estimation.stationary_bootstrap import draw_rows
from hedgeresearch.typing import Array, Mask

MIN_DRAWN = 3
"""Minimum number of days of each kind in a draw."""
DRAWS_AT_ONCE = 256
"""Draws whose sums are computed together."""
ROUNDING = 1e-12
"""Sum of squared deviations, relative to that of squares, up to which it is rounding."""


def breakdown_draws(
    values: Array, flags: Mask, block_length: int, n_draws: int, seed: int
) -> Array:
    """Return draws of the adjusted correlation minus the calm one, dates drawn in blocks.

    Draws without a correlation of calm or of turbulent days are left out.
    """
    products = _products(values)
    rows = draw_rows(len(values), block_length, n_draws, seed)
    differences = []
    for first in range(0, n_draws, DRAWS_AT_ONCE):
        n_some = min(DRAWS_AT_ONCE, n_draws - first)
        counts = np.stack([np.bincount(next(rows), minlength=len(values)) for _ in range(n_some)])
        weights = counts.astype(float)
        calm = _moments(weights[:, ~flags] @ products[~flags])
        turbulent = _moments(weights[:, flags] @ products[flags])
        differences.append(_drawn_differences(calm, turbulent))
    found = np.concatenate(differences)
    return np.asarray(found[np.isfinite(found)])


def _products(values: Array) -> Array:
    """Return one, both columns of (n_dates, 2) in units of their size, squares and product."""
    centered = (values - values.mean(axis=0)) / values.std(axis=0)
    x = centered[:, 0]
    y = centered[:, 1]
    return np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y])


def _moments(sums: Array) -> tuple[Array, Array, Array]:
    """Return numbers of days, correlations and variances of the source of sums (n_draws, 6)."""
    n, x, y, xx, yy, xy = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        spread_x = xx - x * x / n
        spread_y = yy - y * y / n
        # what is left of the squares of a series that does not move is rounding
        spread_x[spread_x <= ROUNDING * xx] = np.nan
        spread_y[spread_y <= ROUNDING * yy] = np.nan
        correlation = (xy - x * y / n) / np.sqrt(spread_x * spread_y)
        return n, np.clip(correlation, -1.0, 1.0), spread_y / (n - 1.0)


def _drawn_differences(
    calm: tuple[Array, Array, Array], turbulent: tuple[Array, Array, Array]
) -> Array:
    """Return adjusted minus calm correlation of each draw; NaN where there is none."""
    n_calm, rho_calm, variance_calm = calm
    n_turbulent, rho, variance = turbulent
    with np.errstate(invalid="ignore"):
        ratio = variance / variance_calm
        differences = rho / np.sqrt(1.0 + (ratio - 1.0) * (1.0 - rho**2)) - rho_calm
    return np.where(np.minimum(n_calm, n_turbulent) >= MIN_DRAWN, differences, np.nan)
