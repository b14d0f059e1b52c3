"""Section on carry."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.instruments.carry import Carry
from hedgeresearch.recommendation.narrative.trades.carry import carry_gap_sentences
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.sections.onchain import carry_table
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.tables import Table, fine_percent, percent, ratio, table_of, words

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
    of_pools = _pool_tables(recommendation)
    if not recommendation.carry:
        text = "No funding rates or basis are available for the recommended hedges."
        return Section(TITLE, texts=(text,), points=tuple(gaps), tables=of_pools)
    rows = {one.instrument: _row(one) for one in recommendation.carry}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS))
    return Section(
        TITLE,
        points=(*(one.sentence for one in recommendation.carry), *gaps),
        tables=(
            *of_pools,
            ("Positive is earned, negative is paid", table_of(table, "instrument", COLUMNS)),
        ),
    )


def _pool_tables(recommendation: Recommendation) -> tuple[tuple[str, Table], ...]:
    """Return the table of fees, gamma and hedges a year; nothing without a pool."""
    risk = recommendation.onchain
    if risk is None or not (risk.positions["kind"] == "pool").any():
        return ()
    caption = "Fees, what following the price by gamma loses, and the hedges; a dash is not known"
    return ((caption, carry_table(risk, recommendation.assessment.currency)),)


def _row(carry: Carry) -> tuple[object, ...]:
    """Return the cells of a carry; near expiry nothing is given per year."""
    is_near = carry.to_expiry is not None
    return (
        carry.source,
        carry.ratio,
        None if is_near else carry.rate_per_year,
        carry.z_score,
        None if is_near else carry.per_year,
        carry.round_trip_cost if carry.costs_given else None,
    )
