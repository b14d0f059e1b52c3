"""Section of the page, and parts of it that may not be available."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hedgeresearch.errors import HedgeResearchError
from hedgeresearch.report.tables import Table
from hedgeresearch.report.traces import Figure

MAX_COLUMNS = 4
"""Instruments that a table has as columns; more become rows."""

Part = TypeVar("Part")


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
    missing : sentences that say which part of the section is not available, and why
    emphasized : names of rows of the tables that stand out
    """

    title: str
    texts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    figures: tuple[tuple[str, Figure], ...] = ()
    tables: tuple[tuple[str, Table], ...] = ()
    tables_first: bool = False
    missing: tuple[str, ...] = ()
    emphasized: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Points that are warnings."""
        return tuple(point for point in self.points if point.startswith("Warning"))

    @property
    def other_points(self) -> tuple[str, ...]:
        """Points that are not warnings."""
        return tuple(point for point in self.points if not point.startswith("Warning"))


class Parts:
    """Parts of a section: those that are available, and sentences on the others."""

    def __init__(self) -> None:
        self.missing: list[str] = []

    def get(self, name: str, compute: Callable[[], Part]) -> Part | None:
        """Return what a function computes; None, with a sentence, if the package refuses it.

        Parameters
        ----------
        name : name of the part at the start of the sentence, such as "Value at risk"
        compute : function without arguments
        """
        try:
            return compute()
        except HedgeResearchError as error:
            self.missing.append(f"{name} not available: {error}")
            return None


def section_or_reason(title: str, build: Callable[[], Section]) -> Section:
    """Return a section; one that the package refuses has its title and the reason."""
    parts = Parts()
    section = parts.get(title, build)
    return Section(title, missing=tuple(parts.missing)) if section is None else section
