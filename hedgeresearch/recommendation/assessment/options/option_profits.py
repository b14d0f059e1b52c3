"""Profits of a book with options in scenarios, each a full revaluation.

Options are revalued by Black's price; other hedges gain what their returns pay where they move by
their beta to the underlying. Implied volatilities of all options move by the same share in a grid,
and by their own past changes where the past is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from hedgeresearch.recommendation.assessment.expiry import next_date
from hedgeresearch.recommendation.inputs.options.option_book import (
    YEAR,
    OptionBook,
    volatility_changes,
)
from hedgeresearch.recommendation.inputs.options.option_values import revalued
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.sizing.valuation import Valuation
from hedgeresearch.risk.scenarios import Scenario, past_date_scenarios
from hedgeresearch.risk.stress import scenario_table
from hedgeresearch.typing import Array

PRICE_MOVES = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)
"""Simple returns of the underlying in the grid."""
VOLATILITY_MOVES = (-0.25, 0.0, 0.5)
"""Relative changes of all implied volatilities in the grid."""
WORST_DATES = 5


@dataclass(frozen=True, eq=False)
class BookProfits:
    """Profits of the parts of a book in scenarios, (n_scenarios,) each, in currency."""

    position: Array
    option_hedges: Array
    hedges: Array

    @property
    def hedged(self) -> Array:
        """Profits of all parts together."""
        return self.position + self.option_hedges + self.hedges


def book_profits(
    problem: HedgeProblem,
    valuation: Valuation,
    holdings: Array,
    moves: Array,
    shifts: Array,
    elapsed: float = 0.0,
) -> BookProfits:
    """Return the profits of a book with options in scenarios.

    Parameters
    ----------
    problem : HedgeProblem
    valuation : Valuation
    holdings : array (n_instruments,)
        Contracts of the instruments that are not options.
    moves : array (n_scenarios,)
        Simple returns of the underlying.
    shifts : array (n_scenarios, n_options)
        Changes of the volatilities.
    elapsed : float
        Years that pass.
    """
    book = book_of(problem)
    gains = revalued(book.state, moves, shifts, elapsed) - book.values.value
    gains = gains * book.contracts
    n = book.n_position
    units = problem.position.units.get(book.underlying, 0.0)
    by_hedges = _returns_for(moves, book, problem) * float(
        holdings @ (valuation.sizes * betas(problem))
    )
    return BookProfits(
        position=gains[:, :n].sum(axis=1) + units * book.price(problem.market) * moves,
        option_hedges=gains[:, n:].sum(axis=1),
        hedges=by_hedges,
    )


def betas(problem: HedgeProblem) -> Array:
    """Return the expected return of each instrument per return of the underlying, (n,)."""
    covariance = problem.fit.arrays.period_covariance
    return np.asarray(covariance[0, 1:] / covariance[0, 0])


def past_profits(
    problem: HedgeProblem, valuation: Valuation, returns: pd.DataFrame, holdings: Array
) -> BookProfits:
    """Return the profits of today's book had past moves of price and volatility been repeated.

    A period passes each time. Other hedges have their own past returns.

    Parameters
    ----------
    problem : HedgeProblem
    valuation : Valuation
    returns : DataFrame (n_dates, 1 + n_instruments)
        Past returns as fractions of the value now, of the delta and of the instruments.
    holdings : array (n_instruments,)
    """
    book = book_of(problem)
    market = problem.market
    prices = market.path(book.underlying, len(market))
    change = np.diff(prices) if problem.kind == "difference" else prices[1:] / prices[:-1] - 1.0
    moves = change / prices[-1] if problem.kind == "difference" else change
    shifts = volatility_changes(book.options, market)
    found = book_profits(problem, valuation, holdings, moves, shifts, _period_in_years(problem))
    own = returns.to_numpy()[:, 1:] @ (holdings * valuation.notionals)
    return BookProfits(found.position, found.option_hedges, own)


def stress_grid(problem: HedgeProblem, valuation: Valuation, holdings: Array) -> pd.DataFrame:
    """Return the profit unhedged and hedged on the grid of price and volatility."""
    book = book_of(problem)
    pairs = np.array(list(product(PRICE_MOVES, VOLATILITY_MOVES)))
    shifts = pairs[:, 1:] * book.state.volatility
    found = book_profits(problem, valuation, holdings, pairs[:, 0], shifts)
    return pd.DataFrame(
        {
            "price move": pairs[:, 0],
            "volatility move": pairs[:, 1],
            "unhedged": found.position,
            "hedged": found.hedged,
        }
    )


def past_moves(problem: HedgeProblem) -> str:
    """Return what a book is revalued at, in words: volatilities that are numbers do not move."""
    quotes = problem.market.quotes
    links = {} if quotes is None else quotes.volatilities
    moves = any(isinstance(one, str) for one in links.values())
    return f"past moves of price{' and volatility' if moves else ''}"


def option_stress(
    problem: HedgeProblem, valuation: Valuation, holdings: Array, past: BookProfits, dates: pd.Index
) -> pd.DataFrame:
    """Return the stress table of a book with options: worst dates, past volatility and the grid."""
    both = pd.DataFrame({"position": past.position, "hedges": past.hedged - past.position}, dates)
    scenarios = past_date_scenarios(np.ones(2), both, min(WORST_DATES, len(both)))
    scenarios.append(
        Scenario(
            "volatility of past moves",
            float(past.position.std(ddof=1)),
            float(past.hedged.std(ddof=1)),
            f"volatility of the next period if {past_moves(problem)} were repeated",
        )
    )
    for row in stress_grid(problem, valuation, holdings).itertuples(index=False):
        move, change, unhedged, hedged = row
        if move == change == 0.0:
            continue
        name = f"{_price_words(move)}, {_volatility_words(change)}"
        meaning = "profit by full revaluation; other hedges move by their beta"
        scenarios.append(Scenario(name, float(unhedged), float(hedged), meaning))
    return scenario_table(scenarios)


def _price_words(move: float) -> str:
    return "price unchanged" if move == 0.0 else f"price {100 * move:+g}%"


def _volatility_words(change: float) -> str:
    if change == 0.0:
        return "implied volatility unchanged"
    return f"implied volatility {100 * change:+g}%"


def _returns_for(moves: Array, book: OptionBook, problem: HedgeProblem) -> Array:
    """Return simple returns of the price as returns of the kind of the fit."""
    if book.state.in_coin:
        return moves / (1.0 + moves)
    if problem.kind == "difference":
        return moves * book.price(problem.market)
    return moves


def _period_in_years(problem: HedgeProblem) -> float:
    """Return the time to the next observation; 0 where the table has no dates."""
    following = next_date(problem)
    if following is None:
        return 0.0
    return float((following - problem.market.last_date) / YEAR)


def book_of(problem: HedgeProblem) -> OptionBook:
    """Return the options of a problem that has some."""
    assert problem.options is not None
    return problem.options
