"""Section on margin."""

from __future__ import annotations

from hedgeresearch._formatting import full_percent
from hedgeresearch.recommendation.narrative.margin import margin_sentences
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.sections.section import MAX_COLUMNS, Section
from hedgeresearch.report.tables import amount, percent, table_of, transposed, words

TITLE = "Margin"


def margin_section(recommendation: Recommendation) -> Section:
    """Return liquidation prices and probabilities of the hedges that are held on margin."""
    settings = recommendation.settings.margin
    without_margin = recommendation.assessment.without_maintenance_margin
    assessment = recommendation.assessment
    time = assessment.spacing.span(assessment.margin_horizon)
    sentences = tuple(margin_sentences(recommendation.margin, without_margin, settings, time))
    if recommendation.margin is None:
        text = "No recommended hedge is held on margin."
        return Section(TITLE, texts=(text,), points=sentences)
    needed = f"collateral needed for {full_percent(settings.probability)}"
    columns = {
        "collateral": ("collateral given", amount),
        "needed": (needed, amount),
        "currency": ("counted in", words),
        "liquidation price": ("liquidation price", amount),
        "probability": ("probability of liquidation, %", percent),
        "lower": ("probability at 95%, lower, %", percent),
        "upper": ("probability at 95%, upper, %", percent),
        "closed form": ("probability if returns were normal, %", percent),
    }
    caption = (
        f"Liquidation within {time}, simulated from blocks of past "
        "returns; the 95% interval is that of the simulation. Collateral is in coins for "
        "coin-margined contracts, otherwise in the currency of the contract"
    )
    known = recommendation.margin.drop(columns="currency").notna().any()
    if not known.any():
        return Section(TITLE, points=sentences)
    shown = {name: column for name, column in columns.items() if known.get(name, True)}
    table = table_of(recommendation.margin, "instrument", shown)
    if len(recommendation.margin) <= MAX_COLUMNS:
        table = transposed(table, "")
    return Section(TITLE, points=sentences, tables=((caption, table),), emphasized=(needed,))
