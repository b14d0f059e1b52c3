r"""Returns of a future that is rolled: those of the contract that was held, never the gap between two contracts.

.. math:: r_t = \frac{P^{c_t}_t}{P^{c_t}_{t-1}} - 1

with c_t the contract that is held over (t-1, t], both prices being its own. Joining the prices of successive contracts
instead would book the difference between them, which nobody earns, as a return on the day of the roll; after Carchano
and Pardo (2009), Journal of Futures Markets 29. Which contract is held is decided by ``roll_rules`` from what is known
at the close of t-1; the change from one contract to the next happens at the closes of that date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_frame, index_kind
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.roll_rules import RollRule
from hedgeresearch.instruments.terms import as_date, last_moment
from hedgeresearch.typing import Array, Indices


@exported_by("hedgeresearch.instruments")
@dataclass(frozen=True, eq=False, repr=False)
class RolledFutures:
    """A future held through its contracts.

    Attributes
    ----------
    held : Series (n_dates,), the contract held over the period that ends on the date
    prices : Series (n_dates,), its price on the date
    previous : Series (n_dates,), its price on the date before
    expiry : Series (n_dates,), when it expires
    rule : what decided
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
            If a price is not positive; ``differences`` take any.
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
        """The first date of each contract but the first; the change was traded at the closes of the date before."""
        rolled = self.held[1:].to_numpy() != self.held[:-1].to_numpy()
        return pd.DatetimeIndex(self.held.index[1:][rolled])

    @property
    def gaps(self) -> pd.Series[float]:
        """How far the new contract stood above the old one when they were changed, as a fraction; in no return.

        Raises
        ------
        DataError
            If one of the two prices is not positive; their difference is ``previous - prices.shift()`` on these dates.
        """
        dates = self.roll_dates
        new, old = self.previous[dates], self.prices.shift()[dates]
        mend = "Take (.previous - .prices.shift())[.roll_dates], in units of the prices"
        _refuse_not_positive(new, self.held, "gaps that are fractions", mend)
        _refuse_not_positive(old, self.held.shift(), "gaps that are fractions", mend)
        above: pd.Series[float] = new / old - 1.0
        return above.rename("gap")

    @property
    def back_adjusted(self) -> pd.Series[float]:
        """Level made of cumulated returns that ends at the last price, (n_dates,), in units of the prices.

        Each gap scales all earlier levels by one factor (ratio adjustment), so that returns of the level are the
        returns above. Its past levels change with every later roll; its returns do not.
        """
        wealth = (1.0 + self.returns).cumprod()
        level: pd.Series[float] = wealth * (self.prices.iloc[-1] / wealth.iloc[-1])
        return level.rename("back-adjusted")


@exported_by("hedgeresearch.instruments")
def roll_futures(
    contracts: pd.DataFrame, rule: RollRule, expiries: Mapping[Any, Any] | pd.Series[Any]
) -> RolledFutures:
    """Hold one contract after the other, changing by a rule.

    Parameters
    ----------
    contracts : DataFrame (n_dates, n_contracts), prices, columns in order of expiry, NaN where a contract is not traded
    rule : RollBeforeExpiry(days) or RollOnVolume(volumes)
    expiries : mapping or Series, contract -> last date on which it has a price; a date without a time, at midnight,
        means the whole of that day

    Returns
    -------
    RolledFutures
        On all dates but the first.

    Raises
    ------
    DataError
        If expiries are missing or out of order, no contract is left before the prices end, or the contract held has no
        price at one end of a period.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> dates = pd.bdate_range("2024-03-11", periods=5)
    >>> near = [100.0, 101.0, 102.0, None, None]
    >>> far = [110.0, 111.1, 112.2, 113.3, 114.4]
    >>> rolled = hr.roll_futures(pd.DataFrame({"H24": near, "M24": far}, dates, dtype=float), hr.instruments.RollBeforeExpiry(1),
    ...                  {"H24": "2024-03-14", "M24": "2024-06-20"})
    >>> rolled
    RolledFutures(RollBeforeExpiry(days=1), 4 returns to 2024-03-15, 1 rolls, now M24)
    >>> rolled.returns.round(4).tolist(), rolled.gaps.round(4).tolist()
    ([0.01, 0.0099, 0.0098, 0.0097], [0.1])
    """
    prices = check_frame(contracts, "contracts", minimum_rows=2, allow_missing=True)
    if not isinstance(prices.index, pd.DatetimeIndex):
        raise DataError(f"contracts must be indexed by dates; got {index_kind(prices.index)}.")
    if not hasattr(rule, "held") or isinstance(rule, type):
        raise DataError(f"rule must be a rule such as RollBeforeExpiry(5); got {rule!r}.")
    ends = _expiries(expiries, prices)
    columns = rule.held(prices, ends.map(last_moment))
    _refuse_none_left(columns, prices)
    rows = np.arange(1, len(prices))
    values, index = prices.to_numpy(), prices.index[1:]
    names = pd.Series(prices.columns.to_numpy()[columns], index, name="held")
    now, before = values[rows, columns], values[rows - 1, columns]
    _refuse_gaps(now, before, names, prices.index)
    return RolledFutures(
        held=names,
        prices=pd.Series(now, index, name="price"),
        previous=pd.Series(before, index, name="previous price"),
        expiry=pd.Series(pd.DatetimeIndex(ends)[columns], index, name="expiry"),
        rule=rule,
    )


def _expiries(expiries: Mapping[Any, Any] | pd.Series[Any], prices: pd.DataFrame) -> pd.Series[Any]:
    """When each column ends, in their order."""
    if not isinstance(expiries, Mapping | pd.Series):
        raise DataError(
            f"expiries must be a mapping or a Series, contract -> date; got {type(expiries).__name__}. Give for "
            "example {'H24': '2024-03-15', 'M24': '2024-06-21'}."
        )
    absent = [name for name in prices.columns if name not in expiries]
    if absent:
        raise DataError(
            f"expiries must name every contract; {absent[0]!r} has none. Add it: contract -> date."
        )
    ends = [as_date(expiries[name], f"the expiry of {name!r}") for name in prices.columns]
    if len({one.tz for one in ends}) > 1:
        raise DataError(
            "expiries must all be in one time zone, or all without; got several. Use tz_convert."
        )
    dates = pd.DatetimeIndex(ends)
    if index_kind(dates) != index_kind(prices.index):
        raise DataError(
            f"expiries and contracts must be dated alike; got {index_kind(dates)} and "
            f"{index_kind(prices.index)}. Give expiries such as pd.Timestamp('2024-03-15', tz='UTC')."
        )
    last = dates.map(last_moment)
    if not (last[1:] > last[:-1]).all():
        first = int(np.argmin(last[1:] > last[:-1])) + 1
        raise DataError(
            f"contracts must stand in order of expiry; {prices.columns[first]!r} ends on {day(dates[first])}, not "
            "after the one before it. Sort the columns: contracts[sorted(contracts, key=expiries.get)]."
        )
    return pd.Series(dates, prices.columns)


def _refuse_not_positive(
    prices: pd.Series[float], held: pd.Series[Any], what: str, mend: str
) -> None:
    if not (prices > 0.0).all():
        at = prices.index[int(np.argmax(prices <= 0.0))]
        raise DataError(
            f"prices must be positive for {what}; {held[at]!r} is {prices[at]:g} in the period to {day(at)}. {mend}."
        )


def _refuse_none_left(columns: Indices, prices: pd.DataFrame) -> None:
    if columns[-1] == prices.shape[1]:
        first = prices.index[1:][int(np.argmax(columns == prices.shape[1]))]
        raise DataError(
            f"a contract must be left to hold on every date; after {prices.columns[-1]!r} there is none from "
            f"{day(first)} on. Add the next contract, or end the prices before that date."
        )


def _refuse_gaps(now: Array, before: Array, names: pd.Series[Any], dates: pd.Index[Any]) -> None:
    gaps = np.isnan(now) | np.isnan(before)
    if gaps.any():
        row = int(np.argmax(gaps))
        missing = dates[row] if np.isnan(before[row]) else dates[row + 1]
        raise DataError(
            f"a contract must have a price at both ends of every period over which it is held; {names.iloc[row]!r} has "
            f"none on {day(missing)} ({int(gaps.sum())} such period{'s' if gaps.sum() > 1 else ''} in all). Give the "
            "price, leave the date out knowingly, or roll on other dates."
        )
