"""Section on the tails of past profits."""

from __future__ import annotations

import pandas as pd

from hedgeresearch._formatting import full_percent
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.figures import histogram_figure, path_figure
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import Table, amount, fine_percent, table_of
from hedgeresearch.report.traces import Figure
from hedgeresearch.risk.tails import TailSummary

COLUMNS = {
    "historical": ("historical, % of position", fine_percent),
    "normal": ("normal, % of position", fine_percent),
    "historical, currency": ("historical, currency", amount),
    "normal, currency": ("normal, currency", amount),
}


def tails_section(recommendation: Recommendation) -> Section:
    """Return the past profit of today's holdings, and how fat its tails are."""
    tails = recommendation.tails
    texts = [tails.sentence]
    if recommendation.tail_dependence is not None:
        texts.append(recommendation.tail_dependence.sentence)
    table = _losses(tails, abs(recommendation.valuation.value))
    caption = "Losses of the hedged position in the past; tail index after Hill (1975)"
    return Section(
        "Tails",
        texts=tuple(texts),
        figures=_figures(recommendation, tails),
        tables=((caption, table),),
    )


def _figures(recommendation: Recommendation, tails: TailSummary) -> tuple[tuple[str, Figure], ...]:
    """Return the path of cumulative profit and the histogram of profits, with captions."""
    value = recommendation.valuation.value
    unhedged = recommendation.assessment.past_returns.iloc[:, 0]
    profits = pd.DataFrame({"unhedged": unhedged, "hedged": recommendation.past}) * value
    path = path_figure(profits.cumsum(), "profit, currency", note="in sample", grey=("unhedged",))
    level = full_percent(1.0 - tails.tail)
    marks = {
        f"{level} value at risk, hedged": -tails.historical_value_at_risk * abs(value),
        "normal value at risk": -tails.normal_value_at_risk * abs(value),
    }
    histogram = histogram_figure(profits, "profit per observation, currency", marks)
    histogram_caption = (
        f"Distribution of the profit per observation: {len(profits):,} observations in 80 bins."
    )
    return (
        ("Cumulative past profit of today's position.", path),
        (histogram_caption, histogram),
    )


def _losses(tails: TailSummary, value: float) -> Table:
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
    return table_of(losses, "loss", COLUMNS)
