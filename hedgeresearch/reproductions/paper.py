"""Records of a reproduction: its source, its numbers and its findings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import pandas as pd

Origin = Literal["published", "independent", "recorded"]


class Paper(NamedTuple):
    """Source of published numbers, and what is known about reproducing them.

    Attributes
    ----------
    title : title of the reproduction
    citation : the source that the numbers go back to
    doi : DOI of the source
    numbers_from : where the numbers were read
    files : names of data files that are downloaded
    package : another package that has the data
    differs : sentences on known differences
    decimals : minimum number of printed decimals, where zeros may end a number
    replications : simulated samples of a Monte Carlo study; None for anything else
    seconds : order of the run time on two cores
    resumable : whether it is a study of many minutes, whose finished work can be kept in a folder
    """

    title: str
    citation: str
    doi: str | None
    numbers_from: str
    files: tuple[str, ...] = ()
    package: str | None = None
    differs: tuple[str, ...] = ()
    decimals: int = 0
    replications: int | None = None
    seconds: float = 1.0
    resumable: bool = False


class Number(NamedTuple):
    """Number of ours and the one it should equal within a tolerance.

    Attributes
    ----------
    quantity : its name
    expected : number of the source; None if none is published
    ours : number that was computed
    tolerance : largest difference allowed
    origin : "published" if the expected number was read in its source, "independent" if another
        program computed it, "recorded" if this package did in an earlier run
    """

    quantity: str
    expected: float | None
    ours: float
    tolerance: float = 0.0
    origin: Origin = "published"

    @property
    def difference(self) -> float:
        """Our number less the expected one; NaN if there is none."""
        return math.nan if self.expected is None else self.ours - self.expected

    @property
    def is_within(self) -> bool:
        """True if the difference is within the tolerance."""
        return abs(self.difference) <= self.tolerance

    @property
    def share_of_tolerance(self) -> float:
        """Difference as a share of the tolerance; infinite if our number is not finite."""
        if self.tolerance > 0.0 and math.isfinite(self.ours):
            return abs(self.difference) / self.tolerance
        return 0.0 if self.difference == 0.0 else math.inf


class Count(NamedTuple):
    """Numbers of one origin: within their tolerance, equal to all printed digits, compared."""

    within: int
    equal: int
    compared: int


class Findings(NamedTuple):
    """Result of running a reproduction: numbers, data of its figure, further tables by caption."""

    numbers: tuple[Number, ...]
    shown: Any
    tables: Mapping[str, pd.DataFrame] = {}
