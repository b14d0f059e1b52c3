"""Value of a position and of one contract of each instrument, at the prices of one date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.inputs.costs.liquidity import liquidity_arrays
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.typing import Array

MAX_CONTRACTS = 1e12
"""Largest number of contracts or lots that a position stands for, or that is held."""


@dataclass(frozen=True, eq=False)
class Valuation:
    """Values in the currency of the account.

    Attributes
    ----------
    scale : float
        Value of one unit of the position's returns; for differences, in units.
    value : float
        Value of the position by the size of its price, negative for a short one; for a portfolio,
        its gross value; with pools and loans, the sum of the values of all parts without sign, of
        loans that of their collateral.
    net_value : float
        Net value of the position by the sizes of prices: value long minus value short; of pools,
        of their delta.
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
    impacts : array (n_instruments,)
        Impact of a trade: x contracts cost half of it times x squared, in currency, more.
    capacities : array (n_instruments,)
        Contracts of an order at most; infinite where nothing is known.
    cost_factors : array (n_instruments,)
        Factor of the costs by which bands are computed: 1 unless a venue is flagged.
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
    impacts: Array
    capacities: Array
    cost_factors: Array


def value_problem(problem: HedgeProblem) -> Valuation:
    """Return what the position and the contracts are worth at the last prices of the market."""
    market = problem.market
    position = problem.position
    terms = problem.terms
    prices = {asset: market.value(asset) for asset in position.assets}
    scale = position.scale(prices, problem.kind)
    # a price below zero, as of oil in 2020, does not make a long position a short one
    sizes_of_prices = {asset: abs(price) for asset, price in prices.items()}
    notionals = np.array(
        [
            abs(float(one.notional(market.price(one.name), market.rate(one.name))))
            for one in problem.instruments
        ]
    )
    sizes = notionals
    if problem.kind == "difference":
        sizes = np.array([one.size for one in problem.instruments])
    _check_counts(problem, scale, sizes)
    weights = np.concatenate([[scale], sizes])
    impacts, capacities, factors = liquidity_arrays(problem.liquidity, problem.names)
    return Valuation(
        scale=scale,
        value=_value(problem, sizes_of_prices),
        net_value=position.net_value(sizes_of_prices),
        sizes=sizes,
        notionals=notionals,
        covariance=problem.fit.arrays.period_covariance * np.outer(weights, weights),
        costs=np.array(
            [
                one.trading_cost(notional, market.rate(one.name))
                for one, notional in zip(terms, notionals.tolist(), strict=True)
            ]
        ),
        lots=np.array([one.lot for one in terms]),
        smallest_orders=_smallest_orders(problem),
        impacts=impacts * notionals,
        capacities=capacities,
        cost_factors=factors,
    )


def _smallest_orders(problem: HedgeProblem) -> Array:
    """Return the fewest contracts that are traded of each instrument, (n,)."""
    market = problem.market
    return np.array(
        [
            one.smallest_order(abs(float(traded.notional(market.price(one.name)))))
            for one, traded in zip(problem.terms, problem.instruments, strict=True)
        ]
    )


def _value(problem: HedgeProblem, prices: Mapping[str, float]) -> float:
    """Return the value of the position, in currency."""
    book = problem.onchain
    if book is None:
        return problem.position.scale(prices, "simple")
    units = problem.position.units
    apart = sum(abs(held * prices[asset]) for asset, held in units.items())
    return apart + sum(book.gross_worth(one) for one in book.held)


def position_volatility(problem: HedgeProblem, valuation: Valuation, holdings: Array) -> float:
    """Return the standard deviation of the next profit with holdings (n_instruments,).

    The profit is that of one period; over the horizon of the hedge it is larger by the root of
    ``problem.fit.horizon``.
    """
    covariance = problem.fit.arrays.period_covariance
    weights = np.concatenate([[valuation.scale], valuation.sizes * holdings])
    return float(np.sqrt(max(weights @ covariance @ weights, 0.0)))


def _check_counts(problem: HedgeProblem, scale: float, sizes: Array) -> None:
    """Refuse positions, holdings and ratios that are too many contracts, or too few, to count.

    Variances of position and contract would differ by more than a float can hold.
    """
    ratios = problem.fit.arrays.next_ratio
    for one, size, ratio, held in zip(
        problem.terms, sizes.tolist(), ratios, problem.holdings, strict=True
    ):
        position = abs(scale) / size if size > 0.0 else np.inf
        if position == 0.0 and problem.onchain is not None:  # out of range: nothing to hedge
            position = 1.0
        if not 1.0 / MAX_CONTRACTS <= position <= MAX_CONTRACTS:
            raise DataError(
                f"the position must be worth between {1.0 / MAX_CONTRACTS:g} and "
                f"{MAX_CONTRACTS:g} contracts of {one.name}; it is worth {position:.3g}. Check the "
                "units of the position, the multiplier and the prices."
            )
        counts = {"its ratio needs": abs(ratio) * position, "it holds": abs(held)}
        for what, contracts in counts.items():
            if not contracts <= MAX_CONTRACTS * min(one.lot, 1.0) or not np.isfinite(contracts):
                raise DataError(
                    f"{one.name} must be held in at most {MAX_CONTRACTS:g} contracts or lots; "
                    f"{what} {contracts:.3g} with a lot of {one.lot:g}. Check the units, the "
                    "multiplier, the lot and the holdings."
                )
