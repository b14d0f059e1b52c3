"""What a reproduction is: where the numbers were printed, ours beside them, and the figure."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Paper(NamedTuple):
    """Where numbers were published, and what is known about reproducing them.

    ``files`` are downloaded; ``differs`` are sentences on what is known to differ; ``replications`` are the simulated
    samples of a Monte Carlo study, None of anything else; ``seconds`` the order of its time on two cores.
    """

    title: str
    citation: str
    doi: str | None
    files: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    replications: int | None = None
    seconds: float = 1.0


class Number(NamedTuple):
    """One number of ours beside the one it should equal, within ``tolerance``; None where nobody has published one.

    ``origin`` is "published" for a number that was read in its source, "independent" for one of another program.
    """

    quantity: str
    expected: float | None
    ours: float
    tolerance: float = 0.0
    origin: Literal["published", "independent"] = "published"


class Findings(NamedTuple):
    """What running a reproduction gives: numbers, further tables of ours by caption, and what its figure shows."""

    numbers: tuple[Number, ...]
    shown: Any
    tables: Mapping[str, pd.DataFrame] = {}


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
        return bool(self.compared) and all(map(_is_within, self.compared))

    @property
    def verdict(self) -> str:
        """How many numbers are within their tolerance, in words."""
        inside = sum(map(_is_within, self.compared))
        return f"{inside} of {len(self.compared)} numbers within their tolerance"

    @property
    def largest_difference(self) -> Number:
        """The compared number that lies furthest from what it should be, measured in its tolerance."""
        return max(self.compared, key=_share_of_tolerance)

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
            table.loc[number.quantity] = [_text(number, column) for column in table.columns]
        return table

    def to_latex(self) -> str:
        """The table for a paper, with its citation as caption; needs the LaTeX package booktabs."""
        styled = self.shown_table.style.format_index(escape="latex").format(escape="latex")
        return str(styled.to_latex(hrules=True, caption=_escape_latex(self.reference), label=f"tab:{self.name}"))

    @property
    def reference(self) -> str:
        """Citation and DOI."""
        return self.paper.citation + (f" https://doi.org/{self.paper.doi}" if self.paper.doi else "")

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


def _is_within(number: Number) -> bool:
    return number.expected is not None and abs(number.ours - number.expected) <= number.tolerance


def _share_of_tolerance(number: Number) -> float:
    assert number.expected is not None
    difference = abs(number.ours - number.expected)
    return difference / number.tolerance if number.tolerance > 0 else (0.0 if difference == 0 else math.inf)


def _row(number: Number) -> dict[str, Any]:
    known = number.expected is not None
    return {
        "published": number.expected if number.origin == "published" else None,
        "independent": number.expected if number.origin == "independent" else None,
        "ours": number.ours,
        "difference": number.ours - number.expected if number.expected is not None else None,
        "tolerance": number.tolerance if known else None,
        "within": _is_within(number) if known else None,
    }


def _text(number: Number, column: str) -> str:
    value = _row(number)[column]
    if value is None:
        return ""
    if column == "within":
        return "yes" if value else "NO"
    if column in ("published", "independent"):
        return f"{value:.12g}"
    if column == "ours":
        return _rounded(value, number.tolerance)
    return f"{value:.1e}" if value else "0"


def _rounded(value: float, tolerance: float) -> str:
    """A value to one digit beyond its tolerance."""
    if tolerance <= 0:
        return f"{value:.6g}"
    return f"{value:.{max(1 - math.floor(math.log10(tolerance)), 0)}f}"


def _escape_latex(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "&%$#_{}" else letter for letter in text)
