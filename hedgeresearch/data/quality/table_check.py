"""The check of a table of prices or returns that a user makes before anything is fitted."""

from __future__ import annotations

from os import PathLike
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted
from hedgeresearch._validation.frames import as_frame, check_frame
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.data.quality.checks.degenerate import find_degenerate, find_volumes
from hedgeresearch.data.quality.checks.levels import find_returns, moves_like_prices
from hedgeresearch.data.quality.checks.repeated import find_repeated
from hedgeresearch.data.quality.families import OF_HEDGES, find_problems
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.report import DataReport
from hedgeresearch.data.quality.statistics import Changes, price_changes
from hedgeresearch.data.quality.words import listed
from hedgeresearch.errors import DataError

Kind = Literal["prices", "simple", "log", "difference"]
KINDS = ("prices", "simple", "log", "difference")
MIN_ROWS = 5
"""Number of rows without a gap from which data are looked at."""


@exported_by("hedgeresearch.data")
def check(data: Any, kind: Kind | None = None) -> DataReport:
    """Report what looks wrong in prices or returns, before anything is fitted to them.

    Every fit, ``walk_forward`` and ``recommend`` makes the same checks: they refuse data with a
    problem of severity "refuse" and warn (``DataWarning``) of one of severity "warn".

    Parameters
    ----------
    data : DataFrame, shape (n_dates, n_columns), or Series
        Prices or returns on ascending dates; of several columns, the first is taken for the asset
        and the others for its hedges.
    kind : {"prices", "simple", "log", "difference"}, optional
        What the data are: prices, or returns of a kind. By default the kind that ``hr.returns``
        noted; without a note, prices if all columns move like prices, and returns otherwise.

    Returns
    -------
    DataReport
        ``.problems``, a ``DataProblem`` for each: levels among returns, per cent instead of
        fractions, stale or halted series, wrong prices, splits that prices are not adjusted for,
        single dates that hold most of the variance, gaps between dates, hedges that are nearly one
        instrument or nearly the asset, closes that are not simultaneous, and whatever
        ``hr.returns`` would refuse. Of dates that occur again, the first row is looked at.
        ``print(report)`` shows each problem in a sentence, with what to do.

    Raises
    ------
    DataError
        If the data are no table, or the kind is unknown.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.check(hr.load("nasdaq_sp500"))
    DataReport(2 columns, 5031 rows of prices to 2018-12-31: no problem found)
    >>> prices = hr.load("nasdaq_sp500")
    >>> prices.iloc[-30:, 1] = prices.iloc[-30, 1]
    >>> report = hr.check(prices)
    >>> report
    DataReport(2 columns, 5031 rows of prices to 2018-12-31: warned of stale)
    >>> report.problems[0].columns, report.problems[0].size
    (('SP500',), 29.0)
    """
    if kind is not None:
        check_choice(kind, "kind", KINDS)
    if isinstance(data, str | PathLike):
        raise DataError(
            f"data must be a table of prices or returns, not the name of a file; got {data!r}. "
            "Read it first: hr.check(hr.read_prices(path))."
        )
    frame = as_frame(data, "data")
    problems = find_repeated(frame)
    once = frame[~frame.index.duplicated()] if problems else frame
    try:
        checked = check_frame(once, "data", minimum_rows=1, allow_missing=True)
    except DataError as error:
        return DataReport((*problems, _refused_table(error)), kind, once)
    problems += _gaps_in_columns(checked)
    complete = checked.dropna()
    found: Any = kind or frame.attrs.get("returns") or _recognized(complete)
    if len(complete) >= MIN_ROWS:
        problems += check_data(complete, found).problems
    return DataReport(_worst_first(problems), found, checked)


def check_data(frame: pd.DataFrame, kind: str | None = None) -> DataReport:
    """Return the report on a valid table, such as the observations of ``fit.sample``.

    Parameters
    ----------
    frame : DataFrame (n_dates, n_columns) of finite numbers on ascending dates, the asset first
    kind : {"prices", "simple", "log", "difference"} or None for returns without a note

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.OLSHedge().fit(returns["NASDAQ"], returns[["SP500"]])
    >>> check_data(returns, fit.returns_kind).problems
    ()
    """
    if kind != "prices":
        changes = Changes.of(frame, kind)
        problems = [*find_degenerate(changes), *find_problems(changes, OF_HEDGES)]
        return DataReport(_worst_first(problems), kind, frame)
    levels = Changes.of(frame, None)
    problems = find_returns(levels)
    if not problems:
        changes = price_changes(frame)
        problems = [*_not_positive(frame), *find_degenerate(changes)]
        problems += [*find_volumes(levels), *find_problems(changes, OF_HEDGES)]
    return DataReport(_worst_first(problems), kind, frame)


def _recognized(frame: pd.DataFrame) -> str | None:
    """Return "prices" if all columns move like prices; None for returns."""
    if len(frame) < MIN_ROWS:
        return None
    values = Changes.of(frame, None)
    return "prices" if moves_like_prices(values) else None


def _worst_first(problems: Any) -> tuple[DataProblem, ...]:
    order = {"refuse": 0, "warn": 1, "note": 2}
    return tuple(sorted(problems, key=lambda one: order[one.severity]))


def _refused_table(error: DataError) -> DataProblem:
    """Return the refusal of a table as a problem; the message ends with its remedy."""
    return DataProblem("table", "refuse", (), (), 1.0, str(error), "")


def _gaps_in_columns(frame: pd.DataFrame) -> list[DataProblem]:
    problems = []
    missing = frame.isna().to_numpy()
    for j in np.flatnonzero(missing.any(axis=0)).tolist():
        dates = tuple(frame.index[missing[:, j]])
        problems.append(
            DataProblem(
                kind="missing",
                severity="refuse",
                columns=(frame.columns[j],),
                dates=dates,
                size=float(len(dates)),
                message=(
                    f"every date must have a value; {frame.columns[j]!r} has none on "
                    f"{listed(dates)} ({counted(len(dates), 'gap')})."
                ),
                remedy=(
                    "Keep the dates that all columns have, with dropna() or hr.align(...), which "
                    "reports what it drops, and compute returns afterwards."
                ),
            )
        )
    return problems


def _not_positive(frame: pd.DataFrame) -> list[DataProblem]:
    problems = []
    values = frame.to_numpy()
    for j in np.flatnonzero((values <= 0.0).any(axis=0)).tolist():
        dates = tuple(frame.index[values[:, j] <= 0.0])
        problems.append(
            DataProblem(
                kind="not positive",
                severity="warn",
                columns=(frame.columns[j],),
                dates=dates,
                size=float(values[:, j].min()),
                message=(
                    f"simple and log returns need positive prices; {frame.columns[j]!r} goes down "
                    f"to {values[:, j].min():g} on {listed(dates)}."
                ),
                remedy='Use hr.returns(prices, kind="difference"), or correct wrong prices.',
            )
        )
    return problems
