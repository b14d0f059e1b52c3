"""Sentences on contracts that expire before the next observation."""

from __future__ import annotations

from hedgeresearch._formatting import day
from hedgeresearch.recommendation.assessment.assessment import Assessment


def expiry_sentences(assessment: Assessment) -> list[str]:
    """Return a warning for each contract held that expires before the next observation."""
    return [
        f"Warning: {name} expires on {day(expiry)}, before the next observation; "
        "hedge with the contract that it is rolled into."
        for name, expiry in assessment.expiring.items()
    ]
