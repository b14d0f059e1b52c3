"""Section on the data."""

from __future__ import annotations

from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.sections.method import name_value_table
from hedgeresearch.report.sections.section import Section

DESCRIBED = ("title", "license", "period", "frequency")
"""Attributes of a table that are shown in addition to its source."""


def data_section(recommendation: Recommendation) -> Section:
    """Return where the data come from and which software was used, to repeat the computation."""
    record = recommendation.to_dict()
    data = record["data"]
    attrs = recommendation.problem.market.attrs
    rows = {name: str(attrs[name]) for name in DESCRIBED if name in attrs}
    rows |= {
        "source": data["source"] or "not stated",
        "dates": f"{data['first']} to {data['last']}, {data['rows']:,} rows",
        "columns": ", ".join(data["columns"]),
        "sha256 of the data": data["sha256"],
        "software": ", ".join(f"{name} {number}" for name, number in record["versions"].items()),
    }
    return Section("Data", tables=(("Provenance", name_value_table(rows)),))
