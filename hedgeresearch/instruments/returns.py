r"""Returns of the instruments that hedge, and the number of contracts that a hedge ratio implies.

.. math:: r_t = \frac{\pi_t}{v_{t-1}} \quad\text{(simple)}, \qquad
          d_t = \frac{\pi_t}{s} \quad\text{(difference)}

with the profit of one contract over the period in the currency of the account, its notional at the
start of the period and its size. A ratio of simple returns is the value sold per unit of value
held, a ratio of differences the units sold per unit held (for an inverse contract: dollars of
face). So, with Q the value or the units that are held, the number of contracts is

.. math:: n = -h \, Q / v_T \quad\text{(simple, log)}, \qquad
          n = -h \, Q / s \quad\text{(difference)}.

The two kinds of ratio differ (after Terry 2005, Journal of Futures Markets 25, 537-552), and give
different numbers of contracts where prices have moved in the sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.prices import check_positive_prices
from hedgeresearch._validation.settings import check_between, check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import (
    Instrument,
    as_instruments,
    check_instrument,
    positive_rates_on,
    refuse_expired,
)
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.option_contract import InverseOption
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.instruments")
def instrument_returns(
    prices: pd.DataFrame | pd.Series[float],
    instruments: Instrument | Sequence[Instrument],
    kind: Literal["simple", "difference"] = "simple",
    rates: Mapping[str, Any] | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the profit of one contract per period, divided by its initial notional or its size.

    Parameters
    ----------
    prices : DataFrame (n_dates, n_columns), or Series, with a column named after each instrument;
        other columns are ignored
    instruments : an instrument, or several
    kind : "simple" for fractions of notional, or "difference" for the currency of the account per
        unit of the underlying (per dollar of face for an inverse contract)
    rates : mapping or DataFrame by name of instrument, Series by date or numbers that convert its
        payoff into the currency of the account; 1 for instruments that are left out. An inverse
        contract or option needs the spot price of its coin

    Returns
    -------
    DataFrame (n_dates - 1, n_instruments)
        ``attrs`` are carried over, with the kind under ``"returns"``. Funding is not included.

    Raises
    ------
    DataError
        If an instrument has no column or an inverse contract no rate, rates lack a date, prices
        have gaps, go on after an expiry, or are not positive where the kind or the contract
        divides by them.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> dates = pd.date_range("2024-01-01", periods=3)
    >>> prices = pd.DataFrame({"BTC": [50e3, 40e3, 60e3], "PERP": [50e3, 40e3, 62.5e3]}, dates)
    >>> perpetual = hr.InverseContract("PERP", value=100, funding="8-hourly")
    >>> hr.instruments.instrument_returns(prices, perpetual, rates={"PERP": prices["BTC"]}).round(2)
                PERP
    2024-01-02 -0.20
    2024-01-03  0.54
    """
    check_choice(kind, "kind", ("simple", "difference"))
    traded = as_instruments(instruments)
    levels = _prices_of(traded, prices)
    rate_of = _rates_of(traded, rates)
    columns = {}
    for instrument in traded:
        name = instrument.name
        refuse_expired(instrument, levels.index)
        if kind == "simple" or isinstance(instrument, InverseContract):
            check_positive_prices(
                levels[[name]],
                "returns that divide by them",
                'Use kind="difference" for a linear contract or a spot instrument whose price can '
                "be zero or negative.",
            )
        rate = positive_rates_on(rate_of.get(name, 1.0), levels.index, f"rates of {name!r}")
        columns[name] = contract_returns(instrument, levels[name].to_numpy(), rate, kind)
    result = pd.DataFrame(columns, index=levels.index[1:])
    result.attrs = {**prices.attrs, "returns": kind}
    return result


def contract_returns(instrument: Instrument, price: Array, rate: Array, kind: str) -> Array:
    """Return the returns (n - 1,) of one contract at prices and rates (n,)."""
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
    """Return the number of contracts to hold against a position, not rounded to lots.

    Parameters
    ----------
    ratio : hedge ratio of the instrument, for returns of this kind as made by
        ``instrument_returns``
    position : what is held of the asset, negative if short: its value in the currency of the
        account, or its units for kind="difference"
    instrument : instrument to hedge with
    price : price of the instrument now
    rate : exchange rate of the currency of its payoff now
    kind : "simple", "log" or "difference", the kind of returns that the ratio was estimated from:
        ``fit.returns_kind``

    Returns
    -------
    float
        Number of contracts; negative is short.

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
    check_instrument(instrument)
    for name, value in {"ratio": ratio, "position": position, "price": price}.items():
        check_between(value, name, -np.inf, np.inf)
    check_between(rate, "rate", 0.0, np.inf)
    # subtracting from zero keeps a ratio of zero from giving -0.0 contracts
    if kind == "difference":
        return 0.0 - ratio * position / instrument.size
    notional = float(instrument.notional(price, rate))
    if not notional > 0.0:
        raise DataError(
            f"price must be positive for a ratio of {kind} returns; got {price:g}. Estimate the "
            'ratio from returns of kind="difference".'
        )
    return 0.0 - ratio * position / notional


def _prices_of(instruments: list[Instrument], prices: Any) -> pd.DataFrame:
    """Return the checked columns of the instruments; the content of other columns is ignored."""
    frame = prices.to_frame() if isinstance(prices, pd.Series) else prices
    names = [one.name for one in instruments]
    if isinstance(frame, pd.DataFrame):
        for name in names:
            if name not in frame.columns:
                raise DataError(
                    f"prices must have a column for every instrument; {name!r} is not among "
                    f"{list(frame.columns)}. Rename the column, or the instrument with "
                    "dataclasses.replace(instrument, name=...)."
                )
        frame = frame[names]
    return check_frame(frame, "prices", minimum_rows=2)


def _rates_of(instruments: list[Instrument], rates: Any) -> dict[Any, Any]:
    """Return the rates by name, after checking that what pays in coin has one."""
    if not isinstance(rates, Mapping | pd.DataFrame | None):
        raise DataError(
            "rates must be a mapping or a DataFrame by name of instrument; "
            f"got {type(rates).__name__}."
        )
    rate_of: dict[Any, Any] = {} if rates is None else {name: rates[name] for name in rates}
    names = [one.name for one in instruments]
    for name in rate_of:
        if name not in names:
            raise DataError(f"rates must be given by name of an instrument, {names}; got {name!r}.")
    for one in instruments:
        pays_coin = isinstance(one, InverseContract | InverseOption)
        if pays_coin and one.name not in rate_of:
            raise DataError(
                f"rates must contain the spot price of the coin that {one.name!r} pays in; it has "
                f'none. Pass for example rates={{{one.name!r}: prices["BTC"]}}, with the column '
                "of that coin."
            )
    return rate_of
