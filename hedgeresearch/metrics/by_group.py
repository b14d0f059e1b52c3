"""Measures over a part of the dates: in each regime, in each year, on the asset's worst days.

The dates of a predicted regime or of a year are known in advance, so that a hedger could act on the
result. The worst days are known only afterwards: they describe a hedge ex post and must not be used
to choose one.
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
MIN_DATES = 20
"""Default minimum number of dates in a group."""
NEGATIVE_TOLERANCE = 1e-9
"""Size up to which a negative probability counts as rounding."""
SUM_TOLERANCE = 1e-6
"""Distance from one up to which a sum of probabilities counts as rounding."""


@exported_by("hedgeresearch.metrics")
def measure_by_regime(
    measure: Measure,
    regimes: pd.Series[Any] | pd.DataFrame,
    *returns: pd.Series[float],
    minimum_dates: int = MIN_DATES,
) -> pd.DataFrame:
    """Return a measure over the dates of each regime.

    Parameters
    ----------
    measure : function of as many series as there are returns; functools.partial sets its parameters
    regimes : DataFrame (n_dates or more, n_regimes) of predicted probabilities, of which the most
        likely regime is used (the first one in a tie); or Series (n_dates or more,) of names or
        numbers
    *returns : Series (n_dates,), on the same dates
    minimum_dates : int, a regime with fewer dates has no value (NaN)

    Returns
    -------
    DataFrame (n_regimes, 2)
        Columns ``dates``, their number, and ``value``.

    Raises
    ------
    DataError
        If a date has no regime, probabilities do not sum to one, or the measure fails on a regime.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> asset, hedges = returns["NASDAQ"], returns[["SP500"]]
    >>> hedged = hr.hedged_returns(asset, hedges, hr.RollingOLSHedge(250).fit(asset, hedges).ratio)
    >>> calm = returns["SP500"].rolling(60).std().shift() < 0.01
    >>> regimes = calm.map({True: "calm", False: "turbulent"})[hedged.index]
    >>> measure_by_regime(hr.effectiveness, regimes, hedged, asset[hedged.index]).round(3)
               dates  value
    regime
    calm        2826  0.854
    turbulent   1954  0.814
    """
    joined = _join(returns)
    if isinstance(regimes, pd.DataFrame):
        labels, names = _most_probable(regimes, joined.index)
    else:
        labels, names = _regime_names(regimes, joined.index)
    groups = pd.Index(names, name="regime")
    return _measure_groups(measure, joined, labels, groups, minimum_dates)


@exported_by("hedgeresearch.metrics")
def measure_by_year(
    measure: Measure, *returns: pd.Series[float], minimum_dates: int = MIN_DATES
) -> pd.DataFrame:
    """Return a measure over the dates of each calendar year.

    Parameters
    ----------
    measure : function of as many series as there are returns
    *returns : Series (n_dates,), on the same dates
    minimum_dates : int, a year with fewer dates has no value (NaN)

    Returns
    -------
    DataFrame (n_years, 2)
        Columns ``dates``, their number, and ``value``.

    Raises
    ------
    DataError
        If the index has no years, or the measure fails on a year.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> nasdaq = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> measure_by_year(hr.metrics.value_at_risk, nasdaq).loc[2007:2009].round(4)
          dates   value
    year
    2007    251  0.0190
    2008    253  0.0439
    2009    252  0.0290
    """
    joined = _join(returns)
    if not isinstance(joined.index, pd.DatetimeIndex | pd.PeriodIndex):
        raise DataError(
            f"returns must be indexed by dates to be grouped by year; got {joined.index.dtype} "
            "values. Convert the index with pd.to_datetime."
        )
    years = joined.index.year
    groups = pd.Index(years.unique(), name="year")
    return _measure_groups(measure, joined, years.to_numpy(), groups, minimum_dates)


@exported_by("hedgeresearch.metrics")
def measure_on_worst_days(
    measure: Measure, asset: pd.Series[float], *returns: pd.Series[float], share: float = 0.05
) -> float:
    """Return a measure over the days with asset returns at or below their quantile at ``share``.

    The quantile is the linear one, as in ``value_at_risk`` and ``expected_shortfall``: the mean
    loss of the asset on these days is its expected shortfall.

    Parameters
    ----------
    measure : function of as many series as there are returns
    asset : Series (n_dates,), which selects the days
    *returns : Series (n_dates,), on the same dates
    share : float in (0, 1), of the days

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> asset = hr.returns(hr.load("nasdaq_sp500"))["NASDAQ"]
    >>> round(measure_on_worst_days(pd.Series.mean, asset, asset), 4)
    -0.0374
    """
    check_between(share, "share", 0.0, 1.0)
    joined = _join((asset, *returns))
    values = joined.iloc[:, 0].to_numpy()
    last = last_of_tail(len(values), share, "linear")
    threshold = np.partition(values, last)[last]
    chosen = joined.loc[values <= threshold]
    return _measured(measure, chosen.iloc[:, 1:], f"the {len(chosen)} worst days")


def _join(returns: tuple[Any, ...]) -> pd.DataFrame:
    """Return the series as columns, on the dates that they must share."""
    if not returns:
        raise DataError("a measure must be given returns; got none.")
    return joined_series({f"series {i}": series for i, series in enumerate(returns, start=1)})


def _most_probable(probabilities: pd.DataFrame, dates: pd.Index[Any]) -> tuple[Any, list[Any]]:
    """Return the most probable regime of each date, and the names of all regimes."""
    path = on_dates(check_frame(probabilities, "regimes"), dates, "regimes", "the returns")
    values: Array = path.to_numpy()
    negative = (values < -NEGATIVE_TOLERANCE).any(axis=1)
    bad = negative | (np.abs(values.sum(axis=1) - 1.0) > SUM_TOLERANCE)
    if bad.any():
        raise DataError(
            "regimes as a DataFrame must contain probabilities that sum to one; those of "
            f"{day(path.index[bad][0])} do not. Pass the predicted probabilities of a fit, or a "
            "Series of names."
        )
    return path.columns.to_numpy()[values.argmax(axis=1)], list(path.columns)


def _regime_names(regimes: Any, dates: pd.Index[Any]) -> tuple[Any, list[Any]]:
    """Return the name of the regime of each date, and the sorted names of all regimes."""
    if not isinstance(regimes, pd.Series):
        raise DataError(
            f"regimes must be a Series of names or a DataFrame; got {type(regimes).__name__}."
        )
    check_index(regimes.index, "regimes")
    path = on_dates(regimes.to_frame(), dates, "regimes", "the returns").iloc[:, 0]
    if path.isna().any():
        raise DataError(
            f"regimes must have a name on every date; {day(path.index[path.isna()][0])} has none."
        )
    if pd.api.types.is_float_dtype(path.dtype) and (path % 1.0 != 0.0).any():
        raise DataError(
            "regimes as a Series must be names or whole numbers; got "
            f"{path[path % 1.0 != 0.0].iloc[0]:g}. Pass probabilities as a DataFrame with a column "
            "per regime."
        )
    return path.to_numpy(), sorted(path.unique())


def _measure_groups(
    measure: Measure, joined: pd.DataFrame, labels: Any, groups: pd.Index[Any], minimum_dates: int
) -> pd.DataFrame:
    """Return number of dates and value of each group; ``labels`` (n_dates,) are their groups."""
    check_at_least(minimum_dates, "minimum_dates", 1)
    rows = []
    for group in groups:
        chosen = joined.loc[labels == group]
        enough = len(chosen) >= minimum_dates
        value = _measured(measure, chosen, f"{groups.name} {group!r}") if enough else np.nan
        rows.append((len(chosen), value))
    return pd.DataFrame(rows, index=groups, columns=["dates", "value"])


def _measured(measure: Measure, chosen: pd.DataFrame, where: str) -> float:
    """Return the measure of the chosen dates; an error says on which dates it failed."""
    try:
        return float(measure(*(chosen[name] for name in chosen.columns)))
    except DataError as error:
        raise DataError(
            f"the measure must exist on {where} ({len(chosen)} dates): {error}"
        ) from error
