"""Starting points of EM for a switching regression.

Dates are grouped by local averages of quantities in which regimes may differ. A start looks at
squared residuals mixed at random with their products with the hedges: averaged over a random width,
at each date alone, or averaged with signs that alternate from date to date. EM reaches regimes of
short duration from the latter two only: where staying is likely, it ignores what the dates alone
say.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch.typing import Array

WIDTHS = (5, 20, 60)
"""Numbers of dates over which a start takes local averages."""
LOADING_SCALES = (0.1, 1.0, 5.0)
"""Standard deviations of the random weights of residual products against squared residuals."""
PATTERNS = ("lasting", "single dates", "alternating", *("lasting",) * 7)
"""Patterns of starts, in turn; few look for brief regimes, from which EM converges slowly."""
STAY_PROBABILITY = 0.95
"""Probability of staying where a start looks for lasting regimes."""
OWN_WEIGHT = 0.8
"""Weight of a date in the regime of its group."""
EVEN_WEIGHT = 0.2
"""Weight of a date that is spread evenly over all regimes."""


class Start(NamedTuple):
    """A starting point.

    Attributes
    ----------
    weights : array (n_dates, k), weight of each date in each regime
    transition : array (k, k)
    """

    weights: Array
    transition: Array


def starting_points(
    residuals: Array, hedges: Array, n_regimes: int, n_starts: int, seed: int
) -> list[Start]:
    """Return starting points.

    Parameters
    ----------
    residuals : array (n_dates,)
        Residuals of the regression without regimes.
    hedges : array (n_dates, n_hedges)
    n_regimes, n_starts, seed : int
    """
    rng = np.random.default_rng(seed)
    features = np.column_stack([residuals**2, residuals[:, None] * hedges])
    features /= features.std(axis=0)
    starts = []
    for i in range(n_starts):
        pattern = PATTERNS[i % len(PATTERNS)]
        width = min(int(rng.choice(WIDTHS)), len(features) // 4)
        loading = rng.normal(0.0, rng.choice(LOADING_SCALES), features.shape[1])
        loading[0] += 1.0
        averages = np.convolve(features @ loading, _moving_average(pattern, width), mode="same")
        weights = _group_weights(averages, n_regimes)
        lasting = pattern == "lasting"
        transition = _lasting_transition(n_regimes) if lasting else _observed_transition(weights)
        starts.append(Start(weights, transition))
    return starts


def _moving_average(pattern: str, width: int) -> Array:
    """Return the weights of a moving average, up to a factor."""
    if pattern == "single dates":
        return np.ones(1)
    if pattern == "alternating":
        return np.asarray((-1.0) ** np.arange(width))
    return np.ones(width)


def _group_weights(values: Array, n_regimes: int) -> Array:
    """Return weights (n_dates, k) of groups of equal size by the rank of values (n_dates,)."""
    ranks = values.argsort().argsort()
    group = ranks * n_regimes // len(ranks)
    own = group[:, None] == np.arange(n_regimes)
    return np.asarray(EVEN_WEIGHT / n_regimes + OWN_WEIGHT * own)


def _lasting_transition(n_regimes: int) -> Array:
    """Return the transition (k, k) of regimes that are likely to stay and leave for any other."""
    if n_regimes == 1:
        return np.ones((1, 1))
    transition = np.full((n_regimes, n_regimes), (1.0 - STAY_PROBABILITY) / (n_regimes - 1))
    np.fill_diagonal(transition, STAY_PROBABILITY)
    return transition


def _observed_transition(weights: Array) -> Array:
    """Return the shares (k, k) of transitions between regimes, by the weights of the dates."""
    transitions = weights[:-1].T @ weights[1:]
    return np.asarray(transitions / transitions.sum(axis=1, keepdims=True))
