"""Columns that every model refuses, or that are no prices: constant, collinear, and volumes."""

from __future__ import annotations

import numpy as np

from hedgeresearch._validation.collinearity import collinear_names
from hedgeresearch._validation.frames import CONSTANT_TOLERANCE
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.data.quality.words import listed


def find_degenerate(changes: Changes) -> list[DataProblem]:
    """Return the columns that do not vary, and the hedges that are one instrument exactly."""
    size = np.maximum(np.abs(changes.lowest), np.abs(changes.highest))
    constant = changes.highest - changes.lowest <= CONSTANT_TOLERANCE * size
    problems = [_constant(changes, j) for j in np.flatnonzero(constant).tolist()]
    hedges = 1 + np.flatnonzero(~constant[1:])
    if len(hedges) > 1:
        names = [changes.names[j] for j in hedges]
        alike = collinear_names(changes.covariance[np.ix_(hedges, hedges)], names)
        if alike:
            problems.append(_collinear(alike))
    return problems


def find_volumes(levels: Changes) -> list[DataProblem]:
    """Return the columns among prices that are volumes by their names."""
    found = [name for name in levels.names if "volume" in _words(name)]
    if not found:
        return []
    return [
        DataProblem(
            kind="volume",
            severity="warn",
            columns=tuple(found),
            dates=(),
            size=float(len(found)),
            message=(
                f"columns must be prices; {listed(found)} by name is not. Volume is no price."
            ),
            remedy="Keep the columns of prices only, such as data['Close'].",
        )
    ]


def _words(name: object) -> list[str]:
    """Return the words of the name of a column in lower case; it may have several levels."""
    parts = name if isinstance(name, tuple) else (name,)
    return " ".join(map(str, parts)).lower().replace("_", " ").split()


def _constant(changes: Changes, j: int) -> DataProblem:
    value = float(changes.lowest[j])
    return DataProblem(
        kind="constant",
        severity="refuse",
        columns=(changes.names[j],),
        dates=(),
        size=value,
        message=(
            f"every column must move; {listed([changes.names[j]])} does not, "
            f"its change is {value:.4g} on all dates."
        ),
        remedy="Leave it out.",
    )


def _collinear(alike: list[str]) -> DataProblem:
    return DataProblem(
        kind="collinear",
        severity="refuse",
        columns=tuple(alike),
        dates=(),
        size=float(len(alike)),
        message=(
            f"hedges must not be collinear; {listed(alike)} are: one is a multiple of the other, "
            "or a sum of the others."
        ),
        remedy="Leave one of them out.",
    )
