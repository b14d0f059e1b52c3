"""What a reproduction is made of: where the numbers were printed, and ours beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import pandas as pd

Origin = Literal["published", "independent"]


class Paper(NamedTuple):
    """Where numbers were published, and what is known about reproducing them.

    ``citation`` is of the source that they go back to; ``numbers_from`` says where they were really read. ``files`` are
    downloaded; ``package`` is another one that holds the data; ``differs`` are sentences on what is known to differ;
    ``decimals`` the fewest that are printed, where zeros may end a number; ``replications`` the simulated samples of a
    Monte Carlo study, None of anything else; ``seconds`` the order of its time on two cores.
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


class Number(NamedTuple):
    """One number of ours beside the one it should equal, within ``tolerance``; None where nobody has published one.

    ``origin`` is "published" for a number that was read in its source, "independent" for one of another program.
    """

    quantity: str
    expected: float | None
    ours: float
    tolerance: float = 0.0
    origin: Origin = "published"

    @property
    def difference(self) -> float:
        """Ours less the expected one; NaN if there is none."""
        return math.nan if self.expected is None else self.ours - self.expected

    @property
    def is_within(self) -> bool:
        """Whether ours is within the tolerance."""
        return abs(self.difference) <= self.tolerance

    @property
    def share_of_tolerance(self) -> float:
        """The difference as a share of the tolerance; infinite for no number."""
        if self.tolerance > 0.0 and math.isfinite(self.ours):
            return abs(self.difference) / self.tolerance
        return 0.0 if self.difference == 0.0 else math.inf


class Count(NamedTuple):
    """Of the numbers of one origin: how many are within their tolerance, equal to all printed digits, compared."""

    within: int
    equal: int
    compared: int


class Findings(NamedTuple):
    """What running a reproduction gives: numbers, further tables of ours by caption, and what its figure shows."""

    numbers: tuple[Number, ...]
    shown: Any
    tables: Mapping[str, pd.DataFrame] = {}
