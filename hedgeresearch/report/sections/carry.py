"""Section on carry."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.recommendation.narrative.carry import carry_gap_sentences
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import fine_percent, percent, ratio, table_of, words

TITLE = "Carry"
COLUMNS = {
    "source": ("source", words),
    "ratio": ("ratio", ratio),
    "rate": ("rate of a short, % per year", percent),
    "z": ("latest rate, z-score", ratio),
    "per year": ("earned, % of position per year", percent),
    "round trip": ("round-trip cost, %", fine_percent),
}


def carry_section(recommendation: Recommendation) -> Section:
    """Return what the hedges earn or pay per year."""
    gaps = carry_gap_sentences(recommendation.assessment)
    if not recommendation.carry:
        text = "No funding rates or basis are available for the recommended hedges."
        return Section(TITLE, texts=(text,), points=tuple(gaps))
    rows = {
        one.instrument: (
            one.source,
            one.ratio,
            one.rate_per_year,
            one.z_score,
            one.per_year,
            one.round_trip_cost if one.costs_given else None,
        )
        for one in recommendation.carry
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS))
    return Section(
        TITLE,
        points=(*(one.sentence for one in recommendation.carry), *gaps),
        tables=(("Positive is earned, negative is paid", table_of(table, "instrument", COLUMNS)),),
    )
