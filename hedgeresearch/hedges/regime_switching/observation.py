"""Observations of the regimes of a hedge: the returns, a table of outside data, or a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import counted, day
from hedgeresearch._validation.frames import check_frame
from hedgeresearch.errors import DataError
from hedgeresearch.regimes.outside_data import OutsideData

Observe = Callable[[pd.DataFrame], "pd.DataFrame | pd.Series[float]"] | OutsideData
EQUAL_TOLERANCE = 1e-9
"""Relative difference up to which two values of a function count as the same."""


def checked_observe(observe: Any) -> Observe:
    """Return a function as it is, and a table of outside data as OutsideData.

    Raises
    ------
    DataError
        If it is neither, or the table is not one of numbers on ascending, unique dates.
    """
    if isinstance(observe, pd.DataFrame | pd.Series):
        return OutsideData(check_frame(observe, "observe", allow_missing=True))
    if isinstance(observe, OutsideData):
        return observe
    if callable(observe):
        function: Observe = observe
        return function
    raise DataError(
        f"observe must be a table by date, a function of the returns, or None; got {observe!r}."
    )


def observed_in_sample(
    observe: Observe, returns: pd.DataFrame, allow_missing: bool
) -> pd.DataFrame:
    """Return what is observed on the dates of a sample, without the start-up of a function.

    A function is called on shorter samples too: each value may depend on earlier dates only.

    Parameters
    ----------
    observe : function or OutsideData
    returns : DataFrame (n_dates, 1 + n_hedges)
    allow_missing : bool, whether values may be missing

    Raises
    ------
    DataError
        If a date has no row or no value, or a function uses later dates.
    """
    if isinstance(observe, OutsideData):
        table = observe.on(returns.index, "observe")
        return check_frame(table, "observe", allow_missing=allow_missing)
    observed = _called(observe, returns)
    for stop in {len(returns) - 1, 2 * len(returns) // 3}:
        _check_uses_the_past(observed, _called(observe, returns.iloc[:stop]), returns.index[:stop])
    if not allow_missing:
        observed = _without_start_up(observed)
    first = len(returns) - len(observed)
    _check_dates(observed, returns.index[first:], returns)
    return check_frame(observed, "what observe gives", allow_missing=allow_missing)


def observed_on_new_dates(
    observe: Observe, history: pd.DataFrame, n_new: int, allow_missing: bool
) -> pd.DataFrame:
    """Return what is observed on the last dates of a history of returns.

    A function is given the whole history, so that its windows are full.

    Parameters
    ----------
    observe : function or OutsideData
    history : DataFrame (n_dates, 1 + n_hedges), the new dates last
    n_new : int
    allow_missing : bool, whether values may be missing

    Raises
    ------
    DataError
        If a new date has no row or no value.
    """
    dates = history.index[-n_new:]
    if isinstance(observe, OutsideData):
        observed = observe.on(dates, "observe")
    else:
        observed = _called(observe, history).iloc[-n_new:]
        _check_dates(observed, dates, history)
    return check_frame(observed, "what observe gives", allow_missing=allow_missing)


def _called(observe: Callable[[pd.DataFrame], Any], returns: pd.DataFrame) -> pd.DataFrame:
    """Return what a function gives, as a frame."""
    given = observe(returns.copy())
    if not isinstance(given, pd.DataFrame | pd.Series):
        raise DataError(
            f"observe must give a DataFrame or a Series by date; got {type(given).__name__}."
        )
    return check_frame(given, "what observe gives", allow_missing=True)


def _without_start_up(observed: pd.DataFrame) -> pd.DataFrame:
    """Return the rows from the first complete one on."""
    complete = observed.notna().all(axis=1).to_numpy()
    return observed.iloc[int(complete.argmax()) :] if complete.any() else observed


def _check_dates(observed: pd.DataFrame, dates: pd.Index[Any], returns: pd.DataFrame) -> None:
    """Refuse rows that are not those of the dates."""
    if observed.index.equals(dates):
        return
    shared = observed.index.intersection(returns.index)
    raise DataError(
        f"observe must give a row for each of the {len(returns)} dates of the returns, but for the "
        f"first ones of a window; got {len(observed)} rows, {len(shared)} of them on these dates."
    )


def _check_uses_the_past(full: pd.DataFrame, part: pd.DataFrame, dates: pd.Index[Any]) -> None:
    """Refuse a function whose values change when later dates come in.

    Parameters
    ----------
    full, part : what it gives for all dates and for the first ones
    dates : Index, the first ones
    """
    expected = full.reindex(dates).to_numpy()
    values = part.reindex(dates).to_numpy()
    if expected.shape != values.shape:
        raise DataError(
            f"observe must give the same columns for any dates; got {list(full.columns)} and "
            f"{list(part.columns)}."
        )
    same = np.isclose(values, expected, rtol=EQUAL_TOLERANCE, atol=0.0, equal_nan=True)
    if same.all():
        return
    row = int(np.argmin(same.all(axis=1)))
    column = int(np.argmin(same[row]))
    changed = counted(int((~same.all(axis=1)).sum()), "date")
    raise DataError(
        "observe must give each date a value from data up to that date, so that an extension by "
        f"one date at a time equals an extension at once; on {day(dates[row])} it gives "
        f"{values[row, column]:.6g} from the dates up to {day(dates[-1])} and "
        f"{expected[row, column]:.6g} from later ones too ({changed} differ). Use trailing "
        "windows, and no statistics of the whole sample."
    )
