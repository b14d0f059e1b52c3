"""Hedges that are nearly one instrument, or nearly the asset."""

from __future__ import annotations

import numpy as np

from hedgeresearch._constants import HEDGED_BY_THEMSELVES
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.words import listed
from hedgeresearch.typing import Array

MAX_INFLATION = 2500.0
"""Factor on the variance of a ratio, from the likeness of hedges, that is not worth a word.

Errors of such a ratio are 50 times those of a hedge alone: 0.5 instead of 0.01.
"""
MIN_OWN_SHARE = 1e-6
"""Share of the variance of a hedge that the asset must leave, 1 - correlation^2."""


def find_similar(covariance: Array, names: list[str]) -> list[DataProblem]:
    """Return hedges that are nearly one instrument or nearly the asset.

    Parameters
    ----------
    covariance : array (1 + n_hedges, 1 + n_hedges), the asset first
    names : list, 1 + n_hedges names
    """
    if len(names) == 2:
        variances = covariance[0, 0] * covariance[1, 1]
        if not covariance[0, 1] ** 2 > (1.0 - MIN_OWN_SHARE) * variances:
            return []
    scale = np.sqrt(np.diag(covariance))
    if not scale.all():
        return []
    correlation = covariance / np.outer(scale, scale)
    return [*_same_as_asset(correlation, names), *_same_hedges(correlation[1:, 1:], names[1:])]


def _same_as_asset(correlation: Array, names: list[str]) -> list[DataProblem]:
    if str(names[0]).startswith(HEDGED_BY_THEMSELVES):
        return []
    own = 1.0 - correlation[0, 1:] ** 2
    problems = []
    for j in np.flatnonzero(own < MIN_OWN_SHARE).tolist():
        name = names[1 + j]
        problems.append(
            DataProblem(
                kind="asset itself",
                severity="warn",
                columns=(names[0], name),
                dates=(),
                size=float(correlation[0, 1 + j]),
                message=(
                    f"a hedge should be another instrument; {name!r} is {names[0]!r} itself or a "
                    f"multiple of it (correlation {correlation[0, 1 + j]:.6f})."
                ),
                remedy=f"Leave {name!r} out, unless it can be traded apart from the asset.",
            )
        )
    return problems


def _same_hedges(correlation: Array, names: list[str]) -> list[DataProblem]:
    if len(names) < 2:
        return []
    values, vectors = np.linalg.eigh(correlation)
    if not values[0] > 0.0:
        return []  # an exact dependence is refused where it matters
    inflation = (vectors**2 / values).sum(axis=1)
    involved = np.flatnonzero(inflation > MAX_INFLATION)
    if not len(involved):
        return []
    condition = float(values[-1] / values[0])
    alike = [names[j] for j in involved]
    own = 1.0 / np.sqrt(inflation[involved].max())
    return [
        DataProblem(
            kind="same instrument",
            severity="warn",
            columns=tuple(alike),
            dates=(),
            size=condition,
            message=(
                f"hedges should differ; {listed(alike)} are nearly one instrument (condition "
                f"number {condition:,.0f}): what distinguishes them is {own:.2g} of the "
                "volatility of one, so that their ratios are large and of opposite sign."
            ),
            remedy="Leave one of them out, or limit them with ConstrainedHedge.",
        )
    ]
