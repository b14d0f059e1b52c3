"""Section on the tails of past profits."""

from __future__ import annotations

from functools import partial

import pandas as pd

from hedgeresearch._formatting import full_percent
from hedgeresearch.recommendation.narrative.risks.risks import tails_text
from hedgeresearch.recommendation.narrative.risks.systemic import (
    breakdown_sentences,
    variance_source_sentences,
)
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import histogram_figure, path_figure
from hedgeresearch.report.sections.section import Parts, Section
from hedgeresearch.report.tables import Table, amount, fine_percent, in_currency, table_of
from hedgeresearch.report.thinning import thinning_note
from hedgeresearch.report.traces import Figure
from hedgeresearch.risk.tails import TailSummary

TITLE = "Tails"
SYSTEMIC = {
    "Sources of variance": variance_source_sentences,
    "Correlation of turbulent times": breakdown_sentences,
}
"""Sentences on what moves the hedged position, by the name of the part."""
PATH_CAPTIONS = {
    "simple": "Cumulative past profit of a position, and of a hedge, that are kept at their value "
    "of today (in sample): the sum of past returns times these values. The units of today would "
    "have made another profit, as prices were others.",
    "difference": "Cumulative past profit of today's position, unhedged and with today's hedge "
    "throughout (in sample).",
}
"""Captions by the kind of returns: changes of prices times units are the profit of the units."""
COLUMNS = {
    "historical": ("historical, % of position", fine_percent),
    "normal": ("normal, % of position", fine_percent),
    "historical, currency": ("historical, currency", amount),
    "normal, currency": ("normal, currency", amount),
}


def tails_section(recommendation: Recommendation) -> Section:
    """Return the past profit of today's holdings, and how fat its tails are."""
    parts = Parts()
    tails = parts.get("Tail risk", lambda: recommendation.tails)
    dependence = parts.get("Tail dependence", lambda: recommendation.tail_dependence)
    assessment = recommendation.assessment
    texts = [] if tails is None else [tails_text(tails, assessment)]
    texts += [] if dependence is None else [dependence.sentence]
    for name, sentences in SYSTEMIC.items():
        texts += parts.get(name, partial(sentences, assessment)) or []
    figures = parts.get("Past profits", lambda: _figures(recommendation, tails))
    tables = []
    if tails is not None:
        caption = "Losses of the hedged position in the past; tail index after Hill (1975)"
        value = abs(recommendation.valuation.value)
        tables.append((caption, _losses(tails, value, recommendation.assessment.currency)))
    return Section(
        TITLE,
        texts=tuple(texts),
        figures=figures or (),
        tables=tuple(tables),
        missing=tuple(parts.missing),
    )


def _figures(
    recommendation: Recommendation, tails: TailSummary | None
) -> tuple[tuple[str, Figure], ...]:
    """Return the path of cumulative profit and the histogram of profits, with captions."""
    value = recommendation.valuation.value
    unhedged = recommendation.assessment.past_returns.iloc[:, 0]
    profits = pd.DataFrame({"unhedged": unhedged, "hedged": recommendation.past}) * value
    currency = recommendation.assessment.currency
    label = in_currency("profit, currency", currency)
    path = path_figure(profits.cumsum(), label, grey=("unhedged",))
    period = recommendation.problem.fit.spacing.period
    marks = _marks(tails, value)
    per_period = in_currency(f"profit per {period}, currency", currency)
    histogram = histogram_figure(profits, per_period, marks)
    path_caption = (
        PATH_CAPTIONS[recommendation.problem.kind],
        thinning_note(*profits.shape),
    )
    histogram_caption = (
        f"Distribution of the profit per {period}: {len(profits):,} observations in 80 bins."
    )
    return (" ".join(filter(None, path_caption)), path), (histogram_caption, histogram)


def _marks(tails: TailSummary | None, value: float) -> dict[str, float]:
    """Return the values at risk that the histogram marks, as profits; none if not available."""
    if tails is None:
        return {}
    level = full_percent(1.0 - tails.tail)
    return {
        f"{level} value at risk, hedged": -tails.historical_value_at_risk * abs(value),
        "normal value at risk": -tails.normal_value_at_risk * abs(value),
    }


def _losses(tails: TailSummary, value: float, currency: str) -> Table:
    """Return value at risk and expected shortfall, as a share of the position and in currency."""
    level = full_percent(1.0 - tails.tail)
    rows = {
        f"value at risk, {level}": (tails.historical_value_at_risk, tails.normal_value_at_risk),
        f"expected shortfall, {level}": (
            tails.historical_expected_shortfall,
            tails.normal_expected_shortfall,
        ),
    }
    losses = pd.DataFrame.from_dict(rows, orient="index", columns=["historical", "normal"])
    for name in ("historical", "normal"):
        losses[f"{name}, currency"] = losses[name] * value
    return table_of(losses, "loss", COLUMNS, currency)
