"""Constraints on the ratios of a hedge: settings, their checks, and constraints on given hedges."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.optimization.nearest_feasible import Constraint, nearest_feasible_points
from hedgeresearch.typing import Array

Bound = float | Mapping[Any, float] | None
Exposures = Mapping[Any, Mapping[Any, float]]
BINDING_TOLERANCE = 1e-9
"""Distance to a constraint, relative to its terms, up to which it binds."""


@dataclass(frozen=True)
class ConstraintSettings:
    """Checked settings of constraints on the ratios of a hedge, as in ConstrainedHedge."""

    lower: Bound
    upper: Bound
    gross: float | None
    net: float | tuple[float, float] | None
    max_instruments: int | None
    neutral_to: Exposures | None


# --- checks of settings ---


def frozen_bound(bound: Any, name: str) -> Any:
    """Return a bound that cannot change, a number for all hedges or a mapping by hedge."""
    if bound is None:
        return None
    if not isinstance(bound, Mapping | pd.Series):
        check_between(bound, name, -math.inf, math.inf)
        return bound
    by_hedge = dict(bound.items())
    for hedge, value in by_hedge.items():
        check_between(value, f"{name} of {hedge!r}", -math.inf, math.inf)
    return FrozenMapping(by_hedge)


def checked_net(net: Any) -> Any:
    """Return a limit of the net ratio, a number or a tuple of minimum and maximum."""
    if not isinstance(net, tuple | list):
        check_between(net, "net", -math.inf, math.inf)
        return net
    for value in net:
        check_between(value, "each end of net", -math.inf, math.inf)
    if len(net) != 2 or net[0] > net[1]:
        raise DataError(f"net must be one number, or the minimum and the maximum; got {net!r}.")
    return tuple(net)


def frozen_exposures(neutral_to: Any) -> FrozenMapping[FrozenMapping[float]]:
    """Return exposures that cannot change, by factor and by name of asset or hedge."""
    if not isinstance(neutral_to, Mapping | pd.DataFrame):
        raise DataError(
            "neutral_to must map factors to exposures by name, such as {'duration': {'bond': 7.2, "
            f"'future': 8.1}}}}; got {type(neutral_to).__name__}."
        )
    exposures = {factor: dict(column.items()) for factor, column in neutral_to.items()}
    for factor, column in exposures.items():
        for name, value in column.items():
            check_between(value, f"the exposure of {name!r} to {factor!r}", -math.inf, math.inf)
    return FrozenMapping({factor: FrozenMapping(column) for factor, column in exposures.items()})


# --- constraints on given hedges ---


def constraints_of(settings: ConstraintSettings, asset: Any, hedges: list[Any]) -> list[Constraint]:
    """Return the constraints on the ratios of some hedges.

    Raises
    ------
    DataError
        If a bound names another hedge, or an exposure is missing.
    """
    return [
        *_bounds(settings, hedges),
        *_limits_of_all(settings, len(hedges)),
        *_neutrality(settings, asset, hedges),
    ]


def _bounds(settings: ConstraintSettings, hedges: list[Any]) -> Iterator[Constraint]:
    """Yield one constraint for each lower and each upper bound."""
    unit = np.eye(len(hedges))
    for label, given, sign in (("lower", settings.lower, -1.0), ("upper", settings.upper, 1.0)):
        for hedge, bound in _by_hedge(given, label, hedges):
            row = sign * unit[[hedges.index(hedge)]]
            description = f"{label} = {bound:g} of {hedge}"
            yield Constraint(label, description, row, np.array([sign * bound]))


def _limits_of_all(settings: ConstraintSettings, n_hedges: int) -> Iterator[Constraint]:
    """Yield the constraints on all ratios together: gross, net and their number."""
    no_rows = np.empty((0, n_hedges))
    nothing = np.empty(0)
    if settings.gross is not None:
        description = f"gross = {settings.gross:g}"
        yield Constraint("gross", description, no_rows, nothing, max_gross=settings.gross)
    if settings.net is not None:
        both = settings.net if isinstance(settings.net, tuple) else (settings.net, settings.net)
        low, high = both
        description = f"net = {low:g}" if low == high else f"net from {low:g} to {high:g}"
        rows = np.stack([-np.ones(n_hedges), np.ones(n_hedges)])
        yield Constraint("net", description, rows, np.array([-low, high]))
    if settings.max_instruments is not None:
        n = settings.max_instruments
        description = f"max_instruments = {n}"
        yield Constraint("max_instruments", description, no_rows, nothing, max_count=n)


def _neutrality(
    settings: ConstraintSettings, asset: Any, hedges: list[Any]
) -> Iterator[Constraint]:
    """Yield one constraint for each factor to which the hedged position has no exposure."""
    for factor, exposures in (settings.neutral_to or {}).items():
        of_asset = _exposure(exposures, asset, factor)
        of_hedges = np.array([_exposure(exposures, hedge, factor) for hedge in hedges])
        label = f"neutral to {factor}"
        rows = np.stack([-of_hedges, of_hedges])
        yield Constraint(label, label, rows, np.array([-of_asset, of_asset]))


def _by_hedge(bound: Any, name: str, hedges: list[Any]) -> list[tuple[Any, float]]:
    if bound is None:
        return []
    if not isinstance(bound, FrozenMapping):
        return [(hedge, bound) for hedge in hedges]
    unknown = [hedge for hedge in bound if hedge not in hedges]
    if unknown:
        raise DataError(f"{name} must name hedges, which are {hedges}; got {unknown[0]!r}.")
    return list(bound.items())


def _exposure(exposures: Mapping[Any, float], name: Any, factor: Any) -> float:
    if name not in exposures:
        raise DataError(
            "neutral_to must give the exposure of asset and hedges to each factor; "
            f"{name!r} has none to {factor!r}. Pass 0.0 where there is none."
        )
    return exposures[name]


def bounds_by_hedge(bound: Any, name: str, hedges: list[Any], otherwise: float) -> Array:
    """Return a bound of each hedge, (n_hedges,); ``otherwise`` for hedges without.

    Raises
    ------
    DataError
        If it names another hedge.
    """
    values = np.full(len(hedges), otherwise)
    for hedge, value in _by_hedge(bound, name, hedges):
        values[hedges.index(hedge)] = value
    return values


# --- what constraints do to a ratio ---


def binding_labels(
    constraints: Sequence[Constraint], ratio: Array, unconstrained: Array
) -> list[str]:
    """Return for each hedge the labels of the constraints that bind and concern it.

    Parameters
    ----------
    constraints : sequence of Constraint
    ratio : array (n_hedges,)
        The constrained ratio.
    unconstrained : array (n_hedges,)
    """
    labels: list[list[str]] = [[] for _ in ratio]
    for constraint in constraints:
        size = np.abs(constraint.rows) @ np.abs(ratio) + np.abs(constraint.upper)
        distance = np.abs(constraint.rows @ ratio - constraint.upper)
        concerned = constraint.rows[distance <= BINDING_TOLERANCE * size].any(axis=0)
        concerned |= np.abs(ratio).sum() >= constraint.max_gross * (1.0 - BINDING_TOLERANCE)
        too_many = np.count_nonzero(unconstrained) > constraint.max_count
        concerned |= too_many & (ratio == 0.0)
        for i in np.flatnonzero(concerned):
            labels[i].append(constraint.label)
    return [", ".join(own) for own in labels]


def conflicting(constraints: Sequence[Constraint], n_hedges: int) -> list[Constraint]:
    """Return constraints that cannot hold together, although they could without any one of them."""
    left = list(constraints)
    for constraint in constraints:
        fewer = [other for other in left if other is not constraint]
        if nearest_feasible_points(np.zeros((1, n_hedges)), np.eye(n_hedges)[None], fewer) is None:
            left = fewer
    return left
