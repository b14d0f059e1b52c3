"""The decision in two sentences: the trades, and their expected effect on volatility."""

from __future__ import annotations

import numpy as np

from hedgeresearch._formatting import exact, money, side
from hedgeresearch.hedges.plausibility import absurdities
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import onchain_labels
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.narrative.data import absurd_opening, chance_opening
from hedgeresearch.recommendation.narrative.effect import effect_sentence
from hedgeresearch.recommendation.narrative.risks.loans import loan_openings
from hedgeresearch.recommendation.narrative.risks.margin import collateral_sentences
from hedgeresearch.recommendation.narrative.risks.options import revaluation_basis
from hedgeresearch.recommendation.sizing.plan import Plan

MAX_NAMED = 3
"""Number of assets or instruments up to which they are named one by one."""


def decision_sentences(assessment: Assessment) -> str:
    """Return what to trade, the new position, and the expected effect on volatility.

    Before them is what has happened to the collateral of what is held, and of loans.
    """
    problem = assessment.problem
    effect = _effect(assessment)
    action = f"{_option_trades(problem)}{_action_sentence(problem.names, assessment.plan)}"
    small = [one.instrument for one in assessment.small_positions]
    if small and not assessment.plan.holdings.any():
        action = f"No trade; no hedge is held, as {' and '.join(small)} is too large a contract."
    confidence = assessment.confidence
    chance = chance_opening(confidence.expected_effectiveness, confidence.ratios)
    opening = absurd_opening(absurdities(problem.fit))
    collateral = "".join(f"{text} " for text in collateral_sentences(assessment.collateral_states))
    loans = "".join(f"{text} " for text in loan_openings(problem.onchain))
    return f"{opening}{loans}{collateral}{chance}{action} {effect}"


def _effect(assessment: Assessment) -> str:
    """Return the expected effect on volatility; of options by full revaluation if there is any."""
    position = describe_position(
        assessment.problem.position, assessment.valuation.value, assessment.currency
    )
    revaluation = assessment.revaluation
    if revaluation is not None:
        return effect_sentence(
            position,
            float(revaluation["unhedged"]),
            float(revaluation["hedged"]),
            assessment.spacing.describe(1),
            assessment.currency,
            basis=revaluation_basis(assessment),
        )
    volatility = assessment.volatility
    return effect_sentence(
        position if assessment.problem.revalued is None else f"the delta of {position}",
        volatility["unhedged"],
        volatility["as recommended"],
        assessment.ahead,
        assessment.currency,
        synchronised=assessment.is_synchronised,
    )


def trades_anything(problem: HedgeProblem, plan: Plan) -> bool:
    """Return whether instruments or options are traded."""
    options = problem.options
    return bool(plan.trades.any() or (options is not None and options.trades.any()))


def summarize_all_trades(problem: HedgeProblem, plan: Plan) -> str:
    """Return the trades of options and of other instruments, or "hold" without any."""
    options = _traded_options(problem)
    others = summarize_trades(problem.names, plan)
    if not options:
        return others
    return ", ".join(options) if others == "hold" else ", ".join([*options, others])


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
    """Return a position in words, such as "1,000 NASDAQ", or "BASKET worth 500,000 USD"."""
    if position.of is not None:
        side_text = "short " if value < 0.0 else ""
        return f"{side_text}{position.of} worth {money(abs(value), currency)}"
    if position.options:
        return _holdings_with_options(position)
    if position.onchain:
        return _onchain_holdings(position)
    if len(position.units) > MAX_NAMED:
        worth = money(value, currency)
        return f"a portfolio of {len(position.units)} assets worth {worth} gross"
    return ", ".join(
        f"{exact(abs(units))} {'short ' if units < 0.0 else ''}{asset}"
        for asset, units in position.units.items()
    )


def _holdings_with_options(position: Position) -> str:
    """Return options and the units with them in words."""
    held = {one.name: contracts for one, contracts in position.options.items()}
    held |= position.units
    if len(held) > MAX_NAMED:
        return f"{len(position.options)} options on {position.assets[0]}"
    return ", ".join(
        f"{exact(abs(units))} {'short ' if units < 0.0 else ''}{name}"
        for name, units in held.items()
    )


def _onchain_holdings(position: Position) -> str:
    """Return pools, loans and the units with them in words."""
    if len(position.onchain) + len(position.units) > MAX_NAMED:
        return f"{len(position.onchain)} pools and loans"
    names = [f"the {name}" for name in onchain_labels(position.onchain)]
    units = [
        f"{exact(abs(units))} {'short ' if units < 0.0 else ''}{asset}"
        for asset, units in position.units.items()
    ]
    return " and ".join([*names, *units])


def _traded_options(problem: HedgeProblem) -> list[str]:
    """Return the trades of options, such as "buy 10 PUT"."""
    book = problem.options
    if book is None:
        return []
    return [
        f"{'buy' if trade > 0.0 else 'sell'} {exact(abs(trade))} {name}"
        for name, trade in zip(book.names, book.trades.tolist(), strict=True)
        if trade
    ]


def _option_trades(problem: HedgeProblem) -> str:
    """Return the trades of options as a sentence, followed by a space; "" without any."""
    trades = ", ".join(_traded_options(problem))
    return f"{trades[0].upper()}{trades[1:]} against the vega. " if trades else ""


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
