"""Positions that are smaller than the contracts that they are to be hedged with."""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch._exports import exported_by
from hedgeresearch.instruments.specs import list_contracts
from hedgeresearch.instruments.terms import Terms
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.sizing.contracts import LIMIT_TOLERANCE
from hedgeresearch.recommendation.sizing.plan import Plan
from hedgeresearch.recommendation.sizing.valuation import Valuation

MICRO_CONTRACTS = {
    "BTC": "MBT",
    "ES": "MES",
    "NQ": "MNQ",
    "RTY": "M2K",
    "CL": "MCL",
    "GC": "MGC",
    "SI": "SIL",
    "6E": "M6E",
}
"""Symbols of CME Group futures, and of those on a tenth or a fifth of the same underlying."""


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True)
class SmallPosition:
    """A target of less than half of the smallest order of its instrument.

    Attributes
    ----------
    instrument : str
    contracts : float
        Target, not rounded; negative is short.
    notional : float
        Value of the target, in currency.
    smallest_order : float
        Fewest contracts that are traded.
    smallest_notional : float
        Value of that order, in currency.
    smaller_contract : str or None
        Symbol of a smaller contract on the same underlying, if one is known.

    Examples
    --------
    >>> from hedgeresearch.recommendation import SmallPosition
    >>> small = SmallPosition("ES", -0.3, 37_500.0, 1.0, 125_000.0, "MES")
    >>> small.smaller_contract
    'MES'
    """

    instrument: str
    contracts: float
    notional: float
    smallest_order: float
    smallest_notional: float
    smaller_contract: str | None


def small_positions(
    problem: HedgeProblem, valuation: Valuation, plan: Plan
) -> tuple[SmallPosition, ...]:
    """Return the instruments that are not held as the target is below half of an order."""
    found = []
    rows = zip(problem.terms, plan.decisions, valuation.notionals.tolist(), strict=True)
    for terms, decision, notional in rows:
        nothing = decision.held == 0.0 and decision.new == 0.0
        orders = abs(decision.target) / decision.smallest_order
        if nothing and LIMIT_TOLERANCE < orders < 0.5:
            found.append(
                SmallPosition(
                    instrument=terms.name,
                    contracts=decision.target,
                    notional=abs(decision.target) * notional,
                    smallest_order=decision.smallest_order,
                    smallest_notional=decision.smallest_order * notional,
                    smaller_contract=smaller_contract(terms),
                )
            )
    return tuple(found)


def smaller_contract(terms: Terms) -> str | None:
    """Return the symbol of a smaller contract than one of ``list_contracts``, if it has one.

    An instrument is one of the list if it has its symbol, or its source.
    """
    symbol = terms.name
    if symbol not in MICRO_CONTRACTS and terms.source is not None:
        contracts = list_contracts()
        same = contracts["symbol"][contracts["source"] == terms.source]
        symbol = str(same.iloc[0]) if len(same) == 1 else symbol
    return MICRO_CONTRACTS.get(symbol)
