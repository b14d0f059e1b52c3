"""What a page is made of."""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch.report.figures import Figure
from hedgeresearch.report.tables import Table


@dataclass(frozen=True, eq=False)
class Section:
    """A part of the page.

    Attributes
    ----------
    title : its head
    texts : paragraphs
    points : a list below them
    figures : caption and figure of each
    tables : caption and table of each
    tables_first : whether they stand above the figures: in print they fill a page that a high figure leaves open
    """

    title: str
    texts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    figures: tuple[tuple[str, Figure], ...] = ()
    tables: tuple[tuple[str, Table], ...] = ()
    tables_first: bool = False
