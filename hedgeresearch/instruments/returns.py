r"""Returns of the instruments that hedge, derived from what they pay, and contracts from the ratio they give.

.. math:: r_t = \frac{\pi_t}{v_{t-1}} \quad\text{(simple)}, \qquad d_t = \frac{\pi_t}{s} \quad\text{(difference)}

with the profit of one contract over the period in the currency of the account, its notional at the start of the period
and its size. A ratio of simple returns is the value sold for each unit of value held, one of differences the units sold
for each unit held (of an inverse contract: the dollars of face). So, with Q the value or the units that are held,

.. math:: n = -h \, Q / v_T \quad\text{(simple, log)}, \qquad n = -h \, Q / s \quad\text{(difference)}.

A ratio of the one is not a ratio of the other (after Terry 2005, Journal of Futures Markets 25, 537-552), and the two
give different contracts where prices have moved in the sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument, rates_on, refuse_expired
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.instruments")
def instrument_returns(
    prices: pd.DataFrame | pd.Series[float],
    instruments: Instrument | Sequence[Instrument],
    kind: Literal["simple", "difference"] = "simple",
    rates: Mapping[str, Any] | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Returns to hedge with: profit of one contract per period, over its notional at the start or over its size.

    Parameters
    ----------
    prices : DataFrame (n_dates, n_columns), or Series, with a column named after each instrument; others are ignored
    instruments : an instrument, or several
    kind : "simple", fractions of notional, or "difference", in the currency of the account per unit of the underlying
        (for an inverse contract: per dollar of face)
    rates : mapping or DataFrame by name of instrument: Series by date, or a number, that converts its payoff into the
        currency of the account; 1 for those left out. An inverse contract needs the spot price of its coin

    Returns
    -------
    DataFrame (n_dates - 1, n_instruments)
        ``attrs`` are carried over and tell the kind under ``"returns"``. Funding is not in them.

    Raises
    ------
    DataError
        If an instrument has no column or an inverse contract no rate, rates leave out a date, prices have gaps, go on
        after an expiry, or are not positive where the kind or the contract divides by them.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2024-01-01", periods=3)
    >>> prices = pd.DataFrame({"BTC": [50e3, 40e3, 60e3], "BTC_COIN_PERP": [50e3, 40e3, 62.5e3]}, dates)
    >>> perpetual = hr.InverseContract("BTC_COIN_PERP", value=100, funding="8-hourly")
    >>> hr.instruments.instrument_returns(prices, perpetual, rates={"BTC_COIN_PERP": prices["BTC"]})["BTC_COIN_PERP"].round(4).tolist()
    [-0.2, 0.54]
    """
    check_choice(kind, "kind", ("simple", "difference"))
    traded = _listed(instruments)
    levels = _prices_of(traded, prices)
    by_name = _rates_of(traded, rates)
    columns = {}
    for instrument in traded:
        refuse_expired(instrument, levels.index)
        price = levels[instrument.name]
        if kind == "simple" or isinstance(instrument, InverseContract):
            _check_positive(price)
        rate = rates_on(
            by_name.get(instrument.name, 1.0), levels.index, f"rates of {instrument.name!r}"
        )
        columns[instrument.name] = contract_returns(instrument, price.to_numpy(), rate, kind)
    result = pd.DataFrame(columns, index=levels.index[1:])
    result.attrs = {**prices.attrs, "returns": kind}
    return result


def contract_returns(instrument: Instrument, price: Array, rate: Array, kind: str) -> Array:
    """Returns (n - 1,) of one contract at prices and rates (n,)."""
    profit = instrument.profit(1.0, price[:-1], price[1:], rate[1:])
    if kind == "simple":
        return np.asarray(profit / instrument.notional(price[:-1], rate[:-1]))
    return np.asarray(profit / instrument.size)


@exported_by("hedgeresearch.instruments")
def contracts_for(
    ratio: float,
    position: float,
    instrument: Instrument,
    price: float,
    rate: float = 1.0,
    kind: str = "simple",
) -> float:
    """Contracts to hold against a position, not rounded to lots; negative is short.

    Parameters
    ----------
    ratio : hedge ratio of the instrument, of returns of this kind as ``instrument_returns`` makes them
    position : what is held of the asset, negative if short: its value in the currency of the account, or for
        kind="difference" its units
    instrument : the one to hedge with
    price : of the instrument, now
    rate : of the currency of its payoff, now
    kind : "simple", "log" or "difference": that of the returns the ratio was estimated from, ``fit.returns_kind``

    Raises
    ------
    DataError
        If a number is not finite, or the contract has no positive notional at the price.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> crude = hr.LinearContract("CL", 1000)
    >>> hr.instruments.contracts_for(0.9, 700_000.0, crude, price=70.0)
    -9.0
    >>> hr.instruments.contracts_for(0.9, 10_000.0, crude, price=70.0, kind="difference")  # barrels
    -9.0
    """
    check_choice(kind, "kind", ("simple", "log", "difference"))
    _check_instrument(instrument)
    for name, value in {"ratio": ratio, "position": position, "price": price}.items():
        check_between(value, name, -np.inf, np.inf)
    check_between(rate, "rate", 0.0, np.inf)
    if kind == "difference":
        return 0.0 - ratio * position / instrument.size
    notional = float(instrument.notional(price, rate))
    if not notional > 0.0:
        raise DataError(
            f"price must be positive for a ratio of {kind} returns; got {price:g}. Estimate the ratio from returns of "
            'kind="difference".'
        )
    return 0.0 - ratio * position / notional


def _listed(instruments: Any) -> list[Instrument]:
    listed = list(instruments) if isinstance(instruments, Sequence) else [instruments]
    for one in listed:
        _check_instrument(one)
    names = [one.name for one in listed]
    if not listed or len(set(names)) < len(names):
        raise DataError(f"instruments must be at least one, with different names; got {names}.")
    return listed


def _check_instrument(one: Any) -> None:
    if not isinstance(one, Instrument):
        raise DataError(
            f"instruments must be such as Spot('BTC') or LinearContract('ES', 50); got {one!r}."
        )


def _prices_of(instruments: list[Instrument], prices: Any) -> pd.DataFrame:
    """Columns of the instruments; what the others hold does not matter."""
    frame = prices.to_frame() if isinstance(prices, pd.Series) else prices
    names = [one.name for one in instruments]
    if isinstance(frame, pd.DataFrame):
        for name in names:
            if name not in frame.columns:
                raise DataError(
                    f"prices must have a column for every instrument; {name!r} is not among {list(frame.columns)}. "
                    "Rename the column, or the instrument with dataclasses.replace(instrument, name=...)."
                )
        frame = frame[names]
    return check_frame(frame, "prices", minimum_rows=2)


def _rates_of(instruments: list[Instrument], rates: Any) -> dict[Any, Any]:
    if not isinstance(rates, Mapping | pd.DataFrame | None):
        raise DataError(
            f"rates must be a mapping or a DataFrame by name of instrument; got {type(rates).__name__}."
        )
    by_name: dict[Any, Any] = {} if rates is None else {name: rates[name] for name in rates}
    names = [one.name for one in instruments]
    for name in by_name:
        if name not in names:
            raise DataError(f"rates must be given by name of an instrument, {names}; got {name!r}.")
    for one in instruments:
        if isinstance(one, InverseContract) and one.name not in by_name:
            raise DataError(
                f"rates must hold the spot price of the coin that {one.name!r} pays in; it has none. Give for example "
                f'rates={{{one.name!r}: prices["BTC"]}}, with the column of that coin.'
            )
    return by_name


def _check_positive(price: pd.Series[float]) -> None:
    bad = price.to_numpy() <= 0.0
    if bad.any():
        first = int(np.argmax(bad))
        raise DataError(
            f"prices must be positive where returns divide by them; column {price.name!r} is {price.iloc[first]:g} on "
            f'{day(price.index[first])} ({int(bad.sum())} such in all). Use kind="difference" for a linear contract '
            "or a spot whose price can be zero or negative."
        )
