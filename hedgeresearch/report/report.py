"""Report of a recommendation: one HTML page with figures that can be explored and printed.

The page needs no other file and makes no request: it contains plotly.js, and its content security
policy forbids requests. The same recommendation gives the same bytes: figures are numbered, and the
time of writing is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from itertools import count
from os import PathLike
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report._atomic_write import check_writable, write_text
from hedgeresearch.report._sanitize import visible
from hedgeresearch.report.sections.carry import carry_section
from hedgeresearch.report.sections.data import data_section
from hedgeresearch.report.sections.decision import decision_section
from hedgeresearch.report.sections.effectiveness import effectiveness_section
from hedgeresearch.report.sections.margin import margin_section
from hedgeresearch.report.sections.method import method_section
from hedgeresearch.report.sections.ratio import ratio_section
from hedgeresearch.report.sections.regimes import regimes_section
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.sections.stress import stress_section
from hedgeresearch.report.sections.tails import tails_section
from hedgeresearch.report.traces import Figure

SECTIONS = (
    decision_section,
    regimes_section,
    ratio_section,
    effectiveness_section,
    stress_section,
    margin_section,
    carry_section,
    tails_section,
)
"""Sections in the order of the page; method and data follow."""
REPORT = "the report"
"""Name of the file in error messages."""
BUTTONS = ["toImage", "zoom2d", "pan2d", "resetScale2d"]
"""Buttons of a figure that work without a network."""


@exported_by("hedgeresearch.report")
def report_html(recommendation: Recommendation, notes: Sequence[str] = ()) -> str:
    """Return the page as text: the decision, its reasons and risks, the method and the data.

    Parameters
    ----------
    recommendation : Recommendation from :func:`hedgeresearch.recommend`
    notes : warnings of the computation, which the section on the method lists

    Raises
    ------
    DataError
        If it is not a Recommendation.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500").iloc[-1000:])
    >>> position = hr.Position({"NASDAQ": 1000})
    >>> future = hr.LinearContract("SP500", 50)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
    >>> page = report_html(hr.recommend(fit, position, future, market))
    >>> page.count("<h2")
    10
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    if not isinstance(recommendation, Recommendation):
        raise DataError(
            f"recommendation must be a Recommendation for a position; got {recommendation!r}. "
            "Pass the result of hr.recommend(fit, position, instruments, market)."
        )
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible_text,
    )
    page = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    model = describe(recommendation.problem.fit.model)
    return environment.from_string(page).render(
        title=f"Hedge of {', '.join(recommendation.problem.position.assets)}",
        about=f"As of {day(recommendation.as_of)}, by {model}.",
        plotly=Markup(get_plotlyjs()),
        sections=_with_html_figures(_sections(recommendation, notes)),
    )


@exported_by("hedgeresearch.report")
def write_report(
    recommendation: Recommendation, path: str | PathLike[str], notes: Sequence[str] = ()
) -> None:
    """Write the page of :func:`report_html` to a file.

    Parameters
    ----------
    recommendation : Recommendation from :func:`hedgeresearch.recommend`
    path : the file, with a name that ends in .html; it is replaced as a whole, or left unchanged
    notes : warnings of the computation, which the section on the method lists

    Raises
    ------
    DataError
        If the file cannot be written, or it is not a Recommendation.
    """
    check_writable(path, REPORT)
    write_text(path, report_html(recommendation, notes), REPORT)


def _sections(recommendation: Recommendation, notes: Sequence[str]) -> list[Section]:
    sections = [section(recommendation) for section in SECTIONS]
    data = data_section(recommendation)
    # The method comes last: what the others compute may add warnings to the notes.
    return [*sections, method_section(recommendation, notes), data]


def _visible_text(value: Any) -> Any:
    """Return text without hidden characters; markup, which is a subclass of str, unchanged."""
    return visible(value) if type(value) is str else value


def _with_html_figures(sections: Sequence[Section]) -> list[Section]:
    """Return the sections with figures as HTML, numbered over the whole page."""
    numbers = count(1)
    drawn = []
    for section in sections:
        figures: list[Any] = [
            (caption, _as_html(figure, f"figure-{next(numbers)}"))
            for caption, figure in section.figures
        ]
        drawn.append(replace(section, figures=tuple(figures)))
    return drawn


def _as_html(figure: Figure, name: str) -> Any:
    from markupsafe import Markup
    from plotly.io import to_html

    config = {"displaylogo": False, "modeBarButtons": [BUTTONS]}
    return Markup(
        to_html(
            figure, config, full_html=False, include_plotlyjs=False, div_id=name, validate=False
        )
    )
