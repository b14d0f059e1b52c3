"""The constraints of a hedge: settings checked and frozen, then rows over the hedges that there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class ConstraintSettings:
    """The settings of constraints on the ratios of a hedge, checked, as in ConstrainedHedge."""

    lower: Bound
    upper: Bound
    gross: float | None
    net: float | tuple[float, float] | None
    max_instruments: int | None
    neutral_to: Exposures | None


def frozen_bound(bound: Any, name: str) -> Any:
    """A bound as given for all hedges, or by hedge."""
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
    """A number, or two in their order."""
    if not isinstance(net, tuple | list):
        check_between(net, "net", -math.inf, math.inf)
        return net
    for value in net:
        check_between(value, "each end of net", -math.inf, math.inf)
    if len(net) != 2 or net[0] > net[1]:
        raise DataError(f"net must be one number, or the least and the greatest; got {net!r}.")
    return tuple(net)


def frozen_exposures(neutral_to: Any) -> FrozenMapping[FrozenMapping[float]]:
    """Exposures by factor and name."""
    if not isinstance(neutral_to, Mapping | pd.DataFrame):
        raise DataError(
            "neutral_to must map factors to exposures by name, such as {'duration': {'bond': 7.2, 'future': 8.1}}; "
            f"got {type(neutral_to).__name__}."
        )
    exposures = {factor: dict(column.items()) for factor, column in neutral_to.items()}
    for factor, column in exposures.items():
        for name, value in column.items():
            check_between(value, f"the exposure of {name!r} to {factor!r}", -math.inf, math.inf)
    return FrozenMapping({factor: FrozenMapping(column) for factor, column in exposures.items()})


def constraints_of(settings: ConstraintSettings, asset: Any, hedges: list[Any]) -> list[Constraint]:
    """Return the constraints on the ratios of the hedges that there are."""
    n, found = len(hedges), []
    bounds = (("lower", settings.lower, -1.0), ("upper", settings.upper, 1.0))
    for label, given, sign in bounds:
        for hedge, bound in _by_hedge(given, label, hedges):
            row = sign * np.eye(n)[[hedges.index(hedge)]]
            found.append(
                Constraint(label, f"{label} = {bound:g} of {hedge}", row, np.array([sign * bound]))
            )
    nothing = np.empty((0, n)), np.empty(0)
    if settings.gross is not None:
        found.append(
            Constraint("gross", f"gross = {settings.gross:g}", *nothing, max_gross=settings.gross)
        )
    if settings.net is not None:
        low, high = (
            settings.net if isinstance(settings.net, tuple) else (settings.net, settings.net)
        )
        rows = np.stack([-np.ones(n), np.ones(n)])
        words = f"net = {low:g}" if low == high else f"net from {low:g} to {high:g}"
        found.append(Constraint("net", words, rows, np.array([-low, high])))
    if settings.max_instruments is not None:
        words = f"max_instruments = {settings.max_instruments}"
        found.append(
            Constraint("max_instruments", words, *nothing, max_count=settings.max_instruments)
        )
    for factor, exposures in (settings.neutral_to or {}).items():
        of_asset, *of_hedges = (_exposure(exposures, name, factor) for name in [asset, *hedges])
        rows = np.stack([-np.array(of_hedges), np.array(of_hedges)])
        label = f"neutral to {factor}"
        found.append(Constraint(label, label, rows, np.array([-of_asset, of_asset])))
    return found


def held_by(constraints: list[Constraint], ratio: Array, asked: Array) -> list[str]:
    """For each hedge, the constraints that bind at a ratio (n_hedges,) and speak of it."""
    tight: list[list[str]] = [[] for _ in ratio]
    for constraint in constraints:
        reach = np.abs(constraint.rows) @ np.abs(ratio) + np.abs(constraint.upper)
        binding = np.abs(constraint.rows @ ratio - constraint.upper) <= 1e-9 * reach
        speaks = constraint.rows[binding].any(axis=0)
        speaks |= np.abs(ratio).sum() >= constraint.max_gross * (1.0 - 1e-9)
        speaks |= (np.count_nonzero(asked) > constraint.max_count) & (ratio == 0.0)
        for i in np.flatnonzero(speaks):
            tight[i].append(constraint.label)
    return [", ".join(labels) for labels in tight]


def conflict(constraints: Sequence[Constraint], n_hedges: int) -> list[Constraint]:
    """Constraints that cannot hold together while any one of them fewer could."""
    left = list(constraints)
    for constraint in constraints:
        fewer = [other for other in left if other is not constraint]
        if nearest_feasible_points(np.zeros((1, n_hedges)), np.eye(n_hedges)[None], fewer) is None:
            left = fewer
    return left


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
            f"neutral_to must give the exposure of asset and hedges to each factor; {name!r} has none to {factor!r}. "
            "Give 0.0 where there is none."
        )
    return exposures[name]
