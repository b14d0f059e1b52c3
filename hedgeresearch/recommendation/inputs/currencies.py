"""Currency of the account, and whether what is paid in other currencies is converted."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.option_contract import InverseOption
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.instruments.terms import DOLLARS, Terms
from hedgeresearch.recommendation.inputs.market import Market

MAX_PERPETUAL_BASIS = 0.03
"""Median distance of a perpetual from its coin up to which both are quoted in one currency."""


def account_currency(market: Market, instruments: Sequence[Terms]) -> str:
    """Return the currency of the account: the market's, or the one of instruments without rate.

    "" where neither says.
    """
    if market.currency is not None:
        return market.currency
    found = set(_unconverted(market, instruments).values())
    if len(found) == 1:
        return found.pop()
    return "USD" if found and found <= DOLLARS else ""


def check_currencies(market: Market, instruments: Sequence[Terms]) -> None:
    """Refuse instruments that pay in other currencies than the account without a rate.

    A coin-margined perpetual whose price is far from that of its coin is warned of: it seems to be
    quoted in another currency than the account.
    """
    for one in instruments:
        if isinstance(one, InverseContract) and one.quote is None and one.expiry is None:
            _warn_of_other_quote(one.name, market)
    paid = _unconverted(market, instruments)
    rated = {one.name: _rated(one) for one in instruments}
    account = market.currency
    for name, currency in paid.items():
        account = account or currency
        if currency != account and not {currency, account} <= DOLLARS:
            raise DataError(
                f"{name!r} pays in {currency} and the account is in {account}; rates must convert "
                f"it. Pass Market(rates={{{rated[name]!r}: ...}}), the column with the price of "
                f"one {currency} in {account}, or the number 1 if they are the same."
            )


def _warn_of_other_quote(name: str, market: Market) -> None:
    n_dates = len(market)
    apart = float(np.median(market.path(name, n_dates) / market.rate_path(name, n_dates))) - 1.0
    if abs(apart) > MAX_PERPETUAL_BASIS:
        warnings.warn(
            f"prices of {name!r} are {abs(apart):.0%} {'above' if apart > 0 else 'below'} those of "
            f"its coin, {market.rates[name]!r}, at the median; a perpetual follows its coin. If it "
            "is quoted in another currency than the account, pass quote='USD' to the contract.",
            DataWarning,
            stacklevel=3,
        )


def _unconverted(market: Market, instruments: Sequence[Terms]) -> dict[str, str]:
    """Return the currencies of the payoffs that count at a rate of 1, by instrument."""
    return {
        one.name: one.currency
        for one in instruments
        if one.currency
        and _rated(one) not in market.rates
        and not isinstance(one, InverseContract | InverseOption)
    }


def _rated(instrument: Terms) -> str:
    """Return the name whose rate converts a payoff: options have that of their underlying."""
    return instrument.underlying if isinstance(instrument, OptionTerms) else instrument.name
