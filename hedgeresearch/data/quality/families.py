"""The families of checks, and which of them apply to which data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hedgeresearch.data.quality.checks.closes import find_other_closes
from hedgeresearch.data.quality.checks.gaps import find_gaps
from hedgeresearch.data.quality.checks.levels import find_levels, find_persistent
from hedgeresearch.data.quality.checks.outliers import find_outliers
from hedgeresearch.data.quality.checks.similar import find_similar
from hedgeresearch.data.quality.checks.stale import find_stale
from hedgeresearch.data.quality.checks.unit_changes import find_unit_changes
from hedgeresearch.data.quality.checks.units import find_percent
from hedgeresearch.data.quality.first_look import needs_a_closer_look
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes


@dataclass(frozen=True)
class FamilySet:
    """Checks that apply to some data.

    Attributes
    ----------
    levels : {"refuse", "warn"}
        Whether columns that can only be levels are refused; regimes may be those of an indicator,
        of which only one that moves like a price is worth a warning.
    units : {"all", "mixed"} or None
        Whether per cent matters in every column, only where others are fractions, or not.
    hedged : bool
        Whether the first column is an asset that the others hedge.
    closes : bool
        Whether asset and hedges need simultaneous closes.
    """

    levels: Literal["refuse", "warn"] = "refuse"
    units: Literal["all", "mixed"] | None = "all"
    hedged: bool = True
    closes: bool = True


OF_HEDGES = FamilySet()
"""Checks of the returns of an asset and its hedges."""
OF_LATE_HEDGES = FamilySet(closes=False)
"""Checks of returns for a model that allows for closes at other times."""
OF_SEVERAL = FamilySet(units="mixed", hedged=False, closes=False)
"""Checks of the returns of several series, for a covariance."""
OF_ONE = FamilySet(units=None, hedged=False, closes=False)
"""Checks of the returns of one series, for a volatility: its unit is that of the returns."""
OF_REGIMES = FamilySet(levels="warn", units=None, hedged=False, closes=False)
"""Checks of the observations of a regime model: returns or indicators."""


def find_problems(changes: Changes, families: FamilySet) -> list[DataProblem]:
    """Return all problems of the changes of series, those to be refused first."""
    if families.levels == "warn":
        return _problems_of_observations(changes)
    problems: list[DataProblem] = []
    if needs_a_closer_look(changes):
        problems = find_levels(changes)
        if any(problem.severity == "refuse" for problem in problems):
            return problems  # what else is found in prices means nothing
        problems += _problems_of_units(changes, families)
        problems += [*find_unit_changes(changes), *find_stale(changes)]
        problems += [*find_outliers(changes), *find_gaps(changes)]
    if families.hedged and len(changes.names) > 1:
        problems += find_similar(changes.covariance, changes.names)
    if families.closes and len(changes.names) > 1:
        problems += find_other_closes(changes)
    return problems


def _problems_of_units(changes: Changes, families: FamilySet) -> list[DataProblem]:
    if families.units is None:
        return []
    problems = find_percent(changes)
    if families.units == "mixed":
        return [one for one in problems if len(one.columns) < len(changes.names)]
    return problems


def _problems_of_observations(changes: Changes) -> list[DataProblem]:
    """Return the problems of what a regime model observes; labels and indicators have none."""
    problems = find_persistent(changes)
    signed = np.flatnonzero((changes.lowest < 0.0) & (changes.highest > 0.0))
    if len(signed):
        names = [changes.names[j] for j in signed]
        returns = Changes(changes.values[:, signed], changes.dates, names, changes.kind)
        problems += [*find_stale(returns), *find_outliers(returns)]
    return problems
