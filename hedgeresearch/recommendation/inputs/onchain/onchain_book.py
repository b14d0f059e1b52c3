"""The pools and loans of a problem, valued at the last prices of a market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.onchain.position import PoolPosition
from hedgeresearch.recommendation.inputs.market import Market
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import (
    OnchainPosition,
    all_tokens,
    onchain_labels,
)
from hedgeresearch.recommendation.inputs.onchain.onchain_values import (
    moving_tokens,
    pool_price,
    token_rate,
    token_values,
)
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.typing import Array

SMALLEST_SHARE = 1e-9
"""Share of its value that a token keeps at least in a scenario: past changes of a price that was
higher may exceed today's."""


@dataclass(frozen=True, eq=False)
class OnchainBook:
    """Pools and loans, and what their tokens are worth.

    Attributes
    ----------
    held : tuple of PoolPosition and LoanPosition (n_held,)
    tokens : tuple of names (n_tokens,)
        Tokens whose price moves.
    values : mapping from token
        Value of one token in the currency of the account, by the prices of the market.
    oracle_values : mapping from token
        The same by the prices of oracles, of the tokens that have one.
    """

    held: tuple[OnchainPosition, ...]
    tokens: tuple[str, ...]
    values: Mapping[str, float]
    oracle_values: Mapping[str, float]

    in_coin = False
    """Whether an account counts what it holds in the coin that pays; pools and loans never."""

    @cached_property
    def labels(self) -> list[str]:
        """Names of pools and loans in words, (n_held,)."""
        return onchain_labels(self.held)

    @property
    def pools(self) -> dict[str, PoolPosition]:
        """The pools, by their names."""
        pairs = zip(self.labels, self.held, strict=True)
        return {name: one for name, one in pairs if isinstance(one, PoolPosition)}

    @property
    def loans(self) -> dict[str, LoanPosition]:
        """The loans, by their names."""
        pairs = zip(self.labels, self.held, strict=True)
        return {name: one for name, one in pairs if isinstance(one, LoanPosition)}

    @property
    def underlying(self) -> str:
        """Token whose price moves; the first of several."""
        return self.tokens[0]

    @property
    def gamma(self) -> float:
        """Change of the delta's value for a rise of the price by 100%, in currency.

        It is that at the slope of today, of units at their value of today. For two tokens that move
        it is that of the first, the other one unchanged.
        """
        return sum(gamma_value(one, self.values) for one in self.held)

    @property
    def loan_prices(self) -> dict[str, float]:
        """Values of tokens by which loans are liquidated: those of oracles where there are any."""
        return {**self.values, **self.oracle_values}

    def price(self, market: Market) -> float:
        """Return the value of one unit of the first token in the account."""
        return market.value(self.underlying)

    def worth(self, one: OnchainPosition) -> float:
        """Return the value of a pool, or that of a loan's collateral less its debt, in currency.

        That of a loan is not negative: a protocol has no claim beyond the collateral.
        """
        if isinstance(one, LoanPosition):
            return max(float(one.value(self.values)), 0.0)
        return float(pool_value(one, {name: np.array(each) for name, each in self.values.items()}))

    def gross_worth(self, one: OnchainPosition) -> float:
        """Return the value of a pool, or of a loan's collateral, of which shares are stated."""
        if isinstance(one, LoanPosition):
            return sum(each.amount * self.values[each.token] for each in one.collateral)
        return self.worth(one)

    def profit_of(self, one: OnchainPosition, moves: Mapping[str, Array]) -> Array:
        """Return the profit of a pool or a loan in scenarios, (n_scenarios,), revalued in full.

        That of a loan is after the liquidations that a scenario allows. Tokens that move are judged
        by their value in it, where the next round of an oracle is, others by their oracle.

        Parameters
        ----------
        one : PoolPosition or LoanPosition
        moves : mapping from token to array (n_scenarios,)
            Simple returns of the values of tokens; others keep their value.
        """
        after = self._moved(self.values, moves)
        if isinstance(one, LoanPosition):
            judged = self._moved(self.loan_prices, moves)
            return one.value_after_liquidations(judged, after) - self.worth(one)
        return pool_value(one, after) - self.worth(one)

    def liquidated(self, moves: Mapping[str, Array]) -> dict[str, npt.NDArray[np.bool_]]:
        """Return whether each loan is liquidated in scenarios, (n_scenarios,), by its name."""
        judged = self._moved(self.loan_prices, moves)
        found = {}
        for name, loan in self.loans.items():
            counted, owed = loan.counted_and_owed(judged)
            found[name] = np.asarray(counted < owed)
        return found

    def _moved(self, start: Mapping[str, float], moves: Mapping[str, Array]) -> dict[str, Array]:
        """Return values of tokens in scenarios; those that move begin at the market's."""
        n_scenarios = len(next(iter(moves.values())))
        after = {name: np.full(n_scenarios, value) for name, value in start.items()}
        of_tokens = {name: move for name, move in moves.items() if name in self.values}
        for name, move in of_tokens.items():
            after[name] = self.values[name] * np.maximum(1.0 + move, SMALLEST_SHARE)
        return after

    def check_same_tokens(self, later: OnchainBook) -> None:
        """Refuse later pools and loans of other tokens than those that a model is fitted on."""
        if set(later.tokens) != set(self.tokens):
            raise DataError(
                f"onchain must hold the tokens {' and '.join(self.tokens)} whose price moves; got "
                f"{' and '.join(later.tokens)}. Recommend a hedge of the new position."
            )

    def counted_in(self, position: Position, market: Market) -> Position:
        """Return the position with the units that its pools and loans count as."""
        return market.counted(position)


def onchain_book(position: Position, market: Market) -> OnchainBook | None:
    """Return the pools and loans of a position; None where it has none.

    Raises
    ------
    DataError
        If the value of a token is not known, or the price of an oracle must not be used.
    """
    return _valued(tuple(position.onchain), market) if position.onchain else None


def pool_value(one: PoolPosition, values: Mapping[str, Array]) -> Array:
    """Return the value of a pool at values of its tokens (n_scenarios,)."""
    quote = values[one.quote]
    return np.asarray(one.value(values[one.base] / quote) * quote)


def gamma_value(one: OnchainPosition, values: Mapping[str, float]) -> float:
    r"""Return the gamma of a pool in currency, per move of one price by 100%; 0 for a loan.

    It is :math:`\Gamma P^2 Q`, with the gamma of the pool in base tokens per quote token, its price
    P and the value Q of the quote token, whichever of the two tokens moves.
    """
    if not isinstance(one, PoolPosition):
        return 0.0
    price = pool_price(one, values)
    return float(one.gamma(price)) * price**2 * values[one.quote]


def relative_moves(pool: PoolPosition, moves: Mapping[str, Array]) -> Array:
    """Return moves of the price of a pool, to first order, from those of its tokens."""
    nothing = np.zeros(len(next(iter(moves.values()))))
    return np.asarray(moves.get(pool.base, nothing) - moves.get(pool.quote, nothing))


def _valued(held: tuple[OnchainPosition, ...], market: Market) -> OnchainBook:
    """Return pools and loans at the last prices of a market and of its oracles."""
    oracle_values = {}
    if market.oracles is not None:
        prices = market.oracles.prices(market.last_date)
        known = all_tokens(held)
        oracle_values = {
            name: price * token_rate(name, held, market)
            for name, price in prices.items()
            if name in known
        }
    return OnchainBook(
        held=held,
        tokens=tuple(moving_tokens(held, market)),
        values=FrozenMapping(token_values(held, market)),
        oracle_values=FrozenMapping(oracle_values),
    )
