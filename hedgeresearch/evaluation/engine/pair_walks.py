"""DCC ratios of every asset on every hedge, with the margins shared by all pairs of a series."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._threads import available_cores
from hedgeresearch._validation.frames import check_returns
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.dcc.dcc import DCC
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_SEVERAL
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.engine.checkpoint import Checkpoint, walk_key
from hedgeresearch.evaluation.engine.pair_steps import PairWalk, estimate_margins
from hedgeresearch.evaluation.engine.parallel import MAX_REFITS
from hedgeresearch.evaluation.engine.schedule import Schedule
from hedgeresearch.evaluation.engine.unsound import unsound_rows
from hedgeresearch.evaluation.engine.walk import COLD_START_EVERY, MAX_NEW_SHARE, Walk
from hedgeresearch.evaluation.results.pair_ratios import PairRatios
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.typing import Array, Mask
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.garch.samples import GARCHSamples

BLOCK_SIZE = 25
"""Number of assets whose pairs are estimated, and kept in a checkpoint, together."""


@exported_by("hedgeresearch.evaluation")
def walk_forward_pairs(
    assets: pd.DataFrame,
    hedges: pd.DataFrame,
    model: DCC | None = None,
    *,
    window: int = 1000,
    refit_every: int = 1,
    n_jobs: int = 1,
    checkpoint: str | Path | None = None,
) -> PairRatios:
    """Hedge every asset with every hedge alone, by a DCC that is estimated again on each refit.

    Where every search reaches an optimum, the ratios are those of ``walk_forward`` with
    ``MinimumVarianceHedge(model)`` for each pair, but the margins of a series are estimated once
    for all of its pairs, and no fit is kept. Where a search reaches no optimum, or a price was
    frozen, the last ratio of the pair is held, and the refit counts as failed.

    Parameters
    ----------
    assets : DataFrame (n_dates, n_assets)
        Fractions per period.
    hedges : DataFrame (n_dates, n_hedges)
        Fractions per period, on the same dates.
    model : DCC
        With ``GARCH`` margins; its estimator "full" and its target "sample". ``DCC()`` by default.
        Subclasses of either are refused: the compiled search reads their settings and calls none
        of their methods, so that what they change would be left out.
    window : int
        Number of dates in each estimation.
    refit_every : int
        Number of dates between estimations.
    n_jobs : int
        Number of threads; -1 for one per core. It does not change a bit of the results.
    checkpoint : path of a folder, optional
        Finished blocks of pairs are kept there, so that an interrupted run can be resumed.

    Raises
    ------
    DataError
        If the returns cannot be used, the dates differ, or the model is of another kind.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.data.simulate_market(n_dates=320, n_stocks=3, n_futures=2)
    >>> pairs = walk_forward_pairs(market.stocks, market.futures, window=250)
    >>> pairs
    PairRatios(3 assets by 2 hedges, 70 dates)
    >>> pairs.effectiveness.columns.tolist()
    ['naive', 'ols', 'dcc']
    """
    rules = _Rules.of(DCC() if model is None else model)
    check_at_least(n_jobs, "n_jobs", -1)
    frames = _checked(assets, hedges)
    refits = Schedule(window, refit_every, None).refits(len(frames[0]))
    job = _Job(rules, *frames, refits)
    folder = None if checkpoint is None else Checkpoint.at(checkpoint)
    n_threads = available_cores() if n_jobs == -1 else max(n_jobs, 1)
    with ThreadPoolExecutor(n_threads) as pool:
        blocks = [job.block(columns, pool, folder) for columns in job.blocks()]
    first = refits[0].test_start
    estimated = np.concatenate(blocks, axis=1)
    estimated[_rests_on_frozen(frames[0], frames[1], refits)] = np.nan
    return PairRatios(
        ratios=_held(estimated),
        failed_refits=_failed_refits(estimated, refit_every),
        assets=frames[0],
        hedges=frames[1],
        first=first,
        window=window,
        refit_every=refit_every,
    )


@dataclass(frozen=True)
class _Rules:
    """A DCC as the kernels need it."""

    model: DCC
    margin: GARCH

    @classmethod
    def of(cls, model: Any) -> _Rules:
        """Check that a model is a DCC of the kind that is compiled."""
        # a subclass may estimate in another way than the compiled search
        is_full = type(model) is DCC and model.estimator == "full" and model.target == "sample"
        if not is_full or type(model.univariate) is not GARCH:
            raise DataError(
                "model must be a DCC with univariate=GARCH(...), no subclasses, estimator='full' "
                f"and target='sample'; got {model!r}. Use walk_forward_panel for other models."
            )
        return cls(model, model.univariate)


@dataclass(frozen=True, eq=False)
class _Job:
    """All pairs of a run.

    The margins of the hedges are kept by the first row of a part of the refits, for all blocks.
    """

    rules: _Rules
    assets: pd.DataFrame
    hedges: pd.DataFrame
    refits: list[Refit]
    hedge_margins: dict[int, list[GARCHSamples]] = field(default_factory=dict)

    def blocks(self) -> list[slice]:
        """Return the assets of each block, as slices of their columns."""
        n_assets = self.assets.shape[1]
        return [slice(i, min(i + BLOCK_SIZE, n_assets)) for i in range(0, n_assets, BLOCK_SIZE)]

    def block(
        self, columns: slice, pool: ThreadPoolExecutor, checkpoint: Checkpoint | None
    ) -> Array:
        """Return the ratios (n_dates, n_assets, n_hedges) of a block, kept or estimated."""
        assets = self.assets.iloc[:, columns]
        shape = (-1, assets.shape[1], self.hedges.shape[1])
        if checkpoint is None:
            return self._estimated(assets, pool)
        both = pd.concat([assets, self.hedges], axis=1)
        key = walk_key((self.rules.model, assets.shape[1]), both, self.refits)
        finished = checkpoint.load(key)
        if finished is None:
            ratios = self._estimated(assets, pool)
            finished = Walk(ratios.reshape(len(ratios), -1), None, ())
            checkpoint.save(key, finished)
        return finished.ratios.reshape(shape)

    def _estimated(self, assets: pd.DataFrame, pool: ThreadPoolExecutor) -> Array:
        """Return the ratios of a block, from parts that do not depend on the number of threads."""
        columns = np.ascontiguousarray(assets.to_numpy().T)
        parts = [self.refits[i : i + MAX_REFITS] for i in range(0, len(self.refits), MAX_REFITS)]
        return np.concatenate(list(pool.map(partial(self._part, columns), parts)))

    def _part(self, assets: Array, refits: Sequence[Refit]) -> Array:
        """Return the ratios of some refits, of which the first begins on the grid."""
        window = refits[0].train_stop - refits[0].train_start
        refit_every = refits[0].test_stop - refits[0].test_start
        cold_every = COLD_START_EVERY if refit_every <= MAX_NEW_SHARE * window else 1
        cold = np.arange(len(refits)) % cold_every == 0
        margin = self.rules.margin
        first = refits[0].train_start
        if first not in self.hedge_margins:  # one thread has the part
            columns = np.ascontiguousarray(self.hedges.to_numpy().T)
            self.hedge_margins[first] = estimate_margins(margin, columns, refits, cold)
        both = (estimate_margins(margin, assets, refits, cold), self.hedge_margins[first])
        walk = PairWalk(self.rules.model.rules, *both, window)
        numbered = enumerate(zip(refits, cold.tolist(), strict=True))
        return np.concatenate([walk.step(i, refit, is_cold=c) for i, (refit, c) in numbered])


def _rests_on_frozen(assets: pd.DataFrame, hedges: pd.DataFrame, refits: Sequence[Refit]) -> Mask:
    """Return whether a ratio rests on frozen prices, (n_hedged_rows, n_assets, n_hedges)."""
    of_assets = unsound_rows(assets.to_numpy(), refits)
    of_hedges = unsound_rows(hedges.to_numpy(), refits)
    return of_assets[:, :, None] | of_hedges[:, None, :]


def _failed_refits(ratios: Array, refit_every: int) -> Array:
    """Return the number of refits without a ratio on one of their dates, (n_assets, n_hedges)."""
    starts = np.arange(0, len(ratios), refit_every)
    return np.asarray(np.logical_or.reduceat(np.isnan(ratios), starts).sum(axis=0))


def _held(ratios: Array) -> Array:
    """Return ratios with the last one held where none was found; no hedge before the first."""
    held = ratios.copy()
    for t in range(len(held)):
        before = held[t - 1] if t else np.zeros(held.shape[1:])
        missing = np.isnan(held[t])
        held[t, missing] = before[missing]
    return held


def _checked(assets: Any, hedges: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the returns of assets and hedges, on the same dates."""
    left = check_returns(assets, "assets", minimum_rows=4)
    right = check_returns(hedges, "hedges", minimum_rows=4)
    if not left.index.equals(right.index):
        raise DataError(
            "assets and hedges must have the same dates; theirs differ. Use hr.data.align."
        )
    shared = left.columns.intersection(right.columns)
    if len(shared):
        raise DataError(
            f"an asset must not be among the hedges; got {shared[0]!r} in both. Leave it out."
        )
    check_at_door(pd.concat([left, right], axis=1), OF_SEVERAL)
    return left, right
