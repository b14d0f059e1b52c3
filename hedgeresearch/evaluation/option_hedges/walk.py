"""Walk-forward runs over a panel of options: estimate, hedge the days that follow, move on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import explains_calls, exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import (
    ConvergenceWarning,
    DataError,
    HedgeResearchError,
    recorded_warnings,
    warn_caller,
)
from hedgeresearch.evaluation.engine.schedule import Schedule, Splitter, Window
from hedgeresearch.evaluation.option_hedges.backtest import UNHEDGED, OptionBacktest
from hedgeresearch.evaluation.option_hedges.trades import Trades, contracts_of, joined, trades_of
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.hedges.options.delta import DeltaHedge
from hedgeresearch.hedges.options.fit import OptionHedgeFit
from hedgeresearch.hedges.options.model import OptionHedgeModel, check_option_hedge
from hedgeresearch.options.panel.moves import ACCOUNTS, Account, moves_of
from hedgeresearch.options.panel.option_panel import OptionPanel, as_panel
from hedgeresearch.trading.costs import Costs, costs_of_hedges, costs_of_trades
from hedgeresearch.typing import Array

BLACK = "black"
"""Name of Black's delta, which is always included."""


@exported_by("hedgeresearch.evaluation")
@explains_calls(
    "hr.evaluation.walk_forward_options(models, panel, window=1000, refit_every=20, cost=None)"
)
def walk_forward_options(
    models: Mapping[str, OptionHedgeModel],
    panel: OptionPanel | pd.DataFrame,
    window: Window = 1000,
    refit_every: int = 20,
    splitter: Splitter | None = None,
    *,
    cost: Costs | None = None,
    seed: int = 0,
) -> OptionBacktest:
    """Backtest hedges of options out of sample, day by day over a panel.

    Each model is fitted on the moves of ``window`` days, extended over the next ``refit_every``
    days, and so on to the end. A ratio is made from the quotes of its day and from moves that
    ended by then, and is held until the next day: it is as if traded at the quotes of the day.
    Unhedged and Black's delta ("black") are always included. If a refit fails, the fit before it
    goes on; before its first success a model has Black's delta. Failures are noted and counted.

    Parameters
    ----------
    models : hedges of options by name, all for the same account
    panel : OptionPanel, or a table with its columns
    window : int, number of days in each estimation; or "expanding": all earlier days, at least 1000
    refit_every : int, number of days between estimations
    splitter : anything with scikit-learn's ``split`` over days, instead of both
    cost : Costs of trading the hedges, on changes of the ratios summed over the options of a day;
        futures of several expiries count as one. Spread and fee of an option that hedges are shares
        of its premium, and where an OptionTarget finds another contract on the next day, the old
        one is closed and the new one opened
    seed : int, random seed of the bootstrap in the tables

    Raises
    ------
    DataError
        If a model is not a hedge of options or has a reserved name, accounts in dollars and coin
        are mixed, or the window leaves fewer than two days.

    Warns
    -----
    ConvergenceWarning
        If a model fails at every refit.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> panel = hr.options.simulate_smiles(n_dates=1000, seed=1).panel
    >>> models = {"hull_white": hr.hedges.HullWhiteDelta()}
    >>> backtest = hr.evaluation.walk_forward_options(models, panel, window=500)
    >>> backtest.summary.loc["hull_white", "gain on black"].round(3).item()
    0.188
    >>> backtest.compare().conclusion[:50]
    "Black's delta is beaten at 5% (p < .001), counting"
    """
    checked = as_panel(panel)
    check_at_least(seed, "seed", 0)
    compared = _checked_models(models)
    refits = Schedule(window, refit_every, splitter).refits(checked.arrays.n_moved)
    walks = {name: walk_options(model, checked, refits) for name, model in compared.items()}
    backtest = _assembled(compared, checked, refits, walks, cost, seed)
    _warn_of_failures(backtest)
    return backtest


@dataclass(frozen=True, eq=False)
class OptionWalk:
    """Walk of one model over the days that it hedges.

    Attributes
    ----------
    errors : array (n_rows,), moves of the options less those of their hedges
    net_ratios : array (n_days, n_hedges), sums over the options of each day
    trades : Trades, of each day
    held : array (n_days, n_hedges), value of what is held, over the price of the future
    notes : tuple of (day, failed, text)
    """

    errors: Array
    net_ratios: Array
    trades: Trades
    held: Array
    notes: tuple[tuple[int, bool, str], ...]


def walk_options(
    model: OptionHedgeModel, panel: OptionPanel, refits: Sequence[Refit]
) -> OptionWalk:
    """Walk a model over the days of a panel."""
    errors = []
    net_ratios = []
    contracts = []
    notes = []
    width = len(model.traits.hedges)
    fit: OptionHedgeFit | None = None
    for refit in refits:
        sample = panel.days(refit.train_start, refit.train_stop)
        hedged = panel.days(refit.test_start, refit.test_stop)
        with recorded_warnings() as caught:
            later, fit, failure = _hedged(model, fit, sample, hedged)
        notes += [(refit.test_start, False, one.message) for one in caught]
        if failure is not None:
            notes.append((refit.test_start, True, failure))
        errors.append(later.hedging_errors)
        net_ratios.append(hedged.arrays.sums(later.ratios))
        contracts.append(contracts_of(later, width - 1))
    # Black's delta in place of a model that failed has no options among its hedges
    padded = [np.pad(one, ((0, 0), (0, width - one.shape[1]))) for one in net_ratios]
    net = np.concatenate(padded)
    hedges = joined(contracts)
    return OptionWalk(
        errors=np.concatenate(errors),
        net_ratios=net,
        trades=trades_of(net, hedges),
        held=np.column_stack([net[:, :1], net[:, 1:] * hedges.price]),
        notes=tuple(notes),
    )


def _hedged(
    model: OptionHedgeModel, before: OptionHedgeFit | None, sample: OptionPanel, hedged: OptionPanel
) -> tuple[OptionHedgeFit, OptionHedgeFit | None, str | None]:
    """Return the fit over the hedged days, the fit to go on with, and why a refit failed."""
    try:
        later = model.fit(sample).advance(hedged)
        return later, later, None
    except HedgeResearchError as error:
        failure = str(error)
    try:
        if before is not None:
            later = before.advance(hedged)
            return later, later, failure
    except HedgeResearchError as error:
        failure = f"{failure} And the fit before it: {error}"
    convention = next(name for name, one in ACCOUNTS.items() if one == model.traits.account)
    return DeltaHedge(convention).fit(hedged), before, failure


def _checked_models(models: Mapping[str, OptionHedgeModel]) -> dict[str, OptionHedgeModel]:
    """Return the models with Black's delta first."""
    if not isinstance(models, Mapping):
        raise DataError(
            f"models must be a dictionary of hedges of options by name; got "
            f"{type(models).__name__}. Pass for example {{'hull_white': HullWhiteDelta()}}."
        )
    for name, model in models.items():
        if not isinstance(name, str) or not name:
            raise DataError(f"models must have texts for names; got {name!r}.")
        check_option_hedge(model, f"model {name!r}")
    accounts = {name: model.traits.account for name, model in models.items()}
    if len(set(accounts.values())) > 1:
        raise DataError(
            f"all models must hedge one account; got {accounts}. Give them one convention: "
            "'forward' hedges dollars, 'premium_adjusted' hedges coin."
        )
    account: Account = next(iter(accounts.values()), "dollar")
    convention = next(name for name, one in ACCOUNTS.items() if one == account)
    black = DeltaHedge(convention)
    for name, model in models.items():
        if name == UNHEDGED or (name == BLACK and model != black):
            raise DataError(
                f"a model must not be called {name!r}; the name is taken by a benchmark. "
                "Choose another."
            )
    return {BLACK: black, **models}


def _assembled(
    models: dict[str, OptionHedgeModel],
    panel: OptionPanel,
    refits: Sequence[Refit],
    walks: Mapping[str, OptionWalk],
    cost: Costs | None,
    seed: int,
) -> OptionBacktest:
    """Return the backtest of the models' walks."""
    account: Account = models[BLACK].traits.account
    days = np.concatenate([np.arange(one.test_start, one.test_stop) for one in refits])
    kept = np.isin(panel.arrays.day_of_row, days)
    rows = panel.arrays.rows(kept)
    table = panel.table.loc[kept].reset_index(drop=True)
    dates = pd.Index(rows.next_dates, name="date")
    errors = pd.DataFrame({UNHEDGED: moves_of(rows, account).option})
    costs = pd.DataFrame({UNHEDGED: 0.0}, index=dates)
    net_ratios = {}
    traded = {}
    notes = []
    for name, walk in walks.items():
        hedges = list(models[name].traits.hedges)
        errors[name] = walk.errors
        net_ratios[name] = pd.DataFrame(walk.net_ratios, dates, hedges)
        traded[name] = pd.DataFrame(walk.trades.contracts, dates, hedges)
        costs[name] = 0.0
        if cost is not None:
            values = pd.DataFrame(walk.trades.values, dates, hedges)
            held = pd.DataFrame(walk.held, dates, hedges)
            costs[name] = costs_of_trades(values, held, costs_of_hedges(cost, hedges))
        notes += [(name, panel.dates[day], failed, text) for day, failed, text in walk.notes]
    columns = ["model", "date", "failed", "note"]
    return OptionBacktest(
        models=models,
        table=table,
        rows=rows,
        dates=dates,
        errors=errors,
        net_ratios=net_ratios,
        traded=traded,
        costs=costs,
        notes=pd.DataFrame(notes, columns=columns).astype({"failed": bool}),
        n_refits=len(refits),
        account=account,
        seed=seed,
    )


def _warn_of_failures(backtest: OptionBacktest) -> None:
    """Warn of models that failed at every refit."""
    failed = backtest.notes[backtest.notes["failed"]]
    for name, rows in failed.groupby("model", sort=False):
        if len(rows) == backtest.n_refits:
            warn_caller(
                f"model {name!r} failed at every one of {len(rows)} refits and had Black's delta: "
                f"{rows['note'].iloc[0]}",
                ConvergenceWarning,
            )
