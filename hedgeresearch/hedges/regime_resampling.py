"""Regime-preserving resampling, as block resampling would shorten the regimes.

A path of regimes is drawn from the Markov chain. For each of its dates an observation of the sample
is drawn, weighted by its smoothed probability of that regime: a parametric chain with nonparametric
returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import describe
from hedgeresearch.errors import DataError
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_chain import stationary_probabilities
from hedgeresearch.typing import Array, Indices


def regime_resampling(
    regimes: RegimeFit, sample: pd.DataFrame, seed: int
) -> Callable[[Any], pd.DataFrame]:
    """Return a function that draws a resample of the same length on each call.

    The function has the signature of the block bootstrap, so it takes drawn positions; it ignores
    them.

    Parameters
    ----------
    regimes : RegimeFit of some columns of the sample
    sample : DataFrame (n_dates, 1 + n_hedges)
    seed : int

    Raises
    ------
    DataError
        If the regimes were not estimated from columns of the sample.
    """
    if not set(regimes.series) <= set(sample.columns) or regimes.identities is not None:
        raise DataError(
            "regimes must be estimated from the returns to be resampled; these are of "
            f"{describe(regimes.model)} and {list(regimes.series)}. Ask the RegimeHedge itself for "
            "its interval, not a hedge that is composed of it."
        )
    # the influence of the initial state fades quickly, so that any initial state will do
    smoothed, _ = regimes.initial_state.hindsight(sample[list(regimes.series)].to_numpy())
    transition = regimes.initial_state.transition
    skipped = len(sample) - len(smoothed)
    generator = np.random.default_rng(seed)

    def draw(_: Any) -> pd.DataFrame:
        path = draw_path(transition, len(sample), generator)
        return sample.iloc[skipped + draw_dates(path, smoothed, generator)]

    return draw


def draw_dates(path: Indices, probabilities: Array, generator: np.random.Generator) -> Indices:
    """Return a drawn row for each date of a path of regimes, (n_drawn,).

    Parameters
    ----------
    path : array (n_drawn,), regime of each drawn date
    probabilities : array (n_dates, k), of the regimes of the dates to draw from, their weights
    generator : Generator
    """
    rows = np.empty(len(path), dtype=np.intp)
    for regime, weights in enumerate(probabilities.T):
        in_regime = path == regime
        n_drawn = int(in_regime.sum())
        rows[in_regime] = generator.choice(len(weights), n_drawn, p=weights / weights.sum())
    return rows


def draw_path(transition: Array, n_dates: int, generator: np.random.Generator) -> Indices:
    """Return the regimes (n_dates,) of a stationary Markov chain."""
    uniform = generator.random(n_dates)
    first = np.cumsum(stationary_probabilities(transition))
    # the successor of each regime on each date is computed at once; the path then follows the table
    upper_ends = np.cumsum(transition, axis=1)[:, :-1]
    successors = (upper_ends[None] < uniform[:, None, None]).sum(axis=2).tolist()
    regime = int((first[:-1] < uniform[0]).sum())
    path = [regime]
    for successor in successors[1:]:
        regime = successor[regime]
        path.append(regime)
    return np.array(path, dtype=np.intp)
