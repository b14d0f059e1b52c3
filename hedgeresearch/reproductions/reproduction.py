"""Result of a reproduction: published numbers and ours, and a figure."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.reproductions.formatting import (
    as_printed,
    doi_address,
    escape_latex,
    last_digit,
    to_tolerance,
)
from hedgeresearch.reproductions.paper import Count, Number, Origin, Paper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROUNDING_TOLERANCE = 1e-12
"""Relative difference that the order of additions can make in sixteen digits."""


@exported_by("hedgeresearch.reproductions")
@dataclass(frozen=True, eq=False, repr=False)
class Reproduction:
    """Numbers of a published source, computed again.

    Attributes
    ----------
    name : name that :func:`reproduce` uses
    paper : Paper, its title, citation, DOI and known differences
    numbers : our numbers with the expected ones
    tables : further tables by caption, which are not published elsewhere
    shown : data of the figure
    draw : function that draws the figure

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hull = hr.reproduce("hull_jet_fuel")
    >>> hull.passed, int(hull.count("published").within), hull.tightest.quantity
    (True, 3, 'standard deviation of fuel, USD')
    >>> len(hull.compared), hull.shown_table.shape, hull.figure is not None
    (3, (6, 5), True)
    >>> "tabular" in hull.to_latex(), "Hull" in hull.reference
    (True, True)
    >>> hull.table[["published", "ours"]].round(4)
                                        published     ours
    quantity
    standard deviation of futures, USD     0.0313   0.0313
    standard deviation of fuel, USD        0.0263   0.0263
    correlation                            0.9280   0.9284
    minimum-variance ratio                    NaN   0.7777
    effectiveness                             NaN   0.8619
    contracts for 2 million gallons           NaN  37.0000
    >>> hull.verdict
    '3 of 3 published numbers within their tolerance (3 equal to the print)'
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
        """Numbers that have an expected value."""
        return [number for number in self.numbers if number.expected is not None]

    @property
    def passed(self) -> bool:
        """True if there are compared numbers and all are within their tolerance."""
        return bool(self.compared) and all(number.is_within for number in self.compared)

    def count(self, origin: Origin) -> Count:
        """Return how many numbers of one origin are within their tolerance."""
        own = [number for number in self.compared if number.origin == origin]
        within = sum(number.is_within for number in own)
        return Count(within, sum(map(self._equals_print, own)), len(own))

    @property
    def verdict(self) -> str:
        """Sentence on how many numbers are within their tolerance."""
        published = self.count("published")
        other = self.count("independent")
        recorded = self.count("recorded")
        if recorded.compared:
            return (
                f"{recorded.within} of {recorded.compared} recorded numbers within their tolerance"
            )
        if not published.compared:
            return (
                f"{other.within} of {other.compared} numbers of another program within their "
                "tolerance"
            )
        also = f", {other.within} of {other.compared} of another program" if other.compared else ""
        return (
            f"{published.within} of {published.compared} published numbers within their tolerance "
            f"({published.equal} equal to the print){also}"
        )

    @property
    def tightest(self) -> Number:
        """Number whose difference is the largest share of its tolerance."""
        return max(self.compared, key=lambda number: number.share_of_tolerance)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each number: expected, ours, difference, tolerance, within.

        Expected numbers are in the columns "published", "independent" (those of other programs) and
        "recorded" (those of an earlier run of this package). A column without numbers is left
        out; NaN stands where there is no number to compare with.
        """
        rows = {number.quantity: _row(number) for number in self.numbers}
        table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("quantity")
        empty = [origin for origin in get_args(Origin) if table[origin].isna().all()]
        return table.drop(columns=empty).astype({"within": "boolean"})

    @cached_property
    def figure(self) -> Figure:
        """Figure in the style of the package."""
        from matplotlib.figure import Figure

        from hedgeresearch.plotting import style

        with style():
            figure = Figure()
            self.draw(figure, self.shown)
        return figure

    @property
    def shown_table(self) -> pd.DataFrame:
        """Table as text, each number with one digit more than its tolerance."""
        table = self.table.astype(object)
        for number in self.numbers:
            table.loc[number.quantity] = [self._text(number, column) for column in table.columns]
        return table

    def to_latex(self) -> str:
        """Return the table for LaTeX with the package booktabs, with its source as the caption."""
        styled = self.shown_table.style.format_index(escape_latex).format(escape_latex)
        return str(
            styled.to_latex(
                hrules=True, caption=escape_latex(self.reference), label=f"tab:{self.name}"
            )
        )

    @property
    def reference(self) -> str:
        """Place where the numbers were read, and the source that they go back to."""
        doi = self.paper.doi
        link = f" {doi_address(doi)}" if doi else ""
        return f"Numbers: {self.paper.numbers_from}; after: {self.paper.citation}{link}"

    def _repr_html_(self) -> str:
        known = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.paper.differs)
        further = "".join(
            f"<p>Ours: {html.escape(caption)}</p>{table.to_html(float_format='{:.4g}'.format)}"
            for caption, table in self.tables.items()
        )
        return (
            f"<p><b>{html.escape(self.paper.title)}.</b> {html.escape(self.reference)}</p>"
            f"<ul>{known}</ul>{self.shown_table.to_html()}<p>{self.verdict}.</p>{further}"
        )

    def _equals_print(self, number: Number) -> bool:
        """Return whether our number, rounded, is the printed one."""
        assert number.expected is not None
        half_a_unit = 0.5 * last_digit(number.expected, self.paper.decimals)
        return abs(number.difference) <= half_a_unit + ROUNDING_TOLERANCE * abs(number.expected)

    def _text(self, number: Number, column: str) -> str:
        value = _row(number)[column]
        if value is None:
            return ""
        if column == "within":
            return "yes" if value else "NO"
        if column in get_args(Origin):
            return as_printed(value, self.paper.decimals)
        if column == "ours":
            return to_tolerance(value, number.tolerance)
        return f"{value:.1e}" if value else "0"


def _row(number: Number) -> dict[str, Any]:
    known = number.expected is not None
    expected = {
        origin: number.expected if number.origin == origin else None for origin in get_args(Origin)
    }
    return {
        **expected,
        "ours": number.ours,
        "difference": number.difference if known else None,
        "tolerance": number.tolerance if known else None,
        "within": number.is_within if known else None,
    }
