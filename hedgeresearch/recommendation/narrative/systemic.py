"""Sentences on where the variance that is left comes from, and on turbulent times."""

from __future__ import annotations

from hedgeresearch._formatting import counted, money, percent
from hedgeresearch.recommendation.assessment.assessment import Assessment

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
    verdict = "no change is found"
    if found.is_weaker:
        verdict = "the relation is weaker then"
    elif found.is_closer:
        verdict = "the relation is closer then"
    low, high = found.interval
    return [
        f"{'Warning: ' if found.is_weaker else ''}Correlation of position and hedges is "
        f"{found.turbulent:.2f} on {found.n_turbulent:,} turbulent {row}s, {found.calm:.2f} on "
        f"{found.n_calm:,} calm ones; adjusted for their variance {found.adjusted:.2f} (95% "
        f"interval of the difference from calm {low:+.3f} to {high:+.3f}): {verdict}."
    ]


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
