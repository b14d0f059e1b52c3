"""Section of the page."""

from __future__ import annotations

from dataclasses import dataclass

from hedgeresearch.report.tables import Table
from hedgeresearch.report.traces import Figure

MAX_COLUMNS = 4
"""Instruments that a table has as columns; more become rows."""


@dataclass(frozen=True, eq=False)
class Section:
    """Section of the page.

    Attributes
    ----------
    title : heading
    texts : paragraphs
    points : list below the paragraphs
    figures : caption and figure of each
    tables : caption and table of each
    tables_first : whether tables come before figures, so that in print they fill the page that a
        high figure leaves empty
    """

    title: str
    texts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    figures: tuple[tuple[str, Figure], ...] = ()
    tables: tuple[tuple[str, Table], ...] = ()
    tables_first: bool = False
