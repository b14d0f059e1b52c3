"""Walk-forward comparison of hedge models: estimate on the past, hedge the days after, move on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import ConvergenceWarning, DataError, warn_caller
from hedgeresearch.evaluation.engine.checkpoint import Checkpoint
from hedgeresearch.evaluation.engine.parallel import Task, run_tasks, with_benchmarks
from hedgeresearch.evaluation.engine.schedule import Splitter, Step, Window, schedule
from hedgeresearch.evaluation.engine.walk import Walk, check_prices_exist
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.evaluation.results.panel import BacktestPanel
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.trading.costs import Costs, hedging_costs

Pair = tuple["pd.Series[float]", pd.DataFrame]
"""Returns of an asset (n_dates,) and of its hedges (n_dates, n_hedges)."""


@exported_by("hedgeresearch.evaluation")
def walk_forward(
    models: Mapping[str, HedgeModel],
    asset: pd.Series[float],
    hedges: pd.DataFrame,
    window: Window = 1000,
    refit_every: int = 20,
    splitter: Splitter | None = None,
    *,
    cost: Costs | None = None,
    n_jobs: int | None = 1,
    progress: bool = True,
    checkpoint: str | Path | None = None,
    seed: int = 0,
) -> Backtest:
    """Fit each model on ``window`` dates, extend it over the next ``refit_every`` dates, and move on to the end.

    Unhedged, naive and OLS are always in the comparison. Where a refit or an extension fails, the model's last ratio is
    held until the next refit (none before its first success), which is noted and counted. Where the model can, a refit
    that sees few new dates (one in twenty) begins its search at the one before; every 50th begins from nowhere. Models
    that need prices are given those to which the returns cumulate.

    Parameters
    ----------
    models : hedge models by name
    asset : Series (n_dates,); hedges : DataFrame (n_dates, n_hedges), fractions per period
    window : int, dates in each estimation, or "expanding": all dates before, the first time 1000
    refit_every : int, dates between estimations
    splitter : anything with scikit-learn's ``split``, such as ``TimeSeriesSplit``, instead of the two
    cost : what trading and holding the hedges costs
    n_jobs : int, processes; -1 for one a core, None for what ``joblib.parallel_config`` says. Results are the same to
        the last bit
    progress : whether to show a progress bar
    checkpoint : folder in which finished work is kept, so that a run that was interrupted goes on there
    seed : int, of the bootstrap in the tables

    Raises
    ------
    DataError
        If no two dates are left to evaluate, a model has a reserved name, the splitter looks ahead, or the returns do
        not tell the prices that a model needs.

    Warns
    -----
    ConvergenceWarning
        If a model fails at every refit.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> study = hr.walk_forward({"ewma": ewma}, returns["NASDAQ"], returns[["SP500"]], progress=False)
    >>> study.summary["effectiveness"].round(3).to_dict()
    {'unhedged': 0.0, 'naive': 0.896, 'ols': 0.896, 'ewma': 0.906}
    """
    plan = _Plan(window, refit_every, splitter, n_jobs, progress, checkpoint, seed)
    return _run(models, {"": (asset, hedges)}, {"": cost}, plan)[""]


@exported_by("hedgeresearch.evaluation")
def walk_forward_panel(
    models: Mapping[str, HedgeModel],
    pairs: Mapping[str, Pair],
    window: Window = 1000,
    refit_every: int = 20,
    splitter: Splitter | None = None,
    *,
    cost: Costs | Mapping[str, Costs] | None = None,
    n_jobs: int | None = 1,
    progress: bool = True,
    checkpoint: str | Path | None = None,
    seed: int = 0,
) -> BacktestPanel:
    """The same walk-forward comparison for many pairs: a task for each pair and model.

    Under ``joblib.parallel_config("dask")`` the tasks run on a Dask cluster, with ``n_jobs=-1``.

    Parameters
    ----------
    models : hedge models by name
    pairs : (asset, hedges) by name of the pair, as in ``walk_forward``; pairs may have different dates
    cost : of all pairs, or by name of the pair
    window, refit_every, splitter, n_jobs, progress, checkpoint, seed : as in ``walk_forward``

    Raises
    ------
    DataError
        As ``walk_forward``, naming the pair.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> pairs = {}
    >>> for seed in range(2):
    ...     simulated = hr.data.simulate_dcc(n_dates=400, seed=seed).returns
    ...     pairs[f"pair {seed}"] = (simulated["asset"], simulated[["hedge"]])
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> hr.walk_forward_panel({"ewma": ewma}, pairs, window=250, progress=False)
    BacktestPanel(2 pairs, 3 models)
    """
    if not isinstance(pairs, Mapping) or not pairs:
        raise DataError(f"pairs must be a dictionary of (asset, hedges) by name; got {pairs!r}.")
    costs = cost if isinstance(cost, Mapping) else dict.fromkeys(pairs, cost)
    if set(costs) != set(pairs):
        raise DataError(
            f"cost must be given for each of the pairs {list(pairs)}; got {list(costs)}."
        )
    plan = _Plan(window, refit_every, splitter, n_jobs, progress, checkpoint, seed)
    return BacktestPanel(_run(models, pairs, costs, plan))


@dataclass(frozen=True)
class _Plan:
    """How a study is run, as in ``walk_forward``."""

    window: Window
    refit_every: int
    splitter: Splitter | None
    n_jobs: int | None
    progress: bool
    checkpoint: str | Path | None
    seed: int


def _run(
    models: Mapping[str, HedgeModel],
    pairs: Mapping[str, Pair],
    costs: Mapping[str, Costs | None],
    plan: _Plan,
) -> dict[str, Backtest]:
    check_at_least(plan.seed, "seed", 0)
    if plan.n_jobs == 0 or not isinstance(plan.n_jobs, int | None):
        raise DataError(f"n_jobs must be a whole number but zero, or None; got {plan.n_jobs!r}.")
    entrants = with_benchmarks(models)
    prepared = {name: _prepared(name, pair, costs[name], plan) for name, pair in pairs.items()}
    for returns, _ in prepared.values():
        for name, model in entrants.items():
            check_prices_exist(name, model, returns)
    checkpoint = None if plan.checkpoint is None else Checkpoint.at(plan.checkpoint)
    tasks = [
        Task(f"{pair} {name}".strip(), model, returns, steps, checkpoint)
        for pair, (returns, steps) in prepared.items()
        for name, model in entrants.items()
    ]
    walks = iter(run_tasks(tasks, plan.n_jobs, plan.progress))
    backtests = {}
    for pair, (returns, steps) in prepared.items():
        done = {name: next(walks) for name in entrants}
        backtests[pair] = _backtest(entrants, returns, steps, done, costs[pair], plan)
        _warn_of_failures(backtests[pair], pair)
    return backtests


def _prepared(
    name: str, pair: Any, cost: Costs | None, plan: _Plan
) -> tuple[pd.DataFrame, list[Step]]:
    """Valid returns (n_dates, 1 + n_hedges), the asset first, with nothing but their kind in ``attrs``, and the steps.

    What can be refused is refused here, before hours of walking, costs included.
    """
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise DataError(f"pair {name!r} must be (asset, hedges); got {type(pair).__name__}.")
    try:
        returns, kind = join_returns(*pair)
        steps = schedule(len(returns), plan.window, plan.refit_every, plan.splitter)
        tested = _tested(returns, steps)
        _check_samples(steps, returns.shape[1] + 2)
        if cost is not None:
            if kind == "difference":
                raise DataError(
                    "cost must be left out for differences of prices, as costs are fractions of notional."
                )
            hedging_costs(tested.iloc[:, 1:], cost)
    except ValueError as error:
        if not name:
            raise
        raise DataError(f"pair {name!r}: {error}") from error
    returns.attrs = {"returns": kind}
    return returns, steps


def _check_samples(steps: list[Step], fewest: int) -> None:
    shortest = min(step.end - step.first for step in steps)
    if shortest < fewest:
        raise DataError(
            f"window must be at least {fewest} for these hedges; got {shortest}. Choose a longer one."
        )


def _tested(returns: pd.DataFrame, steps: list[Step]) -> pd.DataFrame:
    """The rows that the steps hedge."""
    return returns.iloc[np.concatenate([np.arange(step.start, step.stop) for step in steps])]


def _backtest(
    models: dict[str, HedgeModel],
    returns: pd.DataFrame,
    steps: list[Step],
    walks: dict[str, Walk],
    cost: Costs | None,
    plan: _Plan,
) -> Backtest:
    """What the walks over one pair come to."""
    tested = _tested(returns, steps)
    tested.attrs = {}
    dates, hedges = tested.index, tested.columns[1:]
    ratios = {name: pd.DataFrame(walk.ratios, dates, hedges) for name, walk in walks.items()}
    hedged = {
        name: tested.iloc[:, 0] - (ratio * tested.iloc[:, 1:]).sum(axis=1)
        for name, ratio in ratios.items()
    }
    paid = {
        name: 0.0 if cost is None else hedging_costs(ratio, cost) for name, ratio in ratios.items()
    }
    notes = [
        (name, returns.index[n.row], n.failed, n.text)
        for name, walk in walks.items()
        for n in walk.notes
    ]
    return Backtest(
        models=models,
        ratios=pd.concat(ratios, axis=1, names=["model", "hedge"]),
        hedged_returns=pd.DataFrame({"unhedged": tested.iloc[:, 0]} | hedged),
        costs=pd.DataFrame({"unhedged": 0.0} | paid, index=dates),
        notes=pd.DataFrame(notes, columns=["model", "date", "failed", "note"]).astype(
            {"failed": bool}
        ),
        n_refits=len(steps),
        predicted={
            name: pd.DataFrame(w.predicted, dates)
            for name, w in walks.items()
            if w.predicted is not None
        },
        seed=plan.seed,
        returns_kind=returns.attrs["returns"],
    )


def _warn_of_failures(backtest: Backtest, pair: str) -> None:
    failed = backtest.notes[backtest.notes["failed"]]
    for name, rows in failed.groupby("model", sort=False):
        if len(rows) == backtest.n_refits:
            warn_caller(
                f"model {name!r}{f' of pair {pair!r}' if pair else ''} failed at every one of {len(rows)} refits and "
                f"never hedged: {rows['note'].iloc[0]}",
                ConvergenceWarning,
            )
