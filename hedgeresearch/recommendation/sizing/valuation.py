"""Value of a position and of one contract of each instrument, at the prices of one date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class Valuation:
    """Values in the currency of the account.

    Attributes
    ----------
    scale : float
        Value of one unit of the position's returns; for differences, in units.
    value : float
        Signed value of the position; for a portfolio, its gross value.
    net_value : float
        Net value of the position: value long minus value short.
    sizes : array (n_instruments,)
        Value of one unit of the returns of one contract; for differences, its size.
    notionals : array (n_instruments,)
        Value of one contract.
    covariance : array (1 + n_instruments, 1 + n_instruments)
        Covariance per period of the next profits of the position and of one contract of each
        instrument, in currency squared; for a hedge of a longer horizon, the mean over it.
    costs : array (n_instruments,)
        Cost of trading one contract, as far as it is known; negative for a net rebate.
    lots : array (n_instruments,)
        Lot size: orders are multiples of it, in contracts.
    smallest_orders : array (n_instruments,)
        Fewest contracts that are traded: a lot, or more where an order has a minimum value.
    """

    scale: float
    value: float
    net_value: float
    sizes: Array
    notionals: Array
    covariance: Array
    costs: Array
    lots: Array
    smallest_orders: Array


def value_problem(problem: HedgeProblem) -> Valuation:
    """Return what the position and the contracts are worth at the last prices of the market."""
    market = problem.market
    position = problem.position
    terms = problem.terms
    prices = {asset: market.value(asset) for asset in position.assets}
    scale = position.scale(prices, problem.kind)
    notionals = np.array(
        [
            abs(float(one.notional(market.price(one.name), market.rate(one.name))))
            for one in problem.instruments
        ]
    )
    sizes = notionals
    if problem.kind == "difference":
        sizes = np.array([one.size for one in problem.instruments])
    weights = np.concatenate([[scale], sizes])
    return Valuation(
        scale=scale,
        value=position.scale(prices, "simple"),
        net_value=position.net_value(prices),
        sizes=sizes,
        notionals=notionals,
        covariance=problem.fit.period_covariance.to_numpy() * np.outer(weights, weights),
        costs=np.array(
            [
                one.trading_cost(notional, market.rate(one.name))
                for one, notional in zip(terms, notionals.tolist(), strict=True)
            ]
        ),
        lots=np.array([one.lot for one in terms]),
        smallest_orders=np.array(
            [
                one.smallest_order(abs(float(traded.notional(market.price(one.name)))))
                for one, traded in zip(terms, problem.instruments, strict=True)
            ]
        ),
    )


def position_volatility(problem: HedgeProblem, valuation: Valuation, holdings: Array) -> float:
    """Return the standard deviation of the next profit with holdings (n_instruments,).

    The profit is that of one period; over the horizon of the hedge it is larger by the root of
    ``problem.fit.horizon``.
    """
    covariance = problem.fit.period_covariance.to_numpy()
    weights = np.concatenate([[valuation.scale], valuation.sizes * holdings])
    return float(np.sqrt(max(weights @ covariance @ weights, 0.0)))
