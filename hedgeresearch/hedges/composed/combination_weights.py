"""Weights of hedges that are combined, from what they leave of dates after those they were fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array

ALL_HEDGED = 1e-20
"""Variance of hedged returns, relative to the asset's, below which it is rounding."""


def forward_folds(n_dates: int, n_folds: int) -> Iterator[tuple[int, int]]:
    """Where each piece of the second half of the dates begins and ends; a fit on the dates before it hedges it."""
    if n_dates < 2 * n_folds:
        raise DataError(
            f"asset and hedges must have at least {2 * n_folds} rows for {n_folds} folds; got {n_dates}. Use fewer."
        )
    edges = np.linspace(n_dates // 2, n_dates, n_folds + 1).astype(int).tolist()
    yield from pairwise(edges)


def inverse_variance(hedged: Array, unhedged: float) -> Array:
    """Weights (n_members,) inverse to the variances of hedged returns (n_dates, n_members); ``unhedged`` is another."""
    inverse = 1.0 / np.maximum(hedged.var(axis=0), ALL_HEDGED * unhedged)
    return np.asarray(inverse / inverse.sum())


def stacking(hedged: Array, unhedged: float) -> Array:
    """Weights (n_members,), not negative and with sum one, of least variance of hedged returns (n_dates, n_members).

    With y = s w, the least of y'Sy + (1 - sum(y))^2 over y >= 0 is w'Sw / (1 + w'Sw) at the best s, which the same w
    makes least: non-negative least squares without a constraint on the sum, and singular S allowed.
    """
    from scipy.optimize import nnls

    scale = (len(hedged) * max(float(hedged.var(axis=0).min()), ALL_HEDGED * unhedged)) ** 0.5
    system = np.vstack([(hedged - hedged.mean(axis=0)) / scale, np.ones(hedged.shape[1])])
    found, _ = nnls(system, np.append(np.zeros(len(hedged)), 1.0))
    return np.asarray(found / found.sum())
