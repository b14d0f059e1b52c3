"""The decision in two sentences: the trades, and their expected effect on volatility."""

from __future__ import annotations

import numpy as np

from hedgeresearch._formatting import exact, money, side
from hedgeresearch.hedges.plausibility import absurdities
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.recommendation.narrative.data import absurd_opening, chance_opening
from hedgeresearch.recommendation.narrative.effect import effect_sentence
from hedgeresearch.recommendation.sizing.plan import Plan

MAX_NAMED = 3
"""Number of assets or instruments up to which they are named one by one."""


def decision_sentences(assessment: Assessment) -> str:
    """Return what to trade, the new position, and the expected effect on volatility."""
    problem = assessment.problem
    volatility = assessment.volatility
    effect = effect_sentence(
        describe_position(problem.position, assessment.valuation.value, assessment.currency),
        volatility["unhedged"],
        volatility["as recommended"],
        assessment.ahead,
        assessment.currency,
        synchronised=assessment.is_synchronised,
    )
    action = _action_sentence(problem.names, assessment.plan)
    small = [one.instrument for one in assessment.small_positions]
    if small and not assessment.plan.holdings.any():
        action = f"No trade; no hedge is held, as {' and '.join(small)} is too large a contract."
    confidence = assessment.confidence
    chance = chance_opening(confidence.expected_effectiveness, confidence.ratios)
    return f"{absurd_opening(absurdities(problem.fit))}{chance}{action} {effect}"


def summarize_trades(names: list[str], plan: Plan) -> str:
    """Return the trades alone, such as "buy 10 SP500"; "hold" without any."""
    trades = [(name, trade) for name, trade in zip(names, plan.trades, strict=True) if trade]
    if not trades:
        return "hold"
    if len(trades) > MAX_NAMED:
        return f"trade {len(trades)} instruments"
    return ", ".join(
        f"{'buy' if trade > 0.0 else 'sell'} {exact(abs(trade))} {name}" for name, trade in trades
    )


def describe_position(position: Position, value: float, currency: str) -> str:
    """Return a position in words, such as "1,000 NASDAQ", or "500,000 USD of BASKET"."""
    if position.of is not None:
        side_text = "short " if value < 0.0 else ""
        return f"{money(abs(value), currency)} of {side_text}{position.of}"
    if len(position.units) > MAX_NAMED:
        worth = money(value, currency)
        return f"a portfolio of {len(position.units)} assets worth {worth} gross"
    return ", ".join(
        f"{exact(abs(units))} {'short ' if units < 0.0 else ''}{asset}"
        for asset, units in position.units.items()
    )


def _action_sentence(names: list[str], plan: Plan) -> str:
    """Return the trades and the new position as a sentence."""
    held = _holdings_text(names, plan)
    if not plan.trades.any():
        return f"No trade: hold {held}." if held else "No trade; no hedge is held."
    trades = summarize_trades(names, plan)
    opening = f"{trades[0].upper()}{trades[1:]}"
    if not held:
        return f"{opening} (position closed)."
    if len(names) == 1:
        held = side(plan.holdings[0], exact(plan.holdings[0]))
    positions = "position" if np.count_nonzero(plan.holdings) == 1 else "positions"
    return f"{opening} (new {positions}: {held})."


def _holdings_text(names: list[str], plan: Plan) -> str:
    """Return what is held after trading in words; "" for nothing."""
    held = [
        f"{side(contracts, exact(contracts))} {name}"
        for name, contracts in zip(names, plan.holdings.tolist(), strict=True)
        if contracts
    ]
    return ", ".join(held) if len(held) <= MAX_NAMED else f"{len(held)} instruments"
