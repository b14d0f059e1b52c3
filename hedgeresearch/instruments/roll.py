r"""Returns of a rolled future: those of the contract held, never the gap between two contracts.

.. math:: r_t = \frac{P^{c_t}_t}{P^{c_t}_{t-1}} - 1

with c_t the contract that is held over (t-1, t]; both prices are its own. Joining the prices of
successive contracts instead would count the difference between them, which no holder earns, as a
return on the day of the roll; after Carchano and Pardo (2009), Journal of Futures Markets 29.
A rule of ``roll_rules`` decides which contract is held from what is known at the close of t-1; the
change from one contract to the next is traded at the closes of that date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted, day
from hedgeresearch._validation.frames import check_frame, index_kind
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.roll_rules import RollRule
from hedgeresearch.instruments.terms import as_timestamp, last_moment
from hedgeresearch.typing import Array, Indices


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True, eq=False, repr=False)
class RolledFutures:
    """A future held through its successive contracts.

    Attributes
    ----------
    held : Series (n_dates,), contract held over the period that ends on the date
    prices : Series (n_dates,), price of that contract on the date
    previous : Series (n_dates,), price of that contract on the date before
    expiry : Series (n_dates,), expiry of that contract
    rule : rule that decided

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> dates = pd.bdate_range("2024-03-11", periods=5)
    >>> near = [100.0, 101.0, 102.0, None, None]
    >>> far = [110.0, 111.1, 112.2, 113.3, 114.4]
    >>> contracts = pd.DataFrame({"H24": near, "M24": far}, dates, dtype=float)
    >>> expiries = {"H24": "2024-03-14", "M24": "2024-06-20"}
    >>> rolled = hr.roll_futures(contracts, hr.instruments.RollBeforeExpiry(1), expiries)
    >>> rolled.returns.round(4).tolist(), rolled.differences.round(2).tolist()
    ([0.01, 0.0099, 0.0098, 0.0097], [1.0, 1.0, 1.1, 1.1])
    >>> [str(date.date()) for date in rolled.roll_dates], rolled.gaps.round(4).tolist()
    (['2024-03-14'], [0.1])
    >>> rolled.back_adjusted.round(2).tolist()
    [111.1, 112.2, 113.3, 114.4]
    """

    held: pd.Series[Any]
    prices: pd.Series[float]
    previous: pd.Series[float]
    expiry: pd.Series[Any]
    rule: RollRule

    def __repr__(self) -> str:
        dates = self.held.index
        return (
            f"RolledFutures({self.rule!r}, {len(dates)} returns to {day(dates[-1])}, "
            f"{len(self.roll_dates)} rolls, now {self.held.iloc[-1]})"
        )

    @cached_property
    def returns(self) -> pd.Series[float]:
        """Simple returns of the contract held, (n_dates,), fractions per period.

        Raises
        ------
        DataError
            If a price is not positive; ``differences`` accept any price.
        """
        for series in (self.previous, self.prices):
            _refuse_not_positive(series, self.held, "simple returns", "Use .differences")
        result = self.differences / self.previous
        result.attrs = {"returns": "simple"}
        return result.rename("rolled")

    @cached_property
    def differences(self) -> pd.Series[float]:
        """Changes of the price of the contract held, (n_dates,), in units of the prices."""
        result = (self.prices - self.previous).rename("rolled")
        result.attrs = {"returns": "difference"}
        return result

    @property
    def roll_dates(self) -> pd.DatetimeIndex:
        """Dates of the first return of each new contract.

        The change of contracts was traded at the closes of the date before.
        """
        rolled = self.held[1:].to_numpy() != self.held[:-1].to_numpy()
        return pd.DatetimeIndex(self.held.index[1:][rolled])

    @property
    def gaps(self) -> pd.Series[float]:
        """Price of the new contract over the old one, less 1, when they were changed, (n_rolls,).

        No return contains them.

        Raises
        ------
        DataError
            If one of the two prices is not positive; their difference is
            ``previous - prices.shift()`` on these dates.
        """
        dates = self.roll_dates
        new = self.previous[dates]
        old = self.prices.shift()[dates]
        remedy = "Use (.previous - .prices.shift())[.roll_dates], in units of the prices"
        _refuse_not_positive(new, self.held, "gaps that are fractions", remedy)
        _refuse_not_positive(old, self.held.shift(), "gaps that are fractions", remedy)
        above: pd.Series[float] = new / old - 1.0
        return above.rename("gap")

    @property
    def back_adjusted(self) -> pd.Series[float]:
        """Price level of cumulated returns that ends at the last price, (n_dates,).

        Each gap scales all earlier levels by one factor (ratio adjustment), so that returns of the
        level are the returns above. Past levels change with every later roll; returns do not.
        """
        wealth = (1.0 + self.returns).cumprod()
        level: pd.Series[float] = wealth * (self.prices.iloc[-1] / wealth.iloc[-1])
        return level.rename("back-adjusted")


@exported_by("hedgeresearch.instruments")
def roll_futures(
    contracts: pd.DataFrame, rule: RollRule, expiries: Mapping[Any, Any] | pd.Series[Any]
) -> RolledFutures:
    """Hold one contract after the other, changed by a rule.

    Parameters
    ----------
    contracts : DataFrame (n_dates, n_contracts), prices, with columns in order of expiry and NaN
        where a contract is not traded
    rule : RollBeforeExpiry(days) or RollOnVolume(volumes)
    expiries : mapping or Series, contract -> last date on which it has a price; a date without a
        time, at midnight, means the whole of that day

    Returns
    -------
    RolledFutures
        On all dates but the first.

    Raises
    ------
    DataError
        If expiries are missing or out of order, no contract is left before the prices end, or the
        contract held has no price at one end of a period.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> dates = pd.bdate_range("2024-03-11", periods=5)
    >>> near = [100.0, 101.0, 102.0, None, None]
    >>> far = [110.0, 111.1, 112.2, 113.3, 114.4]
    >>> contracts = pd.DataFrame({"H24": near, "M24": far}, dates, dtype=float)
    >>> expiries = {"H24": "2024-03-14", "M24": "2024-06-20"}
    >>> rolled = hr.roll_futures(contracts, hr.instruments.RollBeforeExpiry(1), expiries)
    >>> rolled
    RolledFutures(RollBeforeExpiry(days=1), 4 returns to 2024-03-15, 1 rolls, now M24)
    >>> rolled.returns.round(4).tolist(), rolled.gaps.round(4).tolist()
    ([0.01, 0.0099, 0.0098, 0.0097], [0.1])
    >>> rolled.back_adjusted.round(2).tolist()
    [111.1, 112.2, 113.3, 114.4]
    """
    prices = check_frame(contracts, "contracts", minimum_rows=2, allow_missing=True)
    if not isinstance(prices.index, pd.DatetimeIndex):
        raise DataError(f"contracts must be indexed by dates; got {index_kind(prices.index)}.")
    if not isinstance(rule, RollRule) or isinstance(rule, type):
        raise DataError(f"rule must be a rule such as RollBeforeExpiry(5); got {rule!r}.")
    ends = _expiries(expiries, prices)
    columns = rule.held(prices, ends.map(last_moment))
    _refuse_none_left(columns, prices)
    index = prices.index[1:]
    rows = np.arange(1, len(prices))
    held = pd.Series(prices.columns.to_numpy()[columns], index, name="held")
    now = prices.to_numpy()[rows, columns]
    before = prices.to_numpy()[rows - 1, columns]
    _refuse_gaps(now, before, held, prices.index)
    return RolledFutures(
        held=held,
        prices=pd.Series(now, index, name="price"),
        previous=pd.Series(before, index, name="previous price"),
        expiry=pd.Series(pd.DatetimeIndex(ends)[columns], index, name="expiry"),
        rule=rule,
    )


def _expiries(expiries: Mapping[Any, Any] | pd.Series[Any], prices: pd.DataFrame) -> pd.Series[Any]:
    """Return the expiry of each column, in their order."""
    if not isinstance(expiries, Mapping | pd.Series):
        raise DataError(
            "expiries must be a mapping or a Series, contract -> date; got "
            f"{type(expiries).__name__}. Pass for example "
            "{'H24': '2024-03-15', 'M24': '2024-06-21'}."
        )
    absent = [name for name in prices.columns if name not in expiries]
    if absent:
        raise DataError(
            f"expiries must name every contract; {absent[0]!r} has none. Add it: contract -> date."
        )
    ends = [as_timestamp(expiries[name], f"the expiry of {name!r}") for name in prices.columns]
    if len({one.tz for one in ends}) > 1:
        raise DataError(
            "expiries must all be in one time zone, or all without; got several. Use tz_convert."
        )
    dates = pd.DatetimeIndex(ends)
    if index_kind(dates) != index_kind(prices.index):
        raise DataError(
            f"expiries and contracts must have the same type of index; got {index_kind(dates)} and "
            f"{index_kind(prices.index)}. Pass expiries such as "
            "pd.Timestamp('2024-03-15', tz='UTC')."
        )
    _refuse_wrong_order(dates, prices.columns)
    return pd.Series(dates, prices.columns)


def _refuse_wrong_order(expiries: pd.DatetimeIndex, names: pd.Index[Any]) -> None:
    last = expiries.map(last_moment)
    ascending = last[1:] > last[:-1]
    if not ascending.all():
        first = int(np.argmin(ascending)) + 1
        raise DataError(
            f"contracts must be in order of expiry; {names[first]!r} ends on "
            f"{day(expiries[first])}, not after the one before it. Sort the columns: "
            "contracts[sorted(contracts, key=expiries.get)]."
        )


def _refuse_not_positive(
    prices: pd.Series[float], held: pd.Series[Any], what: str, remedy: str
) -> None:
    if not (prices > 0.0).all():
        at = prices.index[int(np.argmax(prices <= 0.0))]
        raise DataError(
            f"prices must be positive for {what}; {held[at]!r} is {prices[at]:g} in the period "
            f"to {day(at)}. {remedy}."
        )


def _refuse_none_left(columns: Indices, prices: pd.DataFrame) -> None:
    n_contracts = prices.shape[1]
    if columns[-1] == n_contracts:
        first = prices.index[1:][int(np.argmax(columns == n_contracts))]
        raise DataError(
            f"a contract must be left to hold on every date; after {prices.columns[-1]!r} there "
            f"is none from {day(first)} on. Add the next contract, or end the prices before that "
            "date."
        )


def _refuse_gaps(now: Array, before: Array, held: pd.Series[Any], dates: pd.Index[Any]) -> None:
    gaps = np.isnan(now) | np.isnan(before)
    if gaps.any():
        row = int(np.argmax(gaps))
        missing = dates[row] if np.isnan(before[row]) else dates[row + 1]
        raise DataError(
            "a contract must have a price at both ends of every period over which it is held; "
            f"{held.iloc[row]!r} has none on {day(missing)} "
            f"({counted(int(gaps.sum()), 'such period')}). Add the price, leave the date out "
            "knowingly, or roll on other dates."
        )
