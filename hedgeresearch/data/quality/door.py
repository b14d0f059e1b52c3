"""The checks at the door of every fit: refuse what cannot be meant, warn of what might not be."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hedgeresearch.data.quality.checks.closes import find_other_closes
from hedgeresearch.data.quality.checks.levels import find_levels, find_returns
from hedgeresearch.data.quality.families import OF_LATE_HEDGES, FamilySet, find_problems
from hedgeresearch.data.quality.once import were_data_checked
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes, price_changes
from hedgeresearch.errors import DataError, DataWarning, warn_caller


def check_at_door(frame: pd.DataFrame, families: FamilySet, kind: str | None = None) -> None:
    """Check the data of a fit, once per call: nothing happens inside ``data_checked``.

    Parameters
    ----------
    frame : DataFrame (n_dates, n_columns) of finite numbers on ascending dates
    families : the checks that apply
    kind : kind of the returns; by default as ``hr.returns`` noted it in ``frame.attrs``

    Raises
    ------
    DataError
        If the data cannot be what the model needs.

    Warns
    -----
    DataWarning
        For each problem that should be looked at before the result is used.
    """
    if were_data_checked():
        return
    if kind is None:
        kind = frame.attrs.get("returns")
    act_on(find_problems(Changes.of(frame, kind), families))


def check_changes_at_door(changes: Changes, families: FamilySet) -> None:
    """Check the data of a fit like ``check_at_door``, where their statistics are known."""
    if not were_data_checked():
        act_on(find_problems(changes, families))


def check_prices_at_door(prices: pd.DataFrame, kind: str) -> None:
    """Check the prices of a fit (n_dates, n_columns), by their changes, once per call.

    Parameters
    ----------
    prices : DataFrame (n_dates, n_columns) of finite numbers on ascending dates, the asset first
    kind : {"log", "difference"}, the changes that the model uses

    Raises
    ------
    DataError
        If the data look like returns instead of prices.
    """
    if were_data_checked():
        return
    levels = Changes.of(prices, None)
    act_on([*find_returns(levels), *find_problems(price_changes(prices, kind), OF_LATE_HEDGES)])


def warn_of_other_closes(frame: pd.DataFrame) -> None:
    """Warn if closes of the asset, the first column, and its hedges seem not simultaneous."""
    if not were_data_checked():
        act_on(find_other_closes(Changes.of(frame, None)))


def refuse_levels(returns: pd.DataFrame) -> None:
    """Refuse prices and other levels given as returns (n_dates, n_columns)."""
    if not were_data_checked():
        act_on([one for one in find_levels(Changes.of(returns, None)) if one.severity == "refuse"])


def warn_of_returns(prices: pd.DataFrame) -> None:
    """Warn if prices (n_dates, n_columns) of which differences are computed look like returns."""
    if were_data_checked() or not (prices.to_numpy() < 0.0).any():
        return
    for problem in find_returns(Changes.of(prices, None)):
        warn_caller(problem.text, DataWarning)


def act_on(problems: Sequence[DataProblem]) -> None:
    """Raise the first problem that is refused, and warn of those that are not."""
    for problem in problems:
        if problem.severity == "refuse":
            raise DataError(problem.text)
    for problem in problems:
        if problem.severity == "warn":
            warn_caller(problem.text, DataWarning)
