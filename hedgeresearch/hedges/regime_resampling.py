"""Samples with regimes that last as long as those of a fit: what a bootstrap of blocks would cut to pieces.

A path of regimes is drawn from the chain, and for each of its dates a date of the sample, by its smoothed probability
of that regime: a parametric chain with nonparametric returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.markov_chain import stationary_probabilities
from hedgeresearch.typing import Array, Indices


def regime_resampling(
    regimes: RegimeFit, sample: pd.DataFrame, seed: int
) -> Callable[[Any], pd.DataFrame]:
    """What gives a sample of as many dates at each call, whatever it is given.

    Raises
    ------
    DataError
        If the regimes were found in something else than the returns.
    """
    if not set(regimes.series) <= set(sample.columns):
        raise DataError(
            f"regimes must be those of the returns to be drawn again; these are of {list(regimes.series)}. Leave out "
            "observe, or compare ratios of regimes instead."
        )
    # how the chain began is soon forgotten, so that the state in which a later fit begins does as well
    smoothed, _ = regimes.initial_state.hindsight(sample[list(regimes.series)].to_numpy())
    transition, skipped = regimes.initial_state.transition, len(sample) - len(smoothed)
    dates_of = [weights / weights.sum() for weights in smoothed.T]
    generator = np.random.default_rng(seed)

    def draw(_: Any) -> pd.DataFrame:
        path = draw_path(transition, len(sample), generator)
        rows = np.empty(len(sample), dtype=np.intp)
        for regime, weights in enumerate(dates_of):
            here = path == regime
            rows[here] = skipped + generator.choice(len(weights), int(here.sum()), p=weights)
        return sample.iloc[rows]

    return draw


def draw_path(transition: Array, n_dates: int, generator: np.random.Generator) -> Indices:
    """Regimes (n_dates,) of a chain that begins anywhere in the long run."""
    uniform = generator.random(n_dates)
    first = np.cumsum(stationary_probabilities(transition))
    # where each date leads from each regime is decided for all dates at once; what is left is to follow it
    ends = np.cumsum(transition, axis=1)[:, :-1]
    leads = (ends[None] < uniform[:, None, None]).sum(axis=2).tolist()
    regime = int((first[:-1] < uniform[0]).sum())
    path = [regime]
    for lead in leads[1:]:
        regime = lead[regime]
        path.append(regime)
    return np.array(path, dtype=np.intp)
