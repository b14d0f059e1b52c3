"""Sentences on the carry of hedges."""

from __future__ import annotations

from hedgeresearch._formatting import day
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.carry import CarryGap, expiry_in_market
from hedgeresearch.recommendation.inputs.market import Market

MISSING = {
    CarryGap.NO_TIMESTAMPS: "the market's table has no timestamps",
    CarryGap.NO_FUNDING: "no funding rates were given",
    CarryGap.NO_UNDERLYING: "no price of its underlying was given",
    CarryGap.PRICES: "its past prices, or those of its underlying, are not all positive",
}


def carry_sentences(assessment: Assessment) -> list[str]:
    """Return the carry of each hedge held, and warnings of what it was computed from."""
    doubts = [f"Warning: {one.doubt}" for one in assessment.carry if one.doubt]
    return [*doubts, *(one.sentence for one in assessment.carry)]


def carry_gap_sentences(assessment: Assessment) -> list[str]:
    """Return why the carry of other hedges held is not available."""
    expiries = {one.name: one.expiry for one in assessment.problem.terms}
    sentences = []
    for name, gap in assessment.carry_gaps.items():
        if gap is CarryGap.EXPIRES:
            expiry = expiry_in_market(expiries[name], assessment.problem.market)
            why = f"it expires on {day(expiry)}"
        elif gap in (CarryGap.FAR_APART, CarryGap.OTHER_CURRENCY):
            why = _currency_text(name, gap, assessment.problem.market)
        else:
            why = MISSING[gap]
        sentences.append(f"Carry of {name} not available: {why}.")
    return sentences


def _currency_text(name: str, gap: CarryGap, market: Market) -> str:
    """Return why the price of an underlying cannot be compared, and what to give."""
    underlying = market.underlying[name]
    if gap is CarryGap.FAR_APART:
        return (
            f"its price and {underlying!r}, its underlying, differ by more than a factor of two; "
            "both must be in one currency and unit"
        )
    return (
        f"{underlying!r}, its underlying, seems to be in the currency of the account and {name} in "
        f"another; give the underlying in the currency of {name}, or its rate, such as "
        f"Market(rates={{{underlying!r}: 1.0}})"
    )
