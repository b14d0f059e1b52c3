"""Profits of pools and loans in scenarios, each a full revaluation, with those of their hedges.

Hedges gain what their returns pay where they move by their beta to the tokens, and their own past
returns where the past is repeated. A loan is liquidated where its health factor falls below one.
Fees and interest are left out: they are carry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch.recommendation.assessment.risks import funding_spike
from hedgeresearch.recommendation.inputs.onchain.onchain_book import OnchainBook
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.risk.scenarios import Scenario, funding_scenario, past_date_scenarios
from hedgeresearch.risk.stress import scenario_table
from hedgeresearch.typing import Array

PRICE_MOVES = (-0.3, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.3)
"""Simple returns of a token in the grid."""
WORST_DATES = 5
ALL = "all"
"""Tokens of a row of the grid in which all move together."""


@dataclass(frozen=True, eq=False)
class OnchainProfits:
    """Profits of a position with pools and loans, and of its hedges, (n_scenarios,) each."""

    position: Array
    hedges: Array

    @property
    def hedged(self) -> Array:
        """Profits of both together."""
        return self.position + self.hedges


def onchain_profits(
    problem: HedgeProblem, valuation: Valuation, holdings: Array, moves: Mapping[str, Array]
) -> OnchainProfits:
    """Return the profits of pools, loans, units and hedges in scenarios, in currency.

    Parameters
    ----------
    problem : HedgeProblem
    valuation : Valuation
    holdings : array (n_instruments,)
    moves : mapping from asset to array (n_scenarios,)
        Simple returns of the assets, of all of them.
    """
    covered = np.column_stack([moves[asset] for asset in problem.position.assets])
    if problem.kind == "difference":
        prices = [problem.market.value(asset) for asset in problem.position.assets]
        covered = covered * np.array(prices)
    by_hedges = covered @ token_betas(problem) @ (holdings * valuation.sizes)
    return OnchainProfits(_position_profits(problem, moves), by_hedges)


def past_onchain_profits(
    problem: HedgeProblem, valuation: Valuation, returns: pd.DataFrame, holdings: Array
) -> OnchainProfits:
    """Return the profits of today's position had past moves of the tokens been repeated.

    Parameters
    ----------
    problem : HedgeProblem
    valuation : Valuation
    returns : DataFrame (n_dates, 1 + n_instruments)
        Past returns as fractions of the value now.
    holdings : array (n_instruments,)
    """
    position = _position_profits(problem, problem.past_moves())
    return OnchainProfits(position, returns.to_numpy()[:, 1:] @ (holdings * valuation.notionals))


def token_betas(problem: HedgeProblem) -> Array:
    """Return what each instrument is expected to return per return of each asset, (n_assets, n).

    That of one asset is the beta of the model; those of several are estimated by least squares on
    all past returns.
    """
    covariance = problem.fit.arrays.period_covariance
    if not problem.position.is_portfolio:
        return np.asarray(covariance[:1, 1:] / covariance[0, 0])
    moves = np.column_stack(list(problem.past_moves().values()))
    _, hedges = problem.market.returns(problem.position, problem.instruments, problem.kind)
    centered = moves - moves.mean(axis=0)
    return np.asarray(np.linalg.lstsq(centered, hedges.to_numpy(), rcond=None)[0])


def onchain_grid(problem: HedgeProblem, valuation: Valuation, holdings: Array) -> pd.DataFrame:
    """Return value and profits of the position at moves of the price of its tokens.

    Columns: token, or "all" where several move together; price move; value of pools, loans and
    units; profit of the position, of its hedges, and of both; loans that are liquidated, in words.
    """
    assets = problem.position.assets
    groups = {asset: [asset] for asset in assets}
    if len(assets) > 1:
        groups[ALL] = assets
    parts = []
    moves = np.array(PRICE_MOVES)
    for name, moving in groups.items():
        scenario = {one: moves if one in moving else np.zeros_like(moves) for one in assets}
        found = onchain_profits(problem, valuation, holdings, scenario)
        columns = {
            "token": name,
            "price move": moves,
            "value": _net_worth(problem) + found.position,
            "unhedged": found.position,
            "hedges": found.hedges,
            "hedged": found.hedged,
            "liquidated": _liquidated_texts(problem, scenario),
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def onchain_stress(
    problem: HedgeProblem,
    valuation: Valuation,
    holdings: Array,
    past: OnchainProfits,
    dates: pd.Index,
) -> pd.DataFrame:
    """Return the stress table: worst dates, volatility of past moves, the grid and funding."""
    both = pd.DataFrame({"position": past.position, "hedges": past.hedges}, dates)
    scenarios = past_date_scenarios(np.ones(2), both, min(WORST_DATES, len(both)))
    scenarios.append(
        Scenario(
            "volatility of past moves",
            float(past.position.std(ddof=1)),
            float(past.hedged.std(ddof=1)),
            "volatility of the next period if past moves of the tokens were repeated",
        )
    )
    for row in onchain_grid(problem, valuation, holdings).itertuples(index=False):
        token, move, _, unhedged, _, hedged, liquidated = row
        if move == 0.0:
            continue
        meaning = "profit by full revaluation, without fees; hedges move by their beta"
        if liquidated:
            meaning += f"; after liquidation of the {liquidated}"
        name = f"{'all tokens' if token == ALL else token} {100 * move:+g}%"
        scenarios.append(Scenario(name, float(unhedged), float(hedged), meaning))
    exposures = pd.Series(holdings * valuation.notionals, problem.names)
    spike = funding_spike(problem, exposures) if holdings.any() else None
    if spike is not None:
        values = np.append(0.0, exposures.to_numpy())
        scenarios.append(funding_scenario(values, ["position", *problem.names], spike))
    return scenario_table(scenarios)


def book_of(problem: HedgeProblem) -> OnchainBook:
    """Return the pools and loans of a problem that has some."""
    assert problem.onchain is not None
    return problem.onchain


def _position_profits(problem: HedgeProblem, moves: Mapping[str, Array]) -> Array:
    """Return the profits of pools, loans and units in scenarios, (n_scenarios,)."""
    book = book_of(problem)
    profits = np.zeros(len(next(iter(moves.values()))))
    of_tokens = {name: move for name, move in moves.items() if name in book.values}
    for one in book.held:
        profits += book.profit_of(one, of_tokens)
    for asset, units in problem.position.units.items():
        profits += units * problem.market.value(asset) * moves[asset]
    return profits


def _liquidated_texts(problem: HedgeProblem, moves: Mapping[str, Array]) -> list[str]:
    """Return the loans that are liquidated in each scenario, in words; "" for none."""
    found = book_of(problem).liquidated(moves)
    n_scenarios = len(next(iter(moves.values())))
    return [
        " and the ".join(name for name, hits in found.items() if hits[row])
        for row in range(n_scenarios)
    ]


def _net_worth(problem: HedgeProblem) -> float:
    """Return the value of pools, loans and units, in currency."""
    book = book_of(problem)
    units = problem.position.units
    held = sum(each * problem.market.value(asset) for asset, each in units.items())
    return held + sum(book.worth(one) for one in book.held)
