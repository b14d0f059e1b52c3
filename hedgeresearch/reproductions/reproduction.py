"""What a reproduction gives: a table of published numbers with ours beside them, and the figure."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.reproductions.formatting import (
    address,
    as_printed,
    beyond,
    escape_latex,
    last_digit,
)
from hedgeresearch.reproductions.paper import Count, Number, Origin, Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure


ARITHMETIC = 1e-12
"""What the order of additions changes in the sixteen digits of a number, relative to its size."""


@exported_by("hedgeresearch.reproductions")
@dataclass(frozen=True, eq=False, repr=False)
class Reproduction:
    """Numbers of a source computed again.

    Attributes
    ----------
    name : what ``reproduce`` calls it
    paper : Paper, its title, citation, DOI and what is known to differ
    numbers : each number of ours beside the expected one
    tables : further tables of ours by caption, which nobody has published
    """

    name: str
    paper: Paper
    numbers: tuple[Number, ...]
    tables: Mapping[str, pd.DataFrame]
    shown: Any = field(repr=False)
    draw: Callable[[Figure, Any], None] = field(repr=False)

    def __repr__(self) -> str:
        return f"Reproduction({self.name}, {self.verdict})"

    @property
    def compared(self) -> list[Number]:
        """The numbers that there is something to compare with."""
        return [number for number in self.numbers if number.expected is not None]

    @property
    def passed(self) -> bool:
        """Whether all numbers that can be compared are within their tolerance, and there are some."""
        return bool(self.compared) and all(number.is_within for number in self.compared)

    def count(self, origin: Origin) -> Count:
        """How the numbers fare that were "published", or that another program gave ("independent")."""
        own = [number for number in self.compared if number.origin == origin]
        return Count(
            sum(number.is_within for number in own), sum(map(self._equals_print, own)), len(own)
        )

    @property
    def verdict(self) -> str:
        """How many numbers are within their tolerance, in words."""
        published, other = self.count("published"), self.count("independent")
        if not published.compared:
            return f"{other.within} of {other.compared} numbers of another program within their tolerance"
        beside = (
            f", {other.within} of {other.compared} of another program" if other.compared else ""
        )
        return (
            f"{published.within} of {published.compared} published numbers within their tolerance "
            f"({published.equal} equal to the print){beside}"
        )

    @property
    def tightest(self) -> Number:
        """The compared number that is closest to failing: its difference is the largest share of its tolerance."""
        return max(self.compared, key=lambda number: number.share_of_tolerance)

    @property
    def table(self) -> pd.DataFrame:
        """A row a number: published, ours, difference, tolerance and whether it is within; NaN where none is published.

        A column "independent" comes beside "published" if numbers of other programs are compared with, too.
        """
        rows = {number.quantity: _row(number) for number in self.numbers}
        table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("quantity")
        empty = [origin for origin in ("published", "independent") if table[origin].isna().all()]
        return table.drop(columns=empty).astype({"within": "boolean"})

    @cached_property
    def figure(self) -> Figure:
        """The figure, in the style of the package."""
        from matplotlib.figure import Figure

        from hedgeresearch.plotting import style

        with style():
            figure = Figure()
            self.draw(figure, self.shown)
        return figure

    @property
    def shown_table(self) -> pd.DataFrame:
        """The table as text, each number with the digits that its tolerance makes worth reading."""
        table = self.table.astype(object)
        for number in self.numbers:
            table.loc[number.quantity] = [self._text(number, column) for column in table.columns]
        return table

    def to_latex(self) -> str:
        """The table for a paper, captioned by where its numbers are from; needs the LaTeX package booktabs."""
        styled = self.shown_table.style.format_index(escape_latex).format(escape_latex)
        return str(
            styled.to_latex(
                hrules=True, caption=escape_latex(self.reference), label=f"tab:{self.name}"
            )
        )

    @property
    def reference(self) -> str:
        """Where the numbers were read; the source that they go back to, and its address."""
        doi = self.paper.doi
        return f"Numbers: {self.paper.numbers_from}; after: {self.paper.citation}" + (
            f" {address(doi)}" if doi else ""
        )

    def _repr_html_(self) -> str:
        known = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.paper.differs)
        further = "".join(
            f"<p>Ours: {html.escape(caption)}</p>{table.to_html(float_format='{:.4g}'.format)}"
            for caption, table in self.tables.items()
        )
        return (
            f"<p><b>{html.escape(self.paper.title)}.</b> {html.escape(self.reference)}</p><ul>{known}</ul>"
            f"{self.shown_table.to_html()}<p>{self.verdict}.</p>{further}"
        )

    def _equals_print(self, number: Number) -> bool:
        """Whether ours, rounded, is what was printed."""
        assert number.expected is not None
        half_a_unit = 0.5 * last_digit(number.expected, self.paper.decimals)
        return abs(number.difference) <= half_a_unit + ARITHMETIC * abs(number.expected)

    def _text(self, number: Number, column: str) -> str:
        value = _row(number)[column]
        if value is None:
            return ""
        if column == "within":
            return "yes" if value else "NO"
        if column in ("published", "independent"):
            return as_printed(value, self.paper.decimals)
        if column == "ours":
            return beyond(value, number.tolerance)
        return f"{value:.1e}" if value else "0"


def _row(number: Number) -> dict[str, Any]:
    known = number.expected is not None
    return {
        "published": number.expected if number.origin == "published" else None,
        "independent": number.expected if number.origin == "independent" else None,
        "ours": number.ours,
        "difference": number.difference if known else None,
        "tolerance": number.tolerance if known else None,
        "within": number.is_within if known else None,
    }
