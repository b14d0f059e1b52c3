"""The study: walks and results of all pairs, computed in parallel and resumed from a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hedgeresearch.reproductions.regime_study.entrants import SINGLE, entrants
from hedgeresearch.reproductions.regime_study.explanation import potential_of
from hedgeresearch.reproductions.regime_study.pair import Pair
from hedgeresearch.reproductions.regime_study.pair_results import PairResults, results_of
from hedgeresearch.reproductions.regime_study.walks import walk_pair


@dataclass(frozen=True)
class Run:
    """Settings of a run.

    Attributes
    ----------
    flagship : str or None, the model whose gains get intervals
    folder : path or None, where finished walks are kept
    n_jobs : int, number of processes
    models : names of the entrants, None for all of them
    """

    flagship: str | None = None
    folder: Path | None = None
    n_jobs: int = 2
    models: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Study:
    """Results of many pairs, one row for each pair, window, horizon and model.

    Attributes
    ----------
    losses, walks, intervals : DataFrame, see ``PairResults``
    months : dict of DataFrame by (pair, window)
    potentials : DataFrame, what regimes could add, by pair
    """

    losses: pd.DataFrame
    walks: pd.DataFrame
    intervals: pd.DataFrame
    months: dict[tuple[str, int], pd.DataFrame]
    potentials: pd.DataFrame


def study_pairs(pairs: Sequence[Pair], run: Run) -> Study:
    """Return the results of all entrants on pairs with each of their windows."""
    from joblib import Parallel, delayed

    tasks: list[tuple[Pair, int]] = []
    for pair in pairs:
        tasks += [(pair, window) for window in pair.market.windows]
    parallel = Parallel(n_jobs=run.n_jobs)
    found: list[PairResults] = parallel(delayed(study_pair)(*task, run) for task in tasks)
    described = parallel(delayed(potential_of)(pair) for pair in pairs)
    names = pd.Index([pair.name for pair in pairs], name="pair")
    return Study(
        losses=pd.concat([one.losses for one in found], ignore_index=True),
        walks=pd.concat([one.walks for one in found], ignore_index=True),
        intervals=pd.concat([one.intervals for one in found], ignore_index=True),
        months={
            (pair.name, window): one.months
            for (pair, window), one in zip(tasks, found, strict=True)
        },
        potentials=pd.DataFrame(described, index=names),
    )


def study_pair(pair: Pair, window: int, run: Run) -> PairResults:
    """Return the results of all entrants on a pair with one window."""
    models = entrants(window)
    if run.models is not None:
        models = {name: model for name, model in models.items() if name in run.models}
    walk = walk_pair(pair, window, models, run.folder)
    single = tuple(name for name in SINGLE if name in walk.models)
    return results_of(walk, run.flagship, single)
