"""Past targets, from which no-trade bands and means are computed."""

from __future__ import annotations

import numpy as np

from hedgeresearch.recommendation.inputs.observations import coin_held
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import Objective
from hedgeresearch.recommendation.sizing.contracts import contracts_for_ratios
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.typing import Array

MAX_PAST_DATES = 250
"""Maximum number of past dates from which the changes of a target are measured."""
MIN_PAST_DATES = 20
"""Number of past dates below which a target counts as constant."""


def past_targets(problem: HedgeProblem, valuation: Valuation, objective: Objective) -> Array:
    """Return the contracts (n, n_instruments) for the last ratios at the prices of their time.

    A ratio is known before its date, so it is paired with the previous date's prices. If an inverse
    contract pays in a coin of the position, its gains are paid in the coin that is held, so the
    contract behaves like a linear one, on as many coins as it is worth today.

    The delta of options and pools was another one then: their targets are those of past ratios at
    the delta and the prices of today, and what the price does to them is in ``delta_moves``.
    """
    market = problem.market
    n_dates = min(MAX_PAST_DATES, len(market) - 1, len(problem.fit.ratio))
    kept = np.array(objective.betas(problem.names))
    ratios = problem.fit.ratio.to_numpy()[-n_dates:] - kept
    if problem.kind == "difference" or problem.revalued is not None:
        return contracts_for_ratios(ratios, valuation.scale, valuation.sizes)
    scale = _past_values(problem, n_dates + 1)[:-1, None]
    notionals = _past_notionals(problem, valuation, n_dates + 1)[:-1]
    return contracts_for_ratios(ratios, scale, notionals)


def _past_values(problem: HedgeProblem, n_rows: int) -> Array:
    """Return the value of today's units of the position, gross for a portfolio, (n_rows,)."""
    market = problem.market
    values = [
        market.value_path(asset, n_rows) * units for asset, units in problem.position.units.items()
    ]
    if problem.position.is_portfolio:
        return np.asarray(np.sum(np.abs(values), axis=0))
    return values[0]


def _past_notionals(problem: HedgeProblem, valuation: Valuation, n_rows: int) -> Array:
    """Return the notional of one contract of each instrument, (n_rows, n_instruments)."""
    market = problem.market
    notionals = []
    for one, today in zip(problem.instruments, valuation.notionals, strict=True):
        prices = market.path(one.name, n_rows)
        if coin_held(problem.position, one, market):
            notionals.append(today * prices / prices[-1])
        else:
            rates = market.rate_path(one.name, n_rows)
            notionals.append(np.asarray(one.notional(prices, rates)))
    return np.column_stack(notionals)
