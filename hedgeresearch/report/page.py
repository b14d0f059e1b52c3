"""A page of sections as HTML, in the style of the package, that needs no other file.

The page makes no request: it contains plotly.js, and its content security policy forbids requests.
The same content gives the same bytes: figures are numbered, and the time of writing is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import count
from typing import Any

from hedgeresearch._page_style import page_style
from hedgeresearch.report._sanitize import visible
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.traces import Figure

BUTTONS = ["toImage", "zoom2d", "pan2d", "resetScale2d"]
"""Buttons of a figure that work without a network."""


@dataclass(frozen=True, eq=False)
class Page:
    """Content of a page.

    Attributes
    ----------
    title : heading
    about : sentence below the heading
    sections : the first stands out
    """

    title: str
    about: str
    sections: Sequence[Section]


def page_as_html(page: Page) -> str:
    """Return a page as text."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible_text,
    )
    has_figures = any(section.figures for section in page.sections)
    template = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        title=page.title,
        about=page.about,
        style=Markup(page_style()),
        plotly=Markup(get_plotlyjs()) if has_figures else "",
        sections=_with_html_figures(page.sections),
    )


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

    config = {"displaylogo": False, "modeBarButtons": [BUTTONS], "responsive": True}
    return Markup(
        to_html(
            figure,
            config,
            full_html=False,
            include_plotlyjs=False,
            default_height=f"{figure['layout']['height']}px",
            div_id=name,
            validate=False,
        )
    )
