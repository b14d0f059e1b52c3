r"""What every instrument answers, and the profit of a position along a path of prices.

.. math:: g_t = n_t \left[ p(F_{t-1}, F_t) - k_t \, w(F_t) \right] X_t

with n the contracts held over the date, p the payoff of one long contract and w its worth in the currency it pays, k
its funding rate, and X what converts that currency into the account's. A contract is marked to market: the gain of a
date is converted at the rate of that date. A long pays positive funding, a short earns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_frame, index_kind
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.terms import Funding, Numbers, last_moment
from hedgeresearch.typing import Array

ByDate = float | pd.Series
"""One number for all dates, or one for each."""


@exported_by("hedgeresearch.instruments")
@runtime_checkable
class Instrument(Protocol):
    """Something that can be traded. Prices, contracts and rates are numbers, or arrays of one shape.

    ``rate`` is worth one unit of the currency of the payoff in the currency of the account: 1 where they are the same,
    an exchange rate, or the spot price of the coin that an inverse contract pays.
    """

    name: str
    funding: Funding | None
    expiry: date | None

    @property
    def size(self) -> float:
        """Units of the underlying in one contract; of an inverse contract, its face in the currency of its price."""

    def worth(self, price: Numbers) -> Numbers:
        """Value of one contract in the currency of its payoff."""

    def notional(self, price: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Value of one contract in the currency of the account."""

    def payoff(self, contracts: Numbers, entry: Numbers, exit: Numbers) -> Numbers:
        """Gain of contracts (negative: short) held from one price to another, in the currency of the payoff."""

    def convexity(self, price: Numbers) -> Numbers:
        """Second derivative of the payoff of one long contract by the price at which it is left."""

    def profit(
        self, contracts: Numbers, entry: Numbers, exit: Numbers, rate: Numbers = 1.0
    ) -> Numbers:
        """The payoff in the currency of the account, at the rate of the exit."""
        return self.payoff(contracts, entry, exit) * rate

    def path_profit(
        self,
        contracts: ByDate,
        prices: pd.Series[float],
        rates: ByDate | None = None,
        funding_rates: ByDate | None = None,
    ) -> pd.Series[float]:
        """Profit of each date in the currency of the account, (n_dates - 1,), without fees.

        Parameters
        ----------
        contracts : float, or Series by date: what is held over the date, decided before it; negative is short
        prices : Series (n_dates,), of the instrument
        rates : float, or Series by date; None leaves the profit in the currency of the payoff
        funding_rates : float, or Series by date: share of its worth that a long pays at the date, several payments of
            one date added up; only for perpetual contracts. None leaves funding out

        Raises
        ------
        DataError
            If a path leaves out a date of the prices, these go on after the expiry, rates are not positive, or the
            instrument has no funding.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> prices = pd.Series([50_000.0, 40_000.0, 50_000.0], pd.date_range("2024-01-01", periods=3))
        >>> perpetual = hr.InverseContract("BTC_COIN_PERP", value=100, funding="8-hourly")
        >>> perpetual.path_profit(-500, prices, rates=prices, funding_rates=0.0001).tolist()
        [10005.0, -12495.0]
        """
        return _path_profit(self, contracts, prices, rates, funding_rates)


def _path_profit(
    instrument: Instrument,
    contracts: ByDate,
    prices: pd.Series[float],
    rates: ByDate | None,
    funding_rates: ByDate | None,
) -> pd.Series[float]:
    price = one_path(prices, "prices", minimum_rows=2)
    refuse_expired(instrument, price.index)
    dates, levels = price.index[1:], price.to_numpy()
    held = on_dates(contracts, dates, "contracts")
    rate = rates_on(1.0 if rates is None else rates, dates, "rates")
    gain = instrument.profit(held, levels[:-1], levels[1:], rate)
    if funding_rates is not None:
        if instrument.funding is None:
            raise DataError(
                f"funding_rates must belong to a perpetual contract; {instrument.name!r} has no funding. Leave them "
                "out, or set its funding to '8-hourly' or 'continuous'."
            )
        gain = (
            gain
            - held
            * on_dates(funding_rates, dates, "funding_rates")
            * instrument.worth(levels[1:])
            * rate
        )
    return pd.Series(gain, index=dates, name="profit")


def refuse_expired(instrument: Instrument, dates: pd.Index[Any]) -> None:
    """Refuse dates after the expiry, in the time zone of the dates; numbers cannot be told to be."""
    if instrument.expiry is None or not isinstance(dates, pd.DatetimeIndex | pd.PeriodIndex):
        return
    starts, end = (
        dates.to_timestamp() if isinstance(dates, pd.PeriodIndex) else dates,
        pd.Timestamp(instrument.expiry),
    )
    if (starts.tz is None) != (end.tz is None):
        starts, end = starts.tz_localize(None), end.tz_localize(None)
    late = starts > last_moment(end)
    if late.any():
        first = dates[int(np.argmax(late))]
        raise DataError(
            f"prices of {instrument.name!r} must end with its expiry, {day(end)}; got {day(first)} (dates after it: "
            f"{int(late.sum())}). Leave these dates out, or hold one contract after the other with hr.roll_futures."
        )


def one_path(data: Any, name: str, *, minimum_rows: int = 1) -> pd.Series[float]:
    """``data`` as one float series of finite numbers on ordered, unique dates."""
    frame = check_frame(data, name, minimum_rows=minimum_rows)
    if frame.shape[1] != 1:
        raise DataError(
            f"{name} must be one series; got the columns {list(frame.columns)}. Choose one of them."
        )
    return frame.iloc[:, 0]


def on_dates(path: Any, dates: pd.Index[Any], name: str) -> Array:
    """The numbers of a path at ``dates``, (n_dates,)."""
    if not isinstance(path, pd.Series | pd.DataFrame):
        if isinstance(path, np.ndarray | Sequence | None):
            raise DataError(
                f"{name} must be one number, or a Series by date; got {type(path).__name__}. Wrap an array as "
                "pd.Series(values, index=dates)."
            )
        check_between(path, name, -np.inf, np.inf)
        return np.full(len(dates), float(path))
    series = one_path(path, name)
    if index_kind(series.index) != index_kind(dates):
        raise DataError(
            f"{name} and prices must be dated alike; got {index_kind(series.index)} and {index_kind(dates)}. "
            "Convert one, for example with tz_localize or tz_convert on its index."
        )
    absent = dates.difference(series.index)
    if len(absent):
        raise DataError(
            f"{name} must hold every date of the prices; {len(absent)} are missing, the first {day(absent[0])}. "
            f"Leave these dates out of the prices, or give longer {name}."
        )
    return series.loc[dates].to_numpy()


def rates_on(rates: Any, dates: pd.Index[Any], name: str) -> Array:
    """Positive rates at ``dates``, (n_dates,)."""
    values = on_dates(rates, dates, name)
    if not (values > 0.0).all():
        first = int(np.argmin(values > 0.0))
        raise DataError(
            f"{name} must be positive; got {values[first]:g} on {day(dates[first])}. Give what one unit of the "
            "currency of the payoff costs in that of the account."
        )
    return values
