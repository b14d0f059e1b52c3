"""Section on the data."""

from __future__ import annotations

from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.recommendation.record import data_as_dict, software_versions
from hedgeresearch.report.sections.method import name_value_table
from hedgeresearch.report.sections.section import Section

TITLE = "Data"
DESCRIBED = ("title", "license", "period", "frequency")
"""Attributes of a table that are shown in addition to its source."""


def data_section(recommendation: Recommendation) -> Section:
    """Return where the data come from and which software was used, to repeat the computation."""
    problem = recommendation.problem
    data = data_as_dict(problem.market, problem.terms)
    attrs = problem.market.attrs
    rows = {name: str(attrs[name]) for name in DESCRIBED if name in attrs}
    rows |= {
        "source": data["source"] or "not stated",
        "dates": f"{data['first']} to {data['last']}, {data['rows']:,} rows",
        "columns": ", ".join(data["columns"]),
        "sha256 of the data": data["sha256"],
        "software": software(),
    }
    return Section(TITLE, tables=(("Provenance", name_value_table(rows)),))


def software() -> str:
    """Return the software that made the numbers, with versions."""
    return ", ".join(f"{name} {number}" for name, number in software_versions().items())
