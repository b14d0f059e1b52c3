r"""The protocol of instruments, and the profit of a position along a path of prices.

.. math:: g_t = n_t \left[ p(F_{t-1}, F_t) - k_t \, w(F_t) \right] X_t

with n the contracts held over the period, p the payoff of one long contract, w its worth in the
currency of the payoff, k its funding rate, and X the exchange rate into the currency of the
account. A contract is marked to market: the gain of a period is converted at the rate of the date
on which the period ends. A long position pays positive funding, a short one receives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.series import on_dates, one_series
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.terms import Funding, Numbers, last_moment
from hedgeresearch.typing import Array

ByDate = float | pd.Series
"""One number for all dates, or one for each."""


@exported_by("hedgeresearch.instruments")
@runtime_checkable
class Instrument(Protocol):
    """An instrument that can be traded.

    Prices, numbers of contracts and rates are numbers, or arrays of one shape. The rate is the
    value of one unit of the payoff's currency in the currency of the account: 1 where they are the
    same, an exchange rate, or the spot price of the coin that an inverse contract pays.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> isinstance(hr.LinearContract("ES", 50), hr.instruments.Instrument)
    True
    """

    name: str
    funding: Funding | None
    expiry: date | None

    @property
    def size(self) -> float:
        """Units of the underlying in one contract; face value in the case of inverse contracts."""

    def worth(self, price: Numbers) -> Numbers:
        """Return the value of one contract in the currency of its payoff."""

    def notional(self, price: Numbers, rate: Numbers = 1.0) -> Numbers:
        """Return the value of one contract in the currency of the account."""

    def payoff(self, contracts: Numbers, entry: Numbers, exit: Numbers) -> Numbers:
        """Return the gain of contracts (negative: short) between two prices, as it is paid."""

    def convexity(self, price: Numbers) -> Numbers:
        """Return the second derivative of a long contract's payoff w.r.t. the exit price."""

    def profit(
        self, contracts: Numbers, entry: Numbers, exit: Numbers, rate: Numbers = 1.0
    ) -> Numbers:
        """Return the payoff in the currency of the account, converted at the rate of the exit."""
        return self.payoff(contracts, entry, exit) * rate

    def path_profit(
        self,
        contracts: ByDate,
        prices: pd.Series[float],
        rates: ByDate | None = None,
        funding_rates: ByDate | None = None,
    ) -> pd.Series[float]:
        """Return the profit of each period in the currency of the account, without fees.

        Parameters
        ----------
        contracts : float, or Series by date, contracts held over the period that ends on the date
            and decided before it; negative is short
        prices : Series (n_dates,), prices of the instrument
        rates : float, or Series by date; None leaves the profit in the currency of the payoff
        funding_rates : float, or Series by date, share of its worth that a long contract pays on
            the date, the sum of all payments of the period; only for perpetual contracts.
            None leaves funding out

        Returns
        -------
        Series (n_dates - 1,)

        Raises
        ------
        DataError
            If a series lacks a date of the prices, the prices go on after the expiry, rates are
            not positive, or the instrument has no funding.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> dates = pd.date_range("2024-01-01", periods=3)
        >>> prices = pd.Series([50_000.0, 40_000.0, 50_000.0], dates)
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
    price = one_series(prices, "prices", minimum_rows=2)
    refuse_expired(instrument, price.index)
    dates = price.index[1:]
    before = price.to_numpy()[:-1]
    now = price.to_numpy()[1:]
    held = values_on(contracts, dates, "contracts")
    rate = positive_rates_on(1.0 if rates is None else rates, dates, "rates")
    gain = instrument.profit(held, before, now, rate)
    if funding_rates is not None:
        if instrument.funding is None:
            raise DataError(
                f"funding_rates must belong to a perpetual contract; {instrument.name!r} has no "
                "funding. Leave them out, or set its funding to '8-hourly' or 'continuous'."
            )
        paid = held * values_on(funding_rates, dates, "funding_rates") * instrument.worth(now)
        gain = gain - paid * rate
    return pd.Series(gain, index=dates, name="profit")


def as_instruments(instruments: Any) -> list[Instrument]:
    """Return one instrument or several as a list.

    Raises
    ------
    DataError
        If there is none, one of them is not an instrument, or two have the same name.
    """
    listed = list(instruments) if isinstance(instruments, Sequence) else [instruments]
    for one in listed:
        check_instrument(one)
    names = [one.name for one in listed]
    if not listed or len(set(names)) < len(names):
        raise DataError(
            f"instruments must be at least one, with different names; got {names}. Pass each once."
        )
    return listed


def check_instrument(value: Any) -> None:
    """Refuse a value that is not an instrument."""
    if not isinstance(value, Instrument):
        raise DataError(
            "instruments must be, for example, Spot('BTC') or LinearContract('ES', 50); "
            f"got {value!r}."
        )


def refuse_expired(instrument: Instrument, dates: pd.Index[Any]) -> None:
    """Refuse dates after the expiry, in the time zone of the dates; an index of numbers passes."""
    if instrument.expiry is None or not isinstance(dates, pd.DatetimeIndex | pd.PeriodIndex):
        return
    starts = dates.to_timestamp() if isinstance(dates, pd.PeriodIndex) else dates
    expiry = pd.Timestamp(instrument.expiry)
    if (starts.tz is None) != (expiry.tz is None):
        starts = starts.tz_localize(None)
        expiry = expiry.tz_localize(None)
    late = starts > last_moment(expiry)
    if late.any():
        first = dates[int(np.argmax(late))]
        raise DataError(
            f"prices of {instrument.name!r} must not extend beyond its expiry, {day(expiry)}; got "
            f"{day(first)} (dates after it: {int(late.sum())}). Leave these dates out, or use "
            "hr.roll_futures for a series of successive contracts."
        )


def values_on(values: Any, dates: pd.Index[Any], name: str) -> Array:
    """Return one number, or a Series by date, as values at ``dates``, (n_dates,)."""
    if isinstance(values, pd.Series | pd.DataFrame):
        frame = one_series(values, name).to_frame()
        return on_dates(frame, dates, name, "the prices").iloc[:, 0].to_numpy()
    if isinstance(values, np.ndarray | Sequence | None):
        raise DataError(
            f"{name} must be one number, or a Series by date; got {type(values).__name__}. "
            "Wrap an array as pd.Series(values, index=dates)."
        )
    check_between(values, name, -np.inf, np.inf)
    return np.full(len(dates), float(values))


def positive_rates_on(rates: Any, dates: pd.Index[Any], name: str) -> Array:
    """Return positive rates, one number or a Series by date, at ``dates``, (n_dates,)."""
    values = values_on(rates, dates, name)
    if not (values > 0.0).all():
        first = int(np.argmin(values > 0.0))
        raise DataError(
            f"{name} must be positive; got {values[first]:g} on {day(dates[first])}. Pass what one "
            "unit of the currency of the payoff costs in the currency of the account."
        )
    return values
