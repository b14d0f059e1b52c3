"""The report: a recommendation as one HTML page, with figures that can be looked into and printed.

The page needs no other file and asks for none: plotly.js stands in it, and its content security policy forbids
requests.
The same recommendation gives the same bytes: figures have fixed names, and no date is that of the writing.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from hedgeresearch._wording import day, describe
from hedgeresearch.errors import DataError
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.background_sections import data_section, method_section
from hedgeresearch.report.figures import Figure
from hedgeresearch.report.outlook_sections import (
    decision_section,
    effectiveness_section,
    ratio_section,
    regimes_section,
)
from hedgeresearch.report.risk_sections import carry_section, margin_section, stress_section, tails_section
from hedgeresearch.report.section import Section

SECTIONS = (
    decision_section,
    regimes_section,
    ratio_section,
    effectiveness_section,
    stress_section,
    margin_section,
    carry_section,
    tails_section,
    method_section,
    data_section,
)
"""In the order of the page."""


def report_html(recommendation: Recommendation) -> str:
    """The page as text: the decision first, then what it rests on, where it can fail, and from which data.

    Parameters
    ----------
    recommendation : Recommendation for a position, what ``hr.recommend(fit, position=...)`` gives

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
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    template = environment.from_string(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return template.render(
        title=f"Hedge of {', '.join(recommendation.book.position.assets)}",
        about=f"As of {day(recommendation.as_of)}, by {describe(recommendation.book.fit.model)}.",
        plotly=Markup(get_plotlyjs()),
        sections=_drawn([section(recommendation) for section in SECTIONS]),
    )


def write_report(recommendation: Recommendation, path: str | PathLike[str]) -> None:
    """Write the page of :func:`report_html` to a file, which needs no other.

    Parameters
    ----------
    recommendation : Recommendation for a position
    path : of the file, whose name should end in .html

    Raises
    ------
    DataError
        If the file cannot be written, or the recommendation is another.
    """
    check_report(path)
    Path(path).write_text(report_html(recommendation), encoding="utf-8", newline="\n")


def check_report(path: str | PathLike[str]) -> None:
    """Refuse a file that cannot be written before the work whose result it is to hold."""
    file = Path(path)
    is_new = not file.exists()
    try:
        file.open("a", encoding="utf-8").close()
    except OSError as error:
        raise DataError(f"the report must be a file that can be written; {file}: {error.strerror}.") from None
    if is_new:
        file.unlink()


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
    config = {"displaylogo": False, "modeBarButtons": [["toImage", "zoom2d", "pan2d", "resetScale2d"]]}
    return Markup(to_html(figure, config, full_html=False, include_plotlyjs=False, div_id=name, validate=False))
