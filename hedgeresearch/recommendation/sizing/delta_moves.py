r"""Moves of the targets by the gamma of options and pools, and the volatility that gamma leaves.

.. math:: \frac{dn}{d \ln S} = -(h - \beta) \frac{q' c - q c'}{c^2}

with n the target, h its ratio, q the value of the position's delta and c that of one contract, and
q' and c' what they change by for a relative move of the price. Where c moves with the price, it is
-(h - beta) times the gamma over c: with the gamma of one option and its future, it moves by
gamma times the move of the price, and the no-trade band is that of Whalley and Wilmott (1997).
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.recommendation.inputs.observations import coin_held
from hedgeresearch.recommendation.inputs.onchain.onchain_book import (
    OnchainBook,
    gamma_value,
    relative_moves,
)
from hedgeresearch.recommendation.inputs.options.option_book import OptionBook
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import Objective
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.typing import Array

STEP = 1e-4
"""Relative move of a price by which the change of a contract's value is measured."""


def delta_moves(problem: HedgeProblem, valuation: Valuation, objective: Objective) -> Array:
    """Return by how much each target moves in a period by gamma, (n_instruments,), in contracts.

    It is for a move of the underlying by its volatility under the model; zero without gamma.
    """
    book = problem.revalued
    if book is None:
        return np.zeros(len(problem.instruments))
    if problem.onchain is not None and problem.position.is_portfolio:
        return _moves_of_several(problem, problem.onchain, valuation)
    move = _volatility(problem)
    ratios = problem.fit.arrays.next_ratio - np.array(objective.betas(problem.names))
    gamma = book.gamma
    if problem.kind == "difference":
        # the move is one of the price, and the size of a contract does not change
        change = gamma / book.price(problem.market) ** 2
        return np.asarray(-ratios * change * move / valuation.sizes)
    # a unit of the underlying is worth more as its price rises, in coin a dollar of face less
    slope = gamma + (-valuation.scale if book.in_coin else valuation.scale)
    sizes = valuation.sizes
    pairs = zip(problem.instruments, sizes.tolist(), strict=True)
    size_slopes = np.array([_slope_of_size(one, problem, book, size) for one, size in pairs])
    slopes = (slope * sizes - valuation.scale * size_slopes) / sizes**2
    return np.asarray(-ratios * slopes * move)


def gamma_volatility(problem: HedgeProblem) -> float:
    r"""Return the volatility per period that gamma leaves under a hedge of the delta, in currency.

    It is that of :math:`\tfrac12 \Gamma r^2` for normal returns; zero without gamma.
    """
    book = problem.revalued
    if book is None:
        return 0.0
    if problem.onchain is not None and problem.position.is_portfolio:
        return _gamma_of_several(problem, problem.onchain)
    move = _volatility(problem)
    if problem.kind == "difference":
        move = move / book.price(problem.market)
    return abs(book.gamma) * move**2 / math.sqrt(2.0)


def _moves_of_several(problem: HedgeProblem, book: OnchainBook, valuation: Valuation) -> Array:
    """Return by how much targets move by the gamma of pools where several tokens move.

    Each pool moves value from one of its tokens to the other as their ratio moves, and each token
    has a ratio of its own to the hedges, by least squares on all past returns.
    """
    moves = problem.past_moves()
    _, hedges = problem.market.returns(problem.position, problem.instruments, problem.kind)
    returns = hedges.to_numpy() - hedges.to_numpy().mean(axis=0)
    shifted = np.zeros((len(returns), len(moves)))
    for pool in book.pools.values():
        change = gamma_value(pool, book.values) * relative_moves(pool, moves)
        for column, token in enumerate(moves):
            shifted[:, column] += change * ((token == pool.base) - float(token == pool.quote))
    tokens = np.column_stack(list(moves.values()))
    ratios = np.linalg.lstsq(returns, tokens - tokens.mean(axis=0), rcond=None)[0]
    return np.asarray((shifted @ ratios.T / valuation.sizes).std(axis=0))


def _gamma_of_several(problem: HedgeProblem, book: OnchainBook) -> float:
    """Return the volatility per period that the gamma of pools leaves, in currency."""
    moves = problem.past_moves()
    left = [
        0.5 * gamma_value(pool, book.values) * relative_moves(pool, moves) ** 2
        for pool in book.pools.values()
    ]
    return float(np.std(np.sum(left, axis=0))) if left else 0.0


def _volatility(problem: HedgeProblem) -> float:
    """Return the volatility per period of the returns of the underlying under the model."""
    return math.sqrt(float(problem.fit.arrays.period_covariance[0, 0]))


def _slope_of_size(
    instrument: Instrument,
    problem: HedgeProblem,
    book: OptionBook | OnchainBook,
    size: float,
) -> float:
    """Return what the value of a contract changes by for a relative move of all prices."""
    market = problem.market
    if coin_held(problem.position, instrument, market):
        return size
    rate = market.rate(instrument.name)
    follows = market.rates.get(instrument.name) == book.underlying
    price = market.price(instrument.name)
    moved = instrument.notional(price * (1.0 + STEP), rate * (1.0 + STEP) if follows else rate)
    return (abs(float(moved)) - size) / STEP
