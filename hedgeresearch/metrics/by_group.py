"""Measures over some of the dates: regime by regime, year by year, on the asset's worst days.

Which dates a predicted regime or a year holds is known before them, so that a hedger could act on the answer. Which
days are the worst is known only afterwards: that one describes a hedge, it selects none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_frame, check_index
from hedgeresearch._validation.series import joined_series, on_dates
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.errors import DataError
from hedgeresearch.metrics.risk_measures import last_of_tail
from hedgeresearch.typing import Array

Measure = Callable[..., float]
"""A function of one or several series of returns."""


@exported_by("hedgeresearch.metrics")
def measure_by_regime(
    measure: Measure,
    regimes: pd.Series[Any] | pd.DataFrame,
    *returns: pd.Series[float],
    minimum_dates: int = 20,
) -> pd.DataFrame:
    """A measure over the dates of each regime: columns ``dates``, their number, and ``value``.

    Parameters
    ----------
    measure : function of as many series as there are returns; functools.partial gives it settings
    regimes : DataFrame (n_dates or more, n_regimes) of predicted probabilities, of which the likeliest counts and the
        first of equals; or Series (n_dates or more,) of names or numbers
    returns : Series (n_dates,), on the same dates
    minimum_dates : int, a regime with fewer dates has no value (NaN)

    Raises
    ------
    DataError
        If a date has no regime, probabilities do not sum to one, or the measure fails on a regime.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.RollingOLSHedge(250).fit(returns["NASDAQ"], returns[["SP500"]])
    >>> hedged = hr.hedged_returns(returns["NASDAQ"], returns[["SP500"]], fit.ratio)
    >>> calm = returns["SP500"].rolling(60).std().shift() < 0.01
    >>> regimes = calm.map({True: "calm", False: "turbulent"})[hedged.index]
    >>> hr.metrics.measure_by_regime(hr.effectiveness, regimes, hedged, returns["NASDAQ"][hedged.index]).round(3)
               dates  value
    regime
    calm        2826  0.854
    turbulent   1954  0.814
    """
    joined = _joined(returns)
    labels, names = (
        _likeliest(regimes, joined.index)
        if isinstance(regimes, pd.DataFrame)
        else _named(regimes, joined)
    )
    return _by_group(measure, joined, labels, pd.Index(names, name="regime"), minimum_dates)


@exported_by("hedgeresearch.metrics")
def measure_by_year(
    measure: Measure, *returns: pd.Series[float], minimum_dates: int = 20
) -> pd.DataFrame:
    """A measure over the dates of each calendar year: columns ``dates``, their number, and ``value``.

    Parameters
    ----------
    measure : function of as many series as there are returns
    returns : Series (n_dates,), on the same dates
    minimum_dates : int, a year with fewer dates has no value (NaN)

    Raises
    ------
    DataError
        If the index has no years, or the measure fails on a year.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.metrics.measure_by_year(hr.metrics.value_at_risk, hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]).loc[2007:2009].round(4)
          dates   value
    year
    2007    251  0.0190
    2008    253  0.0439
    2009    252  0.0290
    """
    joined = _joined(returns)
    if not isinstance(joined.index, pd.DatetimeIndex | pd.PeriodIndex):
        raise DataError(
            f"returns must be indexed by dates to be cut by year; got {joined.index.dtype} values. Convert the index "
            "with pd.to_datetime."
        )
    years = joined.index.year
    return _by_group(
        measure, joined, years.to_numpy(), pd.Index(years.unique(), name="year"), minimum_dates
    )


@exported_by("hedgeresearch.metrics")
def measure_on_worst_days(
    measure: Measure, asset: pd.Series[float], *returns: pd.Series[float], share: float = 0.05
) -> float:
    """A measure over the days whose return of the asset is at or below its quantile at ``share``.

    The quantile is the linear one, as in ``value_at_risk`` and ``expected_shortfall``: the mean loss of the asset on
    these days is its expected shortfall.

    Parameters
    ----------
    measure : function of as many series as there are returns
    asset : Series (n_dates,), whose worst days are taken
    returns : Series (n_dates,), on the same dates
    share : float in (0, 1)

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> round(hr.metrics.measure_on_worst_days(lambda loss: -loss.mean(), returns["NASDAQ"], returns["NASDAQ"]), 4)
    0.0374
    """
    check_between(share, "share", 0.0, 1.0)
    joined = _joined((asset, *returns))
    values = joined.iloc[:, 0].to_numpy()
    edge = np.partition(values, last := last_of_tail(len(values), share, "linear"))[last]
    chosen = joined.loc[values <= edge]
    return _measured(measure, chosen.iloc[:, 1:], f"the {len(chosen)} worst days")


def _joined(returns: tuple[Any, ...]) -> pd.DataFrame:
    if not returns:
        raise DataError("a measure must be given returns; got none.")
    return joined_series(
        {f"series {number}": series for number, series in enumerate(returns, start=1)}
    )


def _likeliest(probabilities: pd.DataFrame, dates: pd.Index[Any]) -> tuple[Any, list[Any]]:
    path = on_dates(check_frame(probabilities, "regimes"), dates, "regimes", "the returns")
    values: Array = path.to_numpy()
    bad = (values < -1e-9).any(axis=1) | (np.abs(values.sum(axis=1) - 1.0) > 1e-6)
    if bad.any():
        raise DataError(
            f"regimes as a DataFrame must hold probabilities that sum to one; those of {day(path.index[bad][0])} do "
            "not. Give the predicted probabilities of a fit, or a Series of names."
        )
    return path.columns.to_numpy()[values.argmax(axis=1)], list(path.columns)


def _named(regimes: Any, joined: pd.DataFrame) -> tuple[Any, list[Any]]:
    if not isinstance(regimes, pd.Series):
        raise DataError(
            f"regimes must be a Series of names or a DataFrame; got {type(regimes).__name__}."
        )
    check_index(regimes.index, "regimes")
    path = on_dates(regimes.to_frame(), joined.index, "regimes", "the returns").iloc[:, 0]
    if path.isna().any():
        raise DataError(
            f"regimes must have a name on every date; {day(path.index[path.isna()][0])} has none."
        )
    if pd.api.types.is_float_dtype(path.dtype) and (path % 1.0 != 0.0).any():
        raise DataError(
            f"regimes as a Series must be names or whole numbers; got {path[path % 1.0 != 0.0].iloc[0]:g}. Give "
            "probabilities as a DataFrame with a column per regime."
        )
    return path.to_numpy(), sorted(path.unique())


def _by_group(
    measure: Measure, joined: pd.DataFrame, labels: Any, groups: pd.Index[Any], minimum_dates: int
) -> pd.DataFrame:
    check_at_least(minimum_dates, "minimum_dates", 1)
    rows = []
    for group in groups:
        chosen = joined.loc[labels == group]
        enough = len(chosen) >= minimum_dates
        value = _measured(measure, chosen, f"{groups.name} {group!r}") if enough else np.nan
        rows.append((len(chosen), value))
    return pd.DataFrame(rows, index=groups, columns=["dates", "value"])


def _measured(measure: Measure, chosen: pd.DataFrame, where: str) -> float:
    try:
        return float(measure(*(chosen[name] for name in chosen.columns)))
    except DataError as error:
        raise DataError(
            f"the measure must exist on {where} ({len(chosen)} dates): {error}"
        ) from error
