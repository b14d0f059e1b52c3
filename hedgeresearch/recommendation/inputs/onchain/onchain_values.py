r"""Values of the tokens of pools and loans in an account, and the tokens whose price moves.

A pool that holds x base and y quote tokens at their values B and Q in the account is worth

.. math:: V(B, Q) = Q \, v(B / Q), \qquad \frac{\partial V}{\partial B} = x, \quad
          \frac{\partial V}{\partial Q} = y

with v its value in quote tokens, which is homogeneous in the two prices: the tokens that it holds
are its deltas, whichever of them moves, and the order of the tokens does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.terms import DOLLARS
from hedgeresearch.onchain.position import PoolPosition
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import (
    OnchainPosition,
    all_tokens,
    tokens_of,
)
from hedgeresearch.typing import Array

MAX_DISTANCE = 0.2
"""Distance of the price of a coin from one up to which it counts as cash without a currency."""


class Quotes(Protocol):
    """A market, as far as tokens are valued by it: columns, rates, currency and last values."""

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""

    @property
    def rates(self) -> Mapping[str, str | float]:
        """Rates by asset."""

    @property
    def converted(self) -> tuple[str, ...]:
        """Tokens whose price is one of their currency, which a rate converts."""

    @property
    def currency(self) -> str | None:
        """Currency of the account, where it is known."""

    def value(self, asset: str, *, rows_ago: int = 0) -> float:
        """Return a last price in the currency of the account."""

    def rate(self, name: str, *, rows_ago: int = 0) -> float:
        """Return the last rate of an asset."""

    def rate_path(self, name: str, n_dates: int) -> Array:
        """Return the rate of an asset on the last dates, (n_dates,)."""

    def __len__(self) -> int: ...


def moving_tokens(held: Sequence[OnchainPosition], market: Quotes) -> list[str]:
    """Return the tokens that have a column of prices and do not count as cash.

    Raises
    ------
    DataError
        If no token has one: there is nothing to hedge.
    """
    tokens = all_tokens(held)
    moving = [one for one in tokens if one in market.columns and not _is_cash(one, market)]
    if moving:
        return moving
    if any(one in market.columns for one in tokens):
        raise DataError(
            f"pools and loans must hold a token whose price moves; {' and '.join(tokens)} are the "
            f"currency of the account{_account(market)}, or redeemed for it. There is nothing to "
            "hedge with a model of prices."
        )
    columns = ", ".join(map(str, market.columns))
    raise DataError(
        f"the table must have a column for a token whose price moves, of {', '.join(tokens)}; it "
        f"holds {columns}. Add the price of the token, or rename its column."
    )


def token_values(held: Sequence[OnchainPosition], market: Quotes) -> dict[str, float]:
    """Return the value of one of each token in the currency of the account.

    Tokens with a column have its price, at its rate. Without one, a token of the currency of the
    account is worth 1, and the token in which the other one of a contract is priced is worth the
    rate of that; where that moves, ``Market.holding`` has given the token a column of ones.

    Raises
    ------
    DataError
        If the value of a token is not known, or is not positive.
    """
    values: dict[str, float] = {}
    for token in all_tokens(held):
        rate = token_rate(token, held, market)
        values[token] = _priced(token, market) if token in market.columns else rate
        if not values[token] > 0.0:
            raise DataError(
                f"the last price of {token!r} must be positive; got {values[token]:g}. Fix the "
                "data."
            )
    _refuse_other_cash(held, market)
    return values


def token_rate(token: str, held: Sequence[OnchainPosition], market: Quotes) -> float:
    """Return what converts a price of a token into the account, that of its oracle for example.

    Raises
    ------
    DataError
        If the token has no column, and the rate that values it is not known.
    """
    if token in market.columns:
        return market.rate(token)
    priced = _priced_in(token, held, market)
    return 1.0 if priced is None else market.rate(priced)


def tokens_at_rates(held: Sequence[OnchainPosition], market: Quotes) -> dict[str, str]:
    """Return the columns of rates that move the value of tokens without a column, by token.

    Raises
    ------
    DataError
        If no token has a column whose price moves, the value of one is not known, or two of
        different currencies would have one rate.
    """
    moving_tokens(held, market)
    _refuse_other_cash(held, market)
    found: dict[str, str] = {}
    for token in all_tokens(held):
        priced = None if token in market.columns else _priced_in(token, held, market)
        rate = None if priced is None else market.rates[priced]
        if priced is None or not isinstance(rate, str):
            continue
        path = market.rate_path(priced, len(market))
        if path.min() < path.max():
            found[token] = rate
    return found


def onchain_units(held: Sequence[OnchainPosition], market: Quotes) -> dict[str, float]:
    """Return the units of each token whose price moves that pools and loans hold together."""
    moving = moving_tokens(held, market)
    values = token_values(held, market)
    return {token: sum(units_of(token, one, values) for one in held) for token in moving}


def units_of(token: str, one: OnchainPosition, values: Mapping[str, float]) -> float:
    """Return the tokens that a pool holds at its price, or those of a loan less those owed."""
    if not isinstance(one, PoolPosition):
        return one.delta(token)
    if token not in tokens_of(one):
        return 0.0
    base, quote = one.amounts(pool_price(one, values))
    return float(base if token == one.base else quote)


def pool_price(pool: PoolPosition, values: Mapping[str, float]) -> float:
    """Return the price of the base token of a pool in its quote token."""
    return values[pool.base] / values[pool.quote]


def _priced_in(token: str, held: Sequence[OnchainPosition], market: Quotes) -> str | None:
    """Return the token priced in one without a column, whose rate values it; None for cash."""
    if _is_account(token, market):
        return None
    together = [one for one in held if token in tokens_of(one)]
    partners = [name for name in all_tokens(together) if name in market.rates]
    links = {market.rates[name] for name in partners}
    if len(links) == 1:
        return partners[0]
    if market.currency is None and not links:
        return None
    other = next(name for name in all_tokens(together) if name != token)
    account = market.currency or "of the account"
    raise DataError(
        f"the value of {token!r} in the account{_account(market)} must be known. Add a column with "
        f"its price, or a rate of the token that is priced in it: Market(rates={{{other!r}: "
        f"'RATE'}}), with 'RATE' the {account} for one {token}, which multiplies prices."
    )


def _priced(token: str, market: Quotes) -> float:
    """Return the price of a token by its column; refuse a currency of the account that has one."""
    value = market.value(token)
    if token == market.currency and abs(value - 1.0) > MAX_DISTANCE:
        raise DataError(
            f"the column of {token!r} must be 1 in an account in {token}; its last value is "
            f"{value:g}. State all prices in {token}, or name the currency that they are in: "
            "Market(currency='USD')."
        )
    return value


def _is_account(token: str, market: Quotes) -> bool:
    """Return whether a token is the currency of the account, or redeemed for it."""
    account = market.currency
    return account is not None and (token == account or {token, account} <= DOLLARS)


def _is_cash(token: str, market: Quotes) -> bool:
    """Return whether a token with a column is held as cash: its price moves by little."""
    if market.currency is not None:
        return _is_account(token, market)
    if token in market.converted:
        return False
    return token in DOLLARS and abs(market.value(token) - 1.0) < MAX_DISTANCE


def _account(market: Quotes) -> str:
    return f" in {market.currency}" if market.currency else ""


def _refuse_other_cash(held: Sequence[OnchainPosition], market: Quotes) -> None:
    """Refuse two tokens without a price that would both be one currency."""
    absent = [one for one in all_tokens(held) if one not in market.columns]
    priced = {one: _priced_in(one, held, market) for one in absent}
    linked = [one for one in absent if priced[one] is not None]
    if _n_kinds(linked) > 1:
        raise DataError(
            f"{' and '.join(linked)} are both without a column, and must not have the value of one "
            "rate. Add the price of those that are not in the currency of the rate as columns."
        )
    if market.currency is not None:
        return
    given = [one for one in absent if priced[one] is None]
    if _n_kinds(given) > 1:
        raise DataError(
            f"one token must be the currency of the account; got {', '.join(given)} without a "
            "price. Add the price of the others as columns of the table, and name the account: "
            "Market(currency='USD')."
        )


def _n_kinds(tokens: Sequence[str]) -> int:
    """Return how many currencies tokens are; all dollar coins are one."""
    return len({"dollars" if one in DOLLARS else one for one in tokens})
