"""Sentences on where the variance that is left comes from, and on turbulent times."""

from __future__ import annotations

from hedgeresearch._formatting import counted, money, percent
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.risk.systemic.breakdown import CorrelationBreakdown

MIN_FALL = 0.05
"""Fall of a correlation from which a weaker relation is a warning."""
MAX_SOURCES = 3
"""Number of legs that a sentence names; the others are counted."""


def variance_source_sentences(assessment: Assessment) -> list[str]:
    """Return whose shocks the variance of the hedged position comes from, the largest first."""
    found = assessment.variance_sources
    if found is None:
        return []
    shares = found.shares.sort_values(ascending=False, kind="stable")
    parts = [f"{percent(share)} from {name}" for name, share in shares.iloc[:MAX_SOURCES].items()]
    others = shares.iloc[MAX_SOURCES:]
    if len(others):
        parts.append(f"{percent(others.sum())} from {counted(len(others), 'other')}")
    return [
        f"Forecast error variance of the hedged position {assessment.spacing.span(found.horizon)} "
        f"ahead comes to {', '.join(parts)} (shares of shocks; vector autoregression on "
        f"{found.n_dates:,} {assessment.spacing.row}s)."
    ]


def breakdown_sentences(assessment: Assessment) -> list[str]:
    """Return whether the correlation of turbulent times is still that of calm ones."""
    found = assessment.correlation_breakdown
    if found is None:
        return []
    row = assessment.spacing.row
    low, high = found.interval
    fails = _falls(found)
    return [
        f"{'Warning: ' if fails else ''}Correlation of position and hedges is "
        f"{found.turbulent:.2f} on {found.n_turbulent:,} turbulent {row}s, {found.calm:.2f} on "
        f"{found.n_calm:,} calm ones; adjusted for their variance {found.adjusted:.2f} (95% "
        f"interval of the difference from calm {low:+.3f} to {high:+.3f}): {_verdict(found)}."
    ]


def _falls(found: CorrelationBreakdown) -> bool:
    """Return whether the correlation itself is lower on turbulent dates, as the relation is."""
    return found.is_weaker and found.turbulent < found.calm - MIN_FALL


def _verdict(found: CorrelationBreakdown) -> str:
    """Return what the adjusted correlation says of the relation on turbulent dates."""
    if found.is_closer:
        return "the relation is closer then"
    if not found.is_weaker:
        return "no change is found"
    if _falls(found):
        return "the relation is weaker then"
    return "what is left grows as well then"


def default_scenario_sentences(assessment: Assessment) -> list[str]:
    """Return what the position loses in each default, what the hedges pay, and what is left."""
    sentences = []
    for one in assessment.settings.defaults:
        row = assessment.stress.loc[f"jump to {one.name}"]
        paid = money(abs(row["hedged"] - row["unhedged"]), assessment.currency)
        effect = "pay" if row["hedged"] >= row["unhedged"] else "lose"
        left = "is not covered" if row["hedged"] < 0.0 else "is gained"
        sentences.append(
            f"Jump to {one.name} (given: {percent(one.probability)} a year, loss of "
            f"{percent(one.loss)}): the position {'loses' if row['unhedged'] < 0.0 else 'gains'} "
            f"{money(abs(row['unhedged']), assessment.currency)}, the hedges {effect} {paid}, and "
            f"{money(abs(row['hedged']), assessment.currency)} {left}."
        )
    return sentences
