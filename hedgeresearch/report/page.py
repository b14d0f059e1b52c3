"""A page of sections as HTML, in the style of the package, that needs no other file.

The page makes no request: it contains plotly.js, and its content security policy forbids requests.
Of plotly.js it holds the basic bundle, which draws lines and bars and is a quarter of the whole
(version 4.1.1, its license is in ``plotly-basic.LICENSE``). Dates are written once a figure. The
same content gives the same bytes: figures are numbered, and the time of writing is left out.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import count
from typing import Any

from hedgeresearch._page_style import page_style
from hedgeresearch.report._sanitize import visible
from hedgeresearch.report.sections.section import Section
from hedgeresearch.report.traces import Figure

BUNDLE = "plotly-basic.min.js.gz"
"""File of plotly.js, compressed."""


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
        plotly=Markup(_plotly()) if has_figures else "",
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


def _plotly() -> str:
    """Return the program that draws the figures."""
    packed = files(__package__).joinpath(BUNDLE).read_bytes()
    return gzip.decompress(packed).decode("utf-8")


def _as_html(figure: Figure, name: str) -> Any:
    """Return the place of a figure and the call that draws it there."""
    from markupsafe import Markup

    data, dates = _with_dates_apart(figure["data"])
    values = ", ".join(map(_as_script, (name, data, figure["layout"], dates)))
    style = f"height:{figure['layout']['height']:g}px; width:100%"
    return Markup(
        f'<div id="{name}" class="plotly-graph-div" style="{style}"></div>\n'
        f"<script>draw({values});</script>"
    )


def _with_dates_apart(data: Sequence[Figure]) -> tuple[list[Figure], list[list[Any]]]:
    """Return traces whose lists of places are numbers of the lists, and these, each once."""
    lists: list[list[Any]] = []
    traces = []
    for trace in data:
        x = trace["x"]
        if isinstance(x, list):
            if x not in lists:
                lists.append(x)
            trace = trace | {"x": lists.index(x)}
        traces.append(trace)
    return traces, lists


def _as_script(value: Any) -> str:
    """Return plain values as JavaScript that cannot end its element."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
