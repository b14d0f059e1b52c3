r"""Moves of the targets by the gamma of options, and the volatility that gamma leaves.

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
from hedgeresearch.recommendation.inputs.option_book import OptionBook
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import Objective
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.typing import Array

STEP = 1e-4
"""Relative move of a price by which the change of a contract's value is measured."""


def delta_moves(problem: HedgeProblem, valuation: Valuation, objective: Objective) -> Array:
    """Return by how much each target moves in a period by gamma, (n_instruments,), in contracts.

    It is for a move of the underlying by its volatility under the model; zero without options.
    """
    if problem.options is None:
        return np.zeros(len(problem.instruments))
    move = _volatility(problem)
    ratios = problem.fit.arrays.next_ratio - np.array(objective.betas(problem.names))
    book = problem.options
    gamma = book.total(book.values.gamma)
    if problem.kind == "difference":
        # the move is one of the price, and the size of a contract does not change
        change = gamma / book.price(problem.market) ** 2
        return np.asarray(-ratios * change * move / valuation.sizes)
    # a unit of the underlying is worth more as its price rises, in coin a dollar of face less
    slope = gamma + (-valuation.value if book.state.in_coin else valuation.value)
    sizes = valuation.sizes
    pairs = zip(problem.instruments, sizes.tolist(), strict=True)
    size_slopes = np.array([_slope_of_size(one, problem, book, size) for one, size in pairs])
    slopes = (slope * sizes - valuation.scale * size_slopes) / sizes**2
    return np.asarray(-ratios * slopes * move)


def gamma_volatility(problem: HedgeProblem) -> float:
    r"""Return the volatility per period that gamma leaves under a hedge of the delta, in currency.

    It is that of :math:`\tfrac12 \Gamma r^2` for normal returns; zero without options.
    """
    if problem.options is None:
        return 0.0
    book = problem.options
    move = _volatility(problem)
    if problem.kind == "difference":
        move = move / book.price(problem.market)
    return abs(book.total(book.values.gamma)) * move**2 / math.sqrt(2.0)


def _volatility(problem: HedgeProblem) -> float:
    """Return the volatility per period of the returns of the underlying under the model."""
    return math.sqrt(float(problem.fit.arrays.period_covariance[0, 0]))


def _slope_of_size(
    instrument: Instrument, problem: HedgeProblem, book: OptionBook, size: float
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
