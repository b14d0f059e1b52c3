"""Ratios of all entrants on a pair, out of sample."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hedgeresearch.errors import HedgeResearchWarning
from hedgeresearch.evaluation.engine.runner import walk_forward
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.reproductions.regime_study.pair import Pair
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class PairWalk:
    """Ratios of all entrants on a pair.

    Attributes
    ----------
    pair : Pair
    window : int
    models : list of str
    dates : DatetimeIndex (n_dates,)
    ratios : array (n_dates, n_models)
    failed_refits : list of int, by model
    closes_differ : bool, whether the returns of one lead those of the other
    """

    pair: Pair
    window: int
    models: list[str]
    dates: pd.DatetimeIndex
    ratios: Array
    failed_refits: list[int]
    closes_differ: bool

    @property
    def asset(self) -> Array:
        """Returns of the asset on these dates, (n_dates,)."""
        return self.pair.asset.to_numpy()[-len(self.dates) :]

    @property
    def hedge(self) -> Array:
        """Returns of the hedge on these dates, (n_dates,)."""
        return self.pair.hedges.to_numpy()[-len(self.dates) :, 0]


def walk_pair(
    pair: Pair, window: int, models: dict[str, HedgeModel], checkpoint: Path | None
) -> PairWalk:
    """Walk all models over a pair.

    A model that refuses the window at every refit hedges one to one. Warnings of single fits are
    not shown: failed refits are counted, and whether closes differ is kept.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HedgeResearchWarning)
        backtest = walk_forward(
            models,
            pair.asset,
            pair.hedges,
            window=window,
            refit_every=pair.market.refit_every,
            checkpoint=checkpoint,
            progress=False,
        )
    names = list(backtest.models)
    ratios = np.column_stack([backtest.ratio(name).to_numpy()[:, 0] for name in names])
    ratios[:, [names.index(name) for name in backtest.never_hedged]] = 1.0
    return PairWalk(
        pair=pair,
        window=window,
        models=names,
        dates=pd.DatetimeIndex(backtest.date_returns.index),
        ratios=ratios,
        failed_refits=backtest.failed_refits.to_list(),
        closes_differ=backtest.closes is not None,
    )
