"""Walk-forward runs: estimate models on the past, hedge the following dates, move on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hedgeresearch._durations import Horizon
from hedgeresearch._exports import explains_calls, exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.margin_store import MarginStore
from hedgeresearch.errors import ConvergenceWarning, DataError, DataWarning, warn_caller
from hedgeresearch.evaluation.engine.checkpoint import Checkpoint
from hedgeresearch.evaluation.engine.fingerprint import fingerprint
from hedgeresearch.evaluation.engine.models_and_data import UNHEDGED, PairData, with_benchmarks
from hedgeresearch.evaluation.engine.parallel import Task, run_tasks
from hedgeresearch.evaluation.engine.schedule import Schedule, Splitter, Window
from hedgeresearch.evaluation.engine.unsound import ABSURD
from hedgeresearch.evaluation.engine.walk import Walk
from hedgeresearch.evaluation.engine.walk_data import check_prices_exist
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.evaluation.results.panel import BacktestPanel
from hedgeresearch.evaluation.results.spans import returns_over
from hedgeresearch.evaluation.results.trades import costs_of_blocks
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.regression.naive import NaiveHedge
from hedgeresearch.trading.costs import Costs

Pair = tuple["pd.Series[float]", pd.DataFrame]
"""Returns of an asset (n_dates,) and of its hedges (n_dates, n_hedges)."""


@exported_by("hedgeresearch.evaluation")
@explains_calls(
    "hr.walk_forward(models, asset, hedges, window=1000, refit_every=20, horizon=1, "
    "execution_lag=0, cost=None)"
)
def walk_forward(  # noqa: PLR0913 (a public function spells out its settings)
    models: Mapping[str, HedgeModel],
    asset: pd.Series[float],
    hedges: pd.DataFrame,
    window: Window = 1000,
    refit_every: int = 20,
    splitter: Splitter | None = None,
    *,
    horizon: Horizon = 1,
    execution_lag: int = 0,
    cost: Costs | None = None,
    n_jobs: int | None = 1,
    progress: bool = True,
    checkpoint: str | Path | None = None,
    seed: int = 0,
) -> Backtest:
    """Backtest hedge models out of sample.

    Each model is fitted on ``window`` dates, extended over the next ``refit_every`` dates, and so
    on to the end. Unhedged, naive and OLS are always included. If a refit or an extension fails,
    the model's last ratio is held until the next refit (no hedge before its first success); the
    failure is noted and counted. Warm starts are used where the model supports them and at most 5%
    of the dates are new; every 50th refit starts cold. Models of prices receive prices rebuilt from
    the returns.

    Parameters
    ----------
    models : hedge models by name
    asset : Series (n_dates,), fractions per period
    hedges : DataFrame (n_dates, n_hedges), fractions per period
    window : int, number of dates in each estimation; or "expanding": all earlier dates, at least
        1000
    refit_every : int, number of dates between estimations
    splitter : anything with scikit-learn's ``split``, such as ``TimeSeriesSplit``, instead of
        ``window`` and ``refit_every``. Where it leaves out dates, hedges are closed at the gap and
        entered again after it, and nothing is added up or correlated across it
    horizon : int or time such as "1w", periods of the returns that are evaluated: overlapping sums
        of the hedged returns, whose tests and intervals allow for the overlap. Use 5 or more
        periods where closes are not simultaneous
    execution_lag : int, number of dates between the decision and the trade: the ratio made for a
        date is held ``execution_lag`` dates later, and until then the one before it
    cost : Costs of trading and holding the hedges
    n_jobs : int, number of processes, or of threads where compiled passes make all walks; -1 for
        one per core, None for the setting of ``joblib.parallel_config``. It does not change a bit
        of the results
    progress : bool, whether to show a progress bar
    checkpoint : folder in which finished work is kept, so that an interrupted run can be resumed;
        functions among the settings of models must be defined outside of other functions
    seed : int, random seed of the bootstrap in the tables

    Raises
    ------
    DataError
        If fewer than two dates are left to evaluate, the horizon is half of them or more, a model
        is not a hedge model or has a reserved name, the splitter looks ahead, the prices that a
        model needs cannot be rebuilt from the returns, or a setting of a model cannot be identified
        for the checkpoint.

    Warns
    -----
    ConvergenceWarning
        If a model fails at every refit.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> backtest = hr.walk_forward({"ewma": ewma}, asset, hedges, progress=False)
    >>> backtest.summary["effectiveness"].round(3).to_dict()
    {'unhedged': 0.0, 'naive': 0.896, 'ols': 0.896, 'ewma': 0.906}
    """
    run = _Run(n_jobs, progress, checkpoint, seed)
    compared = with_benchmarks(models)
    schedule = Schedule(window, refit_every, splitter, horizon, execution_lag)
    data = PairData.of(asset, hedges, schedule, cost)
    backtest = run.backtests(compared, {"": data})[""]
    _warn_of_failures(backtest)
    return backtest


@exported_by("hedgeresearch.evaluation")
def walk_forward_panel(  # noqa: PLR0913 (a public function spells out its settings)
    models: Mapping[str, HedgeModel],
    pairs: Mapping[str, Pair],
    window: Window = 1000,
    refit_every: int = 20,
    splitter: Splitter | None = None,
    *,
    horizon: Horizon = 1,
    execution_lag: int = 0,
    cost: Costs | Mapping[str, Costs] | None = None,
    n_jobs: int | None = 1,
    progress: bool = True,
    checkpoint: str | Path | None = None,
    seed: int = 0,
) -> BacktestPanel:
    """Backtest hedge models on many pairs; each model on each pair is a separate task.

    Under ``joblib.parallel_config("dask")`` the tasks run on a Dask cluster, with ``n_jobs=-1``.

    Parameters
    ----------
    models : hedge models by name
    pairs : (asset, hedges) by name of the pair, as in ``walk_forward``; pairs may have different
        dates
    window, refit_every, splitter, horizon, execution_lag, n_jobs, progress, checkpoint, seed
        As in ``walk_forward``.
    cost : Costs of all pairs, or a mapping by name of the pair

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
    run = _Run(n_jobs, progress, checkpoint, seed)
    compared = with_benchmarks(models)
    schedule = Schedule(window, refit_every, splitter, horizon, execution_lag)
    data = {name: _pair_data(name, pair, schedule, costs[name]) for name, pair in pairs.items()}
    backtests = run.backtests(compared, data)
    for name, backtest in backtests.items():
        _warn_of_failures(backtest, f" of pair {name!r}")
    return BacktestPanel(backtests)


def _pair_data(name: str, pair: Any, schedule: Schedule, cost: Costs | None) -> PairData:
    """Return the data of a pair; errors name the pair."""
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise DataError(f"pair {name!r} must be (asset, hedges); got {type(pair).__name__}.")
    try:
        asset, hedges = pair
        return PairData.of(asset, hedges, schedule, cost)
    except ValueError as error:
        raise DataError(f"pair {name!r}: {error}") from error


@dataclass(frozen=True)
class _Run:
    """Execution of a walk-forward run, with the settings of ``walk_forward``."""

    n_jobs: int | None
    progress: bool
    checkpoint: str | Path | None
    seed: int

    def __post_init__(self) -> None:
        check_at_least(self.seed, "seed", 0)
        if self.n_jobs == 0 or not isinstance(self.n_jobs, int | None):
            raise DataError(
                f"n_jobs must be a whole number other than 0, or None; got {self.n_jobs!r}."
            )

    def backtests(
        self, models: dict[str, HedgeModel], data: Mapping[str, PairData]
    ) -> dict[str, Backtest]:
        """Walk every model over every pair, and return the backtest of each pair."""
        for pair in data.values():
            for name, model in models.items():
                check_prices_exist(name, model, pair.returns)
        checkpoint = self._checkpoint(models)
        tasks = []
        for label, pair in data.items():
            store = MarginStore()
            for name, model in models.items():
                title = f"{label} {name}".strip()
                how = (pair.returns, pair.refits, checkpoint, None, store)
                tasks.append(Task(title, model, *how))
        walks = iter(run_tasks(tasks, self.n_jobs, self.progress))
        backtests = {}
        for label, pair in data.items():
            walks_of_pair = {name: next(walks) for name in models}
            backtests[label] = assemble_backtest(models, pair, walks_of_pair, self.seed)
        return backtests

    def _checkpoint(self, models: dict[str, HedgeModel]) -> Checkpoint | None:
        """Return the checkpoint, after a check that every model can be identified there."""
        if self.checkpoint is None:
            return None
        for model in models.values():
            fingerprint(model)
        return Checkpoint.at(self.checkpoint)


def assemble_backtest(
    models: dict[str, HedgeModel], pair: PairData, walks: Mapping[str, Walk], seed: int
) -> Backtest:
    """Return the backtest of the models' walks over one pair."""
    rows = pair.hedged_positions()
    hedged_rows = pair.returns.iloc[rows]
    hedged_rows.attrs = {}
    dates = hedged_rows.index
    asset = hedged_rows.iloc[:, 0]
    hedges = hedged_rows.iloc[:, 1:]
    ratios = {}
    hedged_returns = {UNHEDGED: asset}
    costs: dict[str, Any] = {UNHEDGED: 0.0}
    predicted = {}
    for name, walk in walks.items():
        ratio = pd.DataFrame(walk.ratios, dates, hedges.columns)
        ratios[name] = ratio
        hedged_returns[name] = asset - (ratio * hedges).sum(axis=1)
        costs[name] = 0.0 if pair.cost is None else costs_of_blocks(ratio, rows, pair.cost)
        if walk.predicted is not None:
            regimes = pd.Index(walk.regimes, name="regime")
            predicted[name] = pd.DataFrame(walk.predicted, dates, regimes)
    date_returns = pd.DataFrame(hedged_returns)
    return Backtest(
        models=models,
        ratios=pd.concat(ratios, axis=1, names=["model", "hedge"]),
        hedged_returns=returns_over(date_returns, rows, pair.horizon),
        date_returns=date_returns,
        rows=rows,
        costs=pd.DataFrame(costs, index=dates),
        notes=_notes_table(walks, pair.returns.index),
        n_refits=len(pair.refits),
        predicted=predicted,
        seed=seed,
        returns_kind=pair.returns.attrs["returns"],
        horizon=pair.horizon,
        execution_lag=pair.execution_lag,
        n_estimation=pair.refits[-1].train_stop - pair.refits[-1].train_start,
        closes=pair.closes,
    )


def _notes_table(walks: Mapping[str, Walk], dates: pd.Index[Any]) -> pd.DataFrame:
    """Return the notes of all walks, with the dates of their refits."""
    notes = []
    for name, walk in walks.items():
        notes += [(name, dates[note.row], note.failed, note.text) for note in walk.notes]
    columns = ["model", "date", "failed", "note"]
    return pd.DataFrame(notes, columns=columns).astype({"failed": bool})


def _warn_of_failures(backtest: Backtest, pair: str = "") -> None:
    """Warn of models that failed at every refit, and of ratios that cannot be meant."""
    failed = backtest.notes[backtest.notes["failed"]]
    for name, rows in failed.groupby("model", sort=False):
        if len(rows) == backtest.n_refits:
            warn_caller(
                f"model {name!r}{pair} failed at every one of {len(rows)} refits and never hedged: "
                f"{rows['note'].iloc[0]}",
                ConvergenceWarning,
            )
    absurd = backtest.notes[backtest.notes["note"].str.startswith(ABSURD)]
    for name, rows in absurd.groupby("model", sort=False):
        if isinstance(backtest.models[str(name)], NaiveHedge):
            continue  # one to one is no estimate, and means nothing where prices differ in size
        warn_caller(
            f"{rows['note'].iloc[0]} Model {name!r}{pair} has such ratios after {len(rows)} of "
            f"{backtest.n_refits} refits, first on {day(rows['date'].iloc[0])}; see "
            "backtest.notes. Look at the data with hr.check, use a longer window, or limit the "
            "ratio with ConstrainedHedge.",
            DataWarning,
        )
