"""The options of a problem: those of the position and those that hedge it, valued at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.option_contract import InverseOption
from hedgeresearch.instruments.option_terms import OptionTerms
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.options.option_positions import (
    counts_in_coin,
    refuse_mixed,
)
from hedgeresearch.recommendation.inputs.options.option_quotes import OptionQuotes
from hedgeresearch.recommendation.inputs.options.option_values import (
    OptionState,
    OptionValues,
    value_options,
)
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.typing import Array

MAX_VOLATILITY = 5.0
"""Volatility above which one in per cent is more likely."""
YEAR = pd.Timedelta(days=365)


@dataclass(frozen=True, eq=False)
class OptionBook:
    """Options held, and what they are worth.

    Attributes
    ----------
    options : tuple of OptionTerms (n_options,)
        Those of the position, then those that hedge it.
    n_position : int
        Number of the first.
    before : array (n_options,)
        Contracts held before trading; negative is short.
    contracts : array (n_options,)
        Contracts after trading.
    state : OptionState
    """

    options: tuple[OptionTerms, ...]
    n_position: int
    before: Array
    contracts: Array
    state: OptionState

    @property
    def names(self) -> list[str]:
        """Names of all options."""
        return [one.name for one in self.options]

    @property
    def hedging(self) -> tuple[OptionTerms, ...]:
        """Options that hedge."""
        return self.options[self.n_position :]

    @property
    def trades(self) -> Array:
        """Contracts traded, (n_options,); those of the position are not."""
        return self.contracts - self.before

    @property
    def underlying(self) -> str:
        """Column of the price that the options are on."""
        return self.options[0].underlying

    @cached_property
    def values(self) -> OptionValues:
        """Value and Greeks of one contract of each, (n_options,) each."""
        return value_options(self.state)

    @property
    def gamma(self) -> float:
        """Gamma of all contracts, in the currency of the account."""
        return self.total(self.values.gamma)

    @property
    def in_coin(self) -> bool:
        """True where the account counts in the coin that pays the options."""
        return self.state.in_coin

    def total(self, values: Array, n_first: int | None = None) -> float:
        """Return the sum over contracts held, of the first options or of all."""
        return float(self.contracts[:n_first] @ values[:n_first])

    def price(self, market: Market) -> float:
        """Return the value of one unit of the underlying in the account: in coin, one."""
        return 1.0 if self.state.in_coin else market.value(self.underlying)

    def counted_in(self, position: Position, market: Market) -> Position:
        """Return the position with the units of the underlying that all options stand for."""
        units = self.total(self.values.delta) / self.price(market)
        counted = position.in_account(in_coin=self.state.in_coin, option_units=units)
        _refuse_neutral(counted, self)
        return counted

    def at(self, market: Market) -> OptionBook:
        """Return the book valued at another market, with what is held after the trades."""
        state = option_state(self.options, market, in_coin=self.state.in_coin)
        return replace(self, before=self.contracts, state=state)


def option_book(
    position: Position, hedges: Sequence[OptionTerms], held: Array, market: Market
) -> OptionBook | None:
    """Return the options of a position and those that hedge it; None where there are none.

    Parameters
    ----------
    position : Position
    hedges : sequence of OptionTerms
        Options that may be traded.
    held : array (n_hedges,)
        Contracts of them that are held.
    market : Market

    Raises
    ------
    DataError
        If options are mixed, lack a volatility or a price, or have expired.
    """
    if not position.options:
        if hedges:
            raise DataError(
                f"{hedges[0].name!r} must hedge a position with options; this one has none. Pass "
                "Position(options=...), or hedge with futures, perpetuals or spot."
            )
        return None
    options = (*position.options, *hedges)
    refuse_mixed(options)
    if market.quotes is None:
        raise DataError(
            f"the market must have the implied volatility of {options[0].name!r}; it has none. "
            "Pass Market(quotes=hr.recommendation.OptionQuotes({...}))."
        )
    in_coin = counts_in_coin(options, market.currency, position.delta)
    if in_coin and position.units:
        raise DataError(
            f"units must be left out of an account in {market.currency}; got "
            f"{dict(position.units)}. A coin is worth one coin at every price."
        )
    contracts = np.array([*position.options.values(), *held.tolist()])
    state = option_state(options, market, in_coin=in_coin)
    return OptionBook(options, len(position.options), contracts, contracts, state)


def check_coin_hedges(instruments: Sequence[Instrument], market: Market) -> None:
    """Refuse hedges of an account in coin that are not counted in the coin."""
    for one in instruments:
        pays_coin = isinstance(one, Terms) and one.currency == market.currency
        if isinstance(one, InverseContract):
            pays_coin = market.pays_account(one)
        if not pays_coin:
            raise DataError(
                f"hedges of an account in {market.currency} must pay it; {one.name!r} does not, or "
                "is converted into another currency. Use an InverseContract with "
                f"currency={market.currency!r} and quote='USD', and leave out its rate."
            )


def option_state(options: Sequence[OptionTerms], market: Market, *, in_coin: bool) -> OptionState:
    """Return what options are valued at on the last date of a market."""
    quotes = market.quotes or OptionQuotes({})
    now = moment_of(market)
    rows = [_checked_quotes(one, quotes, market) for one in options]
    forward, volatility, discount = np.array(rows, dtype=float).T
    return OptionState(
        forward=forward,
        strike=np.array([float(one.strike) for one in options]),
        years=np.array([_years_left(one, now) for one in options]),
        volatility=volatility,
        discount=discount,
        sign=np.array([one.sign for one in options]),
        scale=np.array(
            [_scale(one, row[0], market, in_coin) for one, row in zip(options, rows, strict=True)]
        ),
        in_coin=in_coin,
    )


def moment_of(market: Market) -> pd.Timestamp:
    """Return the moment of the last prices, with its zone."""
    if market.quotes is not None and market.quotes.moment is not None:
        moment: pd.Timestamp = market.quotes.moment
        return moment
    if not isinstance(market.last_date, pd.Timestamp) or market.last_date.tz is None:
        raise DataError(
            "a market with options must say the moment of its last prices, with a zone; its last "
            f"date is {market.last_date}. Pass OptionQuotes(moment='2026-05-27 08:00+00:00'), or "
            "a table whose dates have a zone."
        )
    return market.last_date


def volatility_changes(options: Sequence[OptionTerms], market: Market) -> Array:
    """Return past changes of implied volatilities, (n_dates - 1, n_options).

    They are zero where a volatility is a number.
    """
    quotes = market.quotes or OptionQuotes({})
    n_dates = len(market)
    changes = np.zeros((n_dates - 1, len(options)))
    for i, one in enumerate(options):
        column = quotes.volatilities[one.name]
        if isinstance(column, str):
            changes[:, i] = np.diff(market.path(column, n_dates))
    return changes


def _checked_quotes(
    option: OptionTerms, quotes: OptionQuotes, market: Market
) -> tuple[float, float, float]:
    """Return forward, implied volatility and discount of an option."""
    name = option.name
    if option.underlying not in market.columns:
        raise DataError(
            f"the underlying of {name!r}, {option.underlying!r}, must be a column of the table; it "
            f"holds {', '.join(map(str, market.columns))}. Add its price."
        )
    if name not in quotes.volatilities:
        raise DataError(
            f"volatilities must have one for every option; {name!r} has none. Pass "
            f"OptionQuotes(volatilities={{{name!r}: 0.6}}), or the column that holds it."
        )
    volatility = _number(quotes.volatilities[name], market)
    if not 0.0 < volatility <= MAX_VOLATILITY:
        raise DataError(
            f"the implied volatility of {name!r} must be an annual fraction above 0 and at most "
            f"{MAX_VOLATILITY:g}, such as 0.6; got {volatility:g}. Divide per cent by 100."
        )
    forward = _number((quotes.forwards or {}).get(name, option.underlying), market)
    discount = _number((quotes.discounts or {}).get(name, 1.0), market)
    for what, value in {"forward": forward, "discount": discount}.items():
        if not value > 0.0:
            raise DataError(f"the {what} of {name!r} must be positive; got {value:g}. Fix it.")
    return forward, volatility, discount


def _number(link: str | float, market: Market) -> float:
    return market.price(link) if isinstance(link, str) else float(link)


def _years_left(option: OptionTerms, now: pd.Timestamp) -> float:
    """Return the years to expiry; refuse an option that has expired."""
    expiry = option.expires_at
    if not expiry > now:
        raise DataError(
            f"the option {option.name!r} must expire after {day(now)}, the moment of the market; "
            f"it did on {day(expiry)}. Leave it out: what it paid is cash."
        )
    return float((expiry - now) / YEAR)


def _scale(option: OptionTerms, forward: float, market: Market, in_coin: bool) -> float:
    """Return the value of one contract in the account per 1 of Black's price, or its coins."""
    if in_coin:
        return float(option.multiplier)
    if isinstance(option, InverseOption):
        return float(option.multiplier) * market.value(option.underlying) / forward
    return float(option.multiplier) * market.rate(option.underlying)


def _refuse_neutral(position: Position, book: OptionBook) -> None:
    """Refuse a position whose delta is zero: there is no ratio to it."""
    asset = book.underlying
    size = abs(position.units.get(asset, 0.0)) + float(
        np.abs(book.contracts) @ np.array([one.multiplier for one in book.options])
    )
    if not abs(position.net_units) > 1e-9 * size:
        raise DataError(
            f"the position must have a delta to hedge; that of its options and of {asset!r} is "
            f"{position.net_units:g}. It is neutral already: close what hedges its delta."
        )
