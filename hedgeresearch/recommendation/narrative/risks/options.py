"""Sentences on the options of a book: what is hedged, by which delta, and what delta leaves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._formatting import day, exact, money, quantity, side
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.options.option_profits import past_moves
from hedgeresearch.recommendation.assessment.options.option_risks import OptionRisk
from hedgeresearch.recommendation.sizing.option_hedges import option_costs

CONVENTIONS = {
    "forward": "Black's delta, of an account that counts in the currency of the strike",
    "premium_adjusted": "the premium-adjusted delta, of an account that counts in the coin",
}
HEDGED = {1: "vega of the options held", 2: "vega and gamma of the options held"}


def option_reason(n_hedging: int) -> str:
    """Return why options that hedge are traded, without a full stop."""
    return f"offsets the {HEDGED[n_hedging]}, in whole lots"


def option_sentences(assessment: Assessment) -> list[str]:
    """Return the sentences on the options of a book, warnings first; none without options."""
    risk = assessment.options
    if risk is None:
        return []
    return [
        *_expiry_sentences(assessment),
        *_trade_sentences(assessment),
        *_margin_warnings(risk),
        _delta_sentence(risk, assessment.currency),
        _theta_sentence(risk, assessment.currency),
        *_revaluation_sentences(risk, assessment),
        _worst_point_sentence(risk, assessment.currency),
        *_margin_sentences(risk, assessment.currency),
    ]


def trades_options(assessment: Assessment) -> bool:
    """Return whether options are traded to hedge those held."""
    book = assessment.problem.options
    return book is not None and bool(np.any(book.trades))


def model_sentences(assessment: Assessment) -> list[str]:
    """Return what the ratio of the model is about; nothing where there is no gamma."""
    problem = assessment.problem
    what = ["gamma", "vega"] if problem.options is not None else ["gamma"]
    if problem.revalued is None or not problem.revalued.gamma:
        return []
    names = " and ".join(problem.position.assets)
    return [
        f"The ratio of the model and what it is expected to remove are of {names} and its hedges: "
        f"of the delta, not of {' and '.join(what)}."
    ]


def revaluation_basis(assessment: Assessment) -> str:
    """Return what the volatility of a revalued position is computed from, in words."""
    return f"when revalued at {past_moves(assessment.problem)}"


def _trade_sentences(assessment: Assessment) -> list[str]:
    """Return the trades of options that hedge, and what they cost as far as it is known."""
    book = assessment.problem.options
    if book is None or not book.hedging:
        return []
    sentences = []
    costs = option_costs(assessment.problem).tolist()
    for i in range(book.n_position, len(book.options)):
        held = float(book.before[i])
        new = float(book.contracts[i])
        reason = option_reason(len(book.hedging))
        before = side(held, exact(held))
        if new == held:
            sentences.append(f"{book.names[i]}: no trade, hold {before} ({reason}).")
            continue
        verb = "buy" if new > held else "sell"
        premium = abs(new - held) * abs(float(book.values.value[i]))
        paid = f"the premium {'paid' if new > held else 'received'} is "
        paid += money(premium, assessment.currency)
        known = ""
        if not math.isnan(costs[i]):
            known = f", fees and spread cost {money(costs[i], assessment.currency)}"
        sentences.append(
            f"{book.names[i]}: {verb} {exact(abs(new - held))}, from {before} to "
            f"{side(new, exact(new))} ({reason}); {paid}{known}."
        )
    return sentences


def _expiry_sentences(assessment: Assessment) -> list[str]:
    """Return a warning for each option held that expires within the horizon of the hedge."""
    until = "the next observation"
    if assessment.horizon > 1:
        until = f"the end of the horizon of {assessment.spacing.span(assessment.horizon)}"
    return [
        f"Warning: {name} expires on {day(expiry)}, before {until}: its delta jumps to that of its "
        "settlement there."
        for name, expiry in assessment.expiring_options.items()
    ]


def _delta_sentence(risk: OptionRisk, currency: str) -> str:
    """Return the exposures before and after the hedges, and the delta that they are in."""
    parts = risk.exposure
    is_own = parts.index.isin(["options held", "units held"])
    names = [str(name) for name in parts.columns]
    own = dict(zip(names, parts[is_own].sum().to_numpy(dtype=float).tolist(), strict=True))
    net = dict(zip(names, parts.to_numpy(dtype=float)[-1].tolist(), strict=True))
    unit = risk.underlying
    others = float(parts["delta"].to_numpy(dtype=float)[parts.index == "other hedges"].sum())
    by_beta = f" (other than options by their beta to {unit})" if others else ""
    return (
        f"The position has {_greeks_text(own, unit, currency)}; with all hedges{by_beta} they are "
        f"{quantity(net['delta'])}, {quantity(net['gamma'])} and {money(net['vega'], currency)}. "
        f"The delta is {CONVENTIONS[risk.convention]}, on {day(risk.moment)}."
    )


def _greeks_text(own: dict[str, float], unit: str, currency: str) -> str:
    """Return delta, gamma and vega with their units."""
    return (
        f"a delta of {quantity(own['delta'])} {unit}, a gamma of {quantity(own['gamma'])} {unit} "
        f"for a price move of 1% and a vega of {money(own['vega'], currency)} per point of "
        "volatility"
    )


def _theta_sentence(risk: OptionRisk, currency: str) -> str:
    """Return what a day costs or earns at the price and the volatility of today."""
    theta = float(risk.exposure["theta"].to_numpy(dtype=float)[-1])
    verb = "earns" if theta > 0.0 else "costs"
    return (
        f"Time {verb} {money(abs(theta), currency)} a day (theta of the options) as long as price "
        "and volatility stay."
    )


def _revaluation_sentences(risk: OptionRisk, assessment: Assessment) -> list[str]:
    """Return what the hedge of the delta leaves, which the volatility of the model leaves out."""
    if risk.revaluation is None:
        return [
            "Revaluation at past moves not available: it needs 20 returns; the volatility above is "
            "that of the delta alone."
        ]
    unhedged = assessment.period_volatility["unhedged"]
    hedged = assessment.period_volatility["as recommended"]
    currency = assessment.currency
    return [
        "The delta that units and options leave to the other hedges has a volatility of "
        f"{money(unhedged, currency)} over {assessment.spacing.span(1)} under the model, with them "
        f"of {money(hedged, currency)}; what the revalued book has beyond that is gamma and vega."
    ]


def _worst_point_sentence(risk: OptionRisk, currency: str) -> str:
    """Return the worst point of the grid for the hedged book."""
    worst = risk.grid.iloc[int(np.argmin(risk.grid["hedged"]))]
    return (
        f"The worst point of the grid is {point_text(worst)}: the hedged book loses "
        f"{money(max(-float(worst['hedged']), 0.0), currency)}, the position alone "
        f"{gain_text(float(worst['unhedged']), currency)}."
    )


def _margin_warnings(risk: OptionRisk) -> list[str]:
    if risk.margin is None or not math.isnan(risk.margin["now"]):
        return []
    return [
        "Margin of short options not available: their maintenance margin was not given, as a share "
        "of the value of the underlying."
    ]


def _margin_sentences(risk: OptionRisk, currency: str) -> list[str]:
    """Return the cash that short options require."""
    if risk.margin is None or math.isnan(risk.margin["now"]):
        return []
    return [
        f"Short options require {money(float(risk.margin['now']), currency)} in cash now, and "
        f"{money(float(risk.margin['worst']), currency)} at {point_text(risk.margin)}, net of the "
        "profit of the other hedges."
    ]


def point_text(point: pd.Series[Any]) -> str:
    """Return a point of the grid in words."""
    move = float(point["price move"])
    change = float(point["volatility move"])
    price = f"a price move of {100 * move:+g}%" if move else "an unchanged price"
    volatility = f"implied volatility {100 * change:+g}%" if change else "unchanged volatility"
    return f"{price} with {volatility}"


def gain_text(profit: float, currency: str) -> str:
    """Return a profit as "gains 5" or "loses 5"."""
    return f"{'gains' if profit >= 0.0 else 'loses'} {money(abs(profit), currency)}"
