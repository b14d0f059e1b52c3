r"""Contracts of options that hedge options: no vega, or neither vega nor gamma, is left.

.. math:: \sum_j n_j \nu_j + \sum_i m_i \nu_i = 0, \qquad
          \sum_j n_j \Gamma_j + \sum_i m_i \Gamma_i = 0

with n the contracts of the position and m those that hedge, in whole lots and within their limits.
One hedging option leaves no vega, two leave neither vega nor gamma, for volatilities that all rise
by the same points. What delta they have is hedged by the other instruments afterwards: Hull (2022),
Options, Futures, and Other Derivatives, chapter 19.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.option_contract import InverseOption
from hedgeresearch.recommendation.inputs.options.option_book import OptionBook
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import Limits
from hedgeresearch.recommendation.sizing.contracts import LIMIT_TOLERANCE
from hedgeresearch.recommendation.sizing.lots import contracts_of_lots
from hedgeresearch.typing import Array

MAX_HEDGING_OPTIONS = 2
"""Vega and gamma are what options hedge."""
MAX_CONDITION = 1e8
"""Ratio of the Greeks of two options from which they are the same hedge."""
HALF_LOT = 0.5 + 1e-9
"""Lots from the target up to which a holding is left alone."""


def with_delta(problem: HedgeProblem, limits: Limits) -> HedgeProblem:
    """Return the problem with the options that hedge it traded, and the delta of what it holds.

    That is the delta of all options, or of pools and loans.

    Raises
    ------
    DataError
        If there are more than two, two that are the same hedge, or they have no vega or gamma.
    """
    if problem.onchain is not None:
        position = problem.onchain.counted_in(problem.position, problem.market)
        return replace(problem, position=position)
    if problem.options is None:
        return problem
    book = problem.options
    if book.hedging:
        contracts = np.concatenate([book.contracts[: book.n_position], _holdings(book, limits)])
        book = replace(book, contracts=contracts)
    position = book.counted_in(problem.position, problem.market)
    return replace(problem, options=book, position=position)


def neutral_contracts(book: OptionBook) -> Array:
    """Return contracts (n_hedging,) that leave no vega, and no gamma with two; not rounded."""
    n = book.n_position
    n_hedging = len(book.hedging)
    if n_hedging > MAX_HEDGING_OPTIONS:
        raise DataError(
            f"at most {MAX_HEDGING_OPTIONS} options can hedge: one for vega, a second for gamma; "
            f"got {n_hedging}. Leave out the others."
        )
    greeks = np.array([book.values.vega, book.values.gamma])[:n_hedging]
    exposure = greeks[:, :n] @ book.contracts[:n]
    effects = greeks[:, n:]
    size = np.abs(effects).max(axis=1, keepdims=True)
    if not size.all():
        what = "vega" if not size[0] else "gamma"
        raise DataError(
            f"options that hedge must have a {what}; {' and '.join(book.names[n:])} "
            "have none, too far from the money or too near to their expiry. Use other options."
        )
    scaled = effects / size
    if np.linalg.cond(scaled) > MAX_CONDITION:
        raise DataError(
            f"options that hedge must differ in strike or expiry; {' and '.join(book.names[n:])} "
            "have the same vega and gamma per contract but for a factor. Leave one out."
        )
    return np.asarray(np.linalg.solve(effects, -exposure))


def _holdings(book: OptionBook, limits: Limits) -> Array:
    """Return contracts (n_hedging,) after trading whole lots, within limits."""
    held = book.before[book.n_position :]
    target = neutral_contracts(book)
    lots = np.array([one.lot for one in book.hedging])
    bounds = np.array([limits.bounds(one.name) for one in book.hedging])
    low = np.ceil((bounds[:, 0] - held) / lots - LIMIT_TOLERANCE)
    high = np.floor((bounds[:, 1] - held) / lots + LIMIT_TOLERANCE)
    if (low > high).any():
        name = book.hedging[int(np.argmax(low > high))].name
        raise DataError(
            f"limits must allow a whole number of lots; none of {name!r} lies between the minimum "
            "and the maximum of its contracts. Widen them by a lot."
        )
    distance = (target - held) / lots
    steps = np.where(np.abs(distance) > HALF_LOT, np.rint(distance), 0.0)
    return held + contracts_of_lots(np.clip(steps, low, high), lots)


def option_costs(problem: HedgeProblem) -> Array:
    """Return the costs of the trades of options, (n_options,), in currency; NaN where unknown."""
    if problem.options is None:
        return np.empty(0)
    book = problem.options
    market = problem.market
    costs = []
    for one, trade, value in zip(
        book.options, book.trades.tolist(), np.abs(book.values.value).tolist(), strict=True
    ):
        # the fee per contract is in the currency of the premium
        in_dollars = isinstance(one, InverseOption) and not book.state.in_coin
        rate = market.value(one.underlying) if in_dollars else market.rate(one.underlying)
        given = one.trading_cost(value, 1.0 if book.state.in_coin else rate)
        costs.append(abs(trade) * given if one.has_costs else math.nan)
    return np.array(costs)
