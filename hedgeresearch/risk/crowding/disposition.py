r"""Disposition effect: gains are realized more readily than losses.

Odean (1998), Journal of Finance 53, section II: on each day on which an account with at least two
positions closes one of them, or a part, those closed are realized gains or losses against their
average entry price, and the others are paper gains or losses at the day's price. With the counts,

.. math:: PGR = \frac{\text{realized gains}}{\text{realized gains} + \text{paper gains}}, \qquad
          PLR = \frac{\text{realized losses}}{\text{realized losses} + \text{paper losses}}

and the difference PGR - PLR has, if all counts are independent, the variance
PGR (1 - PGR) / (gains) + PLR (1 - PLR) / (losses).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day as day_text
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.risk.crowding.holding import Holding

COLUMNS = ("instrument", "side", "size", "price")
SIDES = {"buy": 1.0, "sell": -1.0}


@exported_by("hedgeresearch.risk")
@dataclass(frozen=True, eq=False, repr=False)
class DispositionEffect:
    """Shares of gains and of losses that are realized, and their difference.

    Attributes
    ----------
    realized_gains, paper_gains, realized_losses, paper_losses : int
    test : HypothesisTest of equal shares, for independent counts
    n_days : number of days, of all accounts, on which something was closed and another position
        was held
    n_alone : number of days left out, as nothing else was held
    n_within_day : number of positions left out, as they were opened and closed within a day
    source, limits : where the measure is from, and what it does not show

    Examples
    --------
    >>> from hedgeresearch.risk import disposition_effect
    >>> import pandas as pd
    >>> days = pd.date_range("2026-01-05", periods=4)
    >>> fills = pd.DataFrame(
    ...     {
    ...         "instrument": ["A", "B", "C", "A", "C"],
    ...         "side": ["buy", "buy", "buy", "sell", "sell"],
    ...         "size": [1.0, 1.0, 1.0, 1.0, 1.0],
    ...         "price": [10.0, 20.0, 30.0, 12.0, 29.0],
    ...     },
    ...     index=days[[0, 0, 0, 2, 3]],
    ... )
    >>> prices = pd.DataFrame({"A": 12.0, "B": [20.0, 19.0, 18.0, 21.0], "C": 31.0}, days)
    >>> result = disposition_effect(fills, prices)
    >>> round(result.share_of_gains, 3), round(result.share_of_losses, 3)
    (0.333, 0.5)
    >>> round(result.difference, 3)
    -0.167
    """

    realized_gains: int
    paper_gains: int
    realized_losses: int
    paper_losses: int
    test: HypothesisTest
    n_days: int
    n_alone: int
    n_within_day: int
    source: str = "Odean (1998), Journal of Finance 53"
    limits: str = (
        "Counts are not independent within an account, so that the test is too ready to reject. "
        "Taxes, rebalancing and hedges that are closed with what they hedge look the same."
    )

    def __repr__(self) -> str:
        return (
            f"DispositionEffect({self.share_of_gains:.1%} of gains and {self.share_of_losses:.1%} "
            f"of losses realized, p = {self.test.p_value:.3g})"
        )

    @property
    def share_of_gains(self) -> float:
        """Share of gains that is realized, PGR."""
        return self.realized_gains / (self.realized_gains + self.paper_gains)

    @property
    def share_of_losses(self) -> float:
        """Share of losses that is realized, PLR."""
        return self.realized_losses / (self.realized_losses + self.paper_losses)

    @property
    def difference(self) -> float:
        """PGR - PLR; positive where gains are realized more readily."""
        return self.share_of_gains - self.share_of_losses


@exported_by("hedgeresearch.risk")
def disposition_effect(fills: pd.DataFrame, prices: pd.DataFrame) -> DispositionEffect:
    """Return whether gains are realized more readily than losses.

    Parameters
    ----------
    fills : DataFrame (n_fills,) by time, in order, with the columns instrument, side ("buy" or
        "sell"), size and price, both > 0, and optionally account. Positions begin at zero
    prices : DataFrame (n_days, n_instruments), a price of each day, such as the close

    Returns
    -------
    DispositionEffect

    Raises
    ------
    DataError
        If a column is missing, times are not in order, a number is not positive, a price is not
        known, or there are no gains or no losses to compare.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2026-01-05", periods=4)
    >>> fills = pd.DataFrame(
    ...     {
    ...         "instrument": ["A", "B", "C", "A", "C"],
    ...         "side": ["buy", "buy", "buy", "sell", "sell"],
    ...         "size": [1.0, 1.0, 1.0, 1.0, 1.0],
    ...         "price": [10.0, 20.0, 30.0, 12.0, 29.0],
    ...     },
    ...     index=days[[0, 0, 0, 2, 3]],
    ... )
    >>> prices = pd.DataFrame({"A": 12.0, "B": [20.0, 19.0, 18.0, 21.0], "C": 31.0}, days)
    >>> disposition_effect(fills, prices)
    DispositionEffect(33.3% of gains and 50.0% of losses realized, p = 0.709)
    """
    table = _checked_fills(fills)
    closes = _checked_prices(prices)
    counts = _Counts()
    accounts = table["account"] if "account" in table else pd.Series("", table.index)
    for _, own in table.groupby(accounts.to_numpy(), sort=False):
        book: dict[Any, Holding] = {}
        for date, today in own.groupby(pd.DatetimeIndex(own.index).normalize(), sort=False):
            _count_day(book, today, closes, date, counts)
    return counts.result()


@dataclass
class _Counts:
    """Gains and losses counted so far."""

    realized: list[float] = field(default_factory=list)
    paper: list[float] = field(default_factory=list)
    n_days: int = 0
    n_alone: int = 0
    n_within_day: int = 0

    def result(self) -> DispositionEffect:
        """Return the shares and their test."""
        realized = np.array(self.realized)
        paper = np.array(self.paper)
        gains = [int((realized > 0.0).sum()), int((paper > 0.0).sum())]
        losses = [int((realized < 0.0).sum()), int((paper < 0.0).sum())]
        if sum(gains) == 0 or sum(losses) == 0:
            raise DataError(
                f"there must be gains and losses, realized or on paper, to compare; there are "
                f"{sum(gains)} gains and {sum(losses)} losses on {self.n_days} days on which one "
                "of several positions was closed. Pass more fills."
            )
        return DispositionEffect(
            realized_gains=gains[0],
            paper_gains=gains[1],
            realized_losses=losses[0],
            paper_losses=losses[1],
            test=_equal_shares_test(gains, losses),
            n_days=self.n_days,
            n_alone=self.n_alone,
            n_within_day=self.n_within_day,
        )


def _equal_shares_test(gains: list[int], losses: list[int]) -> HypothesisTest:
    """Return the test that as large a share of gains as of losses is realized."""
    from scipy.special import ndtr

    share = gains[0] / sum(gains)
    other = losses[0] / sum(losses)
    difference = share - other
    variance = share * (1.0 - share) / sum(gains) + other * (1.0 - other) / sum(losses)
    if variance > 0.0:
        statistic = difference / math.sqrt(variance)
    else:  # all or none are realized, of gains and of losses
        statistic = math.copysign(math.inf, difference) if difference else 0.0
    return HypothesisTest(
        name="Odean's disposition test",
        null="gains and losses are realized in equal shares",
        statistic=statistic,
        p_value=float(2.0 * ndtr(-abs(statistic))),
        distribution=NullDistribution("standard normal"),
    )


def _count_day(
    book: dict[Any, Holding],
    today: pd.DataFrame,
    closes: pd.DataFrame,
    date: Any,
    counts: _Counts,
) -> None:
    """Trade the fills of a day of one account, and count what it realizes and keeps."""
    before = {name: replace(one) for name, one in book.items() if one.units}
    proceeds: dict[Any, list[float]] = {}
    within: set[tuple[Any, int]] = set()
    for name, units, price in _signed(today):
        holding = book.setdefault(name, Holding())
        number = holding.number
        closed = holding.trade(units, price)
        if closed == 0.0:
            continue
        # a position that was turned within the day is another one than that of the day before
        if name not in before or before[name].number != number:
            within.add((name, number))
            continue
        total = proceeds.setdefault(name, [0.0, 0.0])
        total[0] += abs(closed)
        total[1] += abs(closed) * price
    counts.n_within_day += len(within)
    if not proceeds:
        return
    if len(before) < 2:
        counts.n_alone += 1
        return
    counts.n_days += 1
    for name, holding in before.items():
        if name in proceeds:
            size, value = proceeds[name]
            counts.realized.append(holding.gain(value / size))
        else:
            counts.paper.append(holding.gain(_close_of(closes, name, date)))


def _signed(today: pd.DataFrame) -> Iterator[tuple[Any, float, float]]:
    """Yield instrument, signed units and price of each fill."""
    for name, side, size, price in today[list(COLUMNS)].itertuples(index=False):
        yield name, SIDES[side] * float(size), float(price)


def _close_of(closes: pd.DataFrame, name: Any, date: Any) -> float:
    """Return the price of an instrument on a day."""
    known = name in closes and date in closes.index
    price = float(closes[name].loc[date]) if known else math.nan
    if not 0.0 < price < math.inf:
        raise DataError(
            f"prices must have a positive price of {name!r} on {day_text(date)}, when it was held "
            "and another position was closed."
        )
    return price


def _checked_fills(fills: Any) -> pd.DataFrame:
    """Return fills that can be followed."""
    if not isinstance(fills, pd.DataFrame) or not set(COLUMNS) <= set(fills.columns):
        raise DataError(
            "fills must be a DataFrame with the columns instrument, side, size and price."
        )
    index = fills.index
    if not isinstance(index, pd.DatetimeIndex) or not index.is_monotonic_increasing:
        raise DataError("fills must be by time, in order: they must have a sorted DatetimeIndex.")
    sides = set(fills["side"]) - set(SIDES)
    if sides:
        raise DataError(f"side must be 'buy' or 'sell'; got {sides.pop()!r}.")
    for name in ("size", "price"):
        values = fills[name].to_numpy(dtype=float)
        if not (np.isfinite(values) & (values > 0.0)).all():
            raise DataError(f"{name} of each fill must be positive and finite.")
    return fills


def _checked_prices(prices: Any) -> pd.DataFrame:
    """Return prices by day and instrument."""
    if not isinstance(prices, pd.DataFrame) or not isinstance(prices.index, pd.DatetimeIndex):
        raise DataError("prices must be a DataFrame by day, with a column for each instrument.")
    by_day = prices.set_axis(prices.index.normalize(), axis=0)
    if not by_day.index.is_unique:
        raise DataError("prices must have one row for each day.")
    return by_day
