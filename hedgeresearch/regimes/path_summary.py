"""Description of a path of regimes: moments, transition matrix and shares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch._validation.collinearity import COLLINEARITY_TOLERANCE
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array, Indices

JEFFREYS_COUNT = 0.5
"""Count added to each transition: the estimate is then the posterior mean (Jeffreys prior)."""
UNKNOWN = -1
"""Regime of a date whose label or class the estimation sample does not have."""


class PathSummary(NamedTuple):
    """Regimes of a path, numbered by the variance of the first column.

    Attributes
    ----------
    moments : Moments, with the divisor n - 1
    transition : array (k, k), rows sum to one
    shares : array (k,), share of the dates in each regime
    numbers : array (k,), new number of each regime of the path
    """

    moments: Moments
    transition: Array
    shares: Array
    numbers: Indices


def summarize_path(observations: Array, path: Indices, k: int) -> PathSummary:
    """Describe the regimes of a path, and renumber them by the variance of the first column.

    Parameters
    ----------
    observations : array (n_dates, n_series)
    path : array (n_dates,), regime of each date
    k : int, number of regimes

    Raises
    ------
    ConvergenceError
        If a regime has too few or too similar observations for a positive definite covariance.
    """
    groups = [observations[path == j] for j in range(k)]
    scale = observations.std(axis=0)
    for group in groups:
        _check_definite(group, scale, n_dates=len(path))
    covariances = np.stack([_covariance(group) for group in groups])
    order = np.argsort(covariances[:, 0, 0])
    means = np.stack([groups[i].mean(axis=0) for i in order])
    numbers = np.argsort(order)
    renumbered = numbers[path]
    transitions = np.full((k, k), JEFFREYS_COUNT)
    np.add.at(transitions, (renumbered[:-1], renumbered[1:]), 1.0)
    return PathSummary(
        moments=Moments(means, covariances[order]),
        transition=transitions / transitions.sum(axis=1, keepdims=True),
        shares=np.bincount(renumbered, minlength=k) / len(path),
        numbers=numbers,
    )


def certain_probabilities(path: Indices, shares: Array) -> Array:
    """Return probabilities of one for given regimes, (n_dates, k).

    Parameters
    ----------
    path : array (n_dates,), regime of each date or ``UNKNOWN``
    shares : array (k,), probabilities of the regimes on the dates where they are unknown
    """
    return np.where(path[:, None] == UNKNOWN, shares, np.eye(len(shares))[path])


def _check_definite(group: Array, scale: Array, n_dates: int) -> None:
    """Refuse the dates of a regime without a positive definite covariance."""
    n_series = group.shape[1]
    enough = len(group) > n_series
    if enough and np.linalg.eigvalsh(_covariance(group / scale))[0] > COLLINEARITY_TOLERANCE:
        return
    raise ConvergenceError(
        f"every regime must have a positive definite covariance; one is visited on {len(group)} of "
        f"{n_dates} dates, too few or too alike for {n_series} series. Use fewer regimes or "
        "series, or more dates."
    )


def _covariance(group: Array) -> Array:
    n_series = group.shape[1]
    return np.cov(group, rowvar=False).reshape(n_series, n_series)
