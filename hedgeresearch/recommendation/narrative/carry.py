"""Sentences on the carry of hedges."""

from __future__ import annotations

from hedgeresearch._formatting import day
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.carry import CarryGap, expiry_in_market

MISSING = {
    CarryGap.NO_TIMESTAMPS: "the market's table has no timestamps",
    CarryGap.NO_FUNDING: "no funding rates were given",
    CarryGap.NO_UNDERLYING: "no price of its underlying was given",
    CarryGap.PRICES: "its past prices, or those of its underlying, are not all positive",
}


def carry_sentences(assessment: Assessment) -> list[str]:
    """Return the carry of each hedge held."""
    return [one.sentence for one in assessment.carry]


def carry_gap_sentences(assessment: Assessment) -> list[str]:
    """Return why the carry of other hedges held is not available."""
    expiries = {one.name: one.expiry for one in assessment.problem.terms}
    sentences = []
    for name, gap in assessment.carry_gaps.items():
        if gap is CarryGap.EXPIRES:
            expiry = expiry_in_market(expiries[name], assessment.problem.market)
            why = f"it expires on {day(expiry)}"
        else:
            why = MISSING[gap]
        sentences.append(f"Carry of {name} not available: {why}.")
    return sentences
