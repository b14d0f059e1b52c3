"""Weights of hedges that are combined, from hedged returns out of sample."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.optimization.nonnegative import nonnegative_least_squares
from hedgeresearch.typing import Array

MIN_RELATIVE_VARIANCE = 1e-20
"""Variance of hedged returns, relative to the asset's, below which it is rounding."""


def forward_folds(n_dates: int, n_folds: int) -> Iterator[tuple[int, int]]:
    """Yield the first row and the end of each fold of the second half of the dates.

    Each fold is hedged by a fit on all dates before it.

    Raises
    ------
    DataError
        If a fold would have less than one date.
    """
    if n_dates < 2 * n_folds:
        raise DataError(
            f"asset and hedges must have at least {2 * n_folds} rows for {n_folds} folds; got "
            f"{n_dates}. Use fewer."
        )
    edges = np.linspace(n_dates // 2, n_dates, n_folds + 1).astype(int).tolist()
    yield from pairwise(edges)


def inverse_variance_weights(hedged: Array, unhedged: float) -> Array:
    """Return weights (n_members,) inverse to the variances of hedged returns.

    Parameters
    ----------
    hedged : array (n_dates, n_members)
    unhedged : float
        Variance of the asset.
    """
    inverse = 1.0 / np.maximum(hedged.var(axis=0), MIN_RELATIVE_VARIANCE * unhedged)
    return np.asarray(inverse / inverse.sum())


def stacking_weights(hedged: Array, unhedged: float, importance: Array | None = None) -> Array:
    """Return weights (n_members,), nonnegative and with sum one, of least hedged variance.

    With y = s w, the minimum of y'Sy + (1 - sum(y))^2 over y >= 0 is w'Sw / (1 + w'Sw) at the best
    s, and the same w minimizes it: nonnegative least squares without a constraint on the sum,
    for which S may be singular.

    Parameters
    ----------
    hedged : array (n_dates, n_members)
        Hedged returns, of covariance S.
    unhedged : float
        Variance of the asset.
    importance : array (n_dates,), optional
        Weight of each date in S, not negative; all dates count the same by default.
    """
    share = np.full(len(hedged), 1.0) if importance is None else importance
    share = share / share.sum()
    deviations = np.sqrt(share)[:, None] * (hedged - share @ hedged)
    variances = (deviations**2).sum(axis=0)
    scale = max(float(variances.min()), MIN_RELATIVE_VARIANCE * unhedged) ** 0.5
    system = np.vstack([deviations / scale, np.ones(hedged.shape[1])])
    solution = nonnegative_least_squares(system, np.append(np.zeros(len(hedged)), 1.0))
    return np.asarray(solution / solution.sum())


def weights_by_regime(
    hedged: Array, predicted: Array, unhedged: float, prior_dates: float
) -> Array:
    """Return stacking weights (k, n_members) of each regime.

    Date t counts p_{t,k} in regime k, plus its share of ``prior_dates`` dates on which losses are
    those of all dates, at the level of the regime: a regime that was seen on few dates has the
    weights of all.

    Parameters
    ----------
    hedged : array (n_dates, n_members)
        Hedged returns.
    predicted : array (n_dates, k)
        Probabilities of the regimes, given the data before each date.
    unhedged : float
        Variance of the asset.
    prior_dates : float
    """
    losses = (hedged**2).sum(axis=1)
    level = max(float(losses.mean()), MIN_RELATIVE_VARIANCE * unhedged)
    weights = []
    for probability in predicted.T:
        seen = probability.sum()
        relative = probability @ losses / (seen * level) if seen > 0.0 else 1.0
        importance = probability + relative * prior_dates / len(hedged)
        weights.append(stacking_weights(hedged, unhedged, importance))
    return np.stack(weights)
