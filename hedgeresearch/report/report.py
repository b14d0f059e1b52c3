"""The report: a recommendation as one HTML page, with figures that can be looked into and printed.

The page needs no other file and asks for none: plotly.js stands in it, and its content security policy forbids
requests.
The same recommendation gives the same bytes: figures have fixed names, and no date is that of the writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from os import PathLike
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report._atomic_write import check_target, write_whole
from hedgeresearch.report._sanitize import visible
from hedgeresearch.report.figures import Figure
from hedgeresearch.report.sections.background import data_section, method_section
from hedgeresearch.report.sections.outlook import (
    decision_section,
    effectiveness_section,
    ratio_section,
    regimes_section,
)
from hedgeresearch.report.sections.risk import (
    carry_section,
    margin_section,
    stress_section,
    tails_section,
)
from hedgeresearch.report.sections.section import Section

SECTIONS = (
    decision_section,
    regimes_section,
    ratio_section,
    effectiveness_section,
    stress_section,
    margin_section,
    carry_section,
    tails_section,
    data_section,
)
"""In the order of the page; the method comes before the data."""
NAME = "the report"
"""What errors call the file."""


@exported_by("hedgeresearch.report")
def report_html(recommendation: Recommendation, told: Sequence[str] = ()) -> str:
    """The page as text: the decision first, then what it rests on, where it can fail, and from which data.

    Parameters
    ----------
    recommendation : Recommendation for a position, what ``hr.recommend(fit, position=...)`` gives
    told : warnings of the way to it, for the section on the method

    Raises
    ------
    DataError
        If it is another recommendation.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500").iloc[-1000:])
    >>> position, future = hr.Position({"NASDAQ": 1000}), hr.LinearContract("SP500", 50)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, [future]))
    >>> page = report_html(hr.recommend(fit, position=position, instruments=[future], market=market))
    >>> page.count("<h2")
    10
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    if not isinstance(recommendation, Recommendation):
        raise DataError(
            f"recommendation must be that for a position; got {recommendation!r}. Give what hr.recommend(fit, "
            "position=..., instruments=..., market=...) returns."
        )
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        finalize=_seen,
    )
    template = environment.from_string(
        files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    )
    return template.render(
        title=f"Hedge of {', '.join(recommendation.problem.position.assets)}",
        about=f"As of {day(recommendation.as_of)}, by {describe(recommendation.problem.fit.model)}.",
        plotly=Markup(get_plotlyjs()),
        sections=_drawn(_sections(recommendation, told)),
    )


@exported_by("hedgeresearch.report")
def write_report(
    recommendation: Recommendation, path: str | PathLike[str], told: Sequence[str] = ()
) -> None:
    """Write the page of :func:`report_html` to a file, which needs no other.

    Parameters
    ----------
    recommendation : Recommendation for a position
    path : of the file, whose name should end in .html; it is replaced as a whole, or left as it was
    told : as in ``report_html``

    Raises
    ------
    DataError
        If the file cannot be written, or the recommendation is another.
    """
    check_target(path, NAME)
    write_whole(path, report_html(recommendation, told), NAME)


def _sections(recommendation: Recommendation, told: Sequence[str]) -> list[Section]:
    *sections, data = (section(recommendation) for section in SECTIONS)
    # last, as what the others compute may warn, too
    return [*sections, method_section(recommendation, told), data]


def _seen(value: Any) -> Any:
    """Text of the page without characters that are not seen, or turn the direction of writing; markup as it is."""
    return visible(value) if type(value) is str else value


def _drawn(sections: list[Section]) -> list[Section]:
    """The sections with each figure as what the page holds, numbered through."""
    drawn, number = [], 0
    for section in sections:
        figures: list[Any] = []
        for caption, figure in section.figures:
            number += 1
            figures.append((caption, _as_html(figure, f"figure-{number}")))
        drawn.append(replace(section, figures=tuple(figures)))
    return drawn


def _as_html(figure: Figure, name: str) -> Any:
    from markupsafe import Markup
    from plotly.io import to_html

    # those buttons alone that work without a network
    config = {
        "displaylogo": False,
        "modeBarButtons": [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
    }
    return Markup(
        to_html(
            figure, config, full_html=False, include_plotlyjs=False, div_id=name, validate=False
        )
    )
