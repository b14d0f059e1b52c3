"""Maximum likelihood of time-varying ratios, and the record of its result."""

from __future__ import annotations

import numpy as np

from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.hedges.kalman.filter import FilterUnits
from hedgeresearch.hedges.kalman.likelihood import KalmanLikelihood
from hedgeresearch.hedges.kalman.standard_errors import KalmanErrors
from hedgeresearch.optimization.quasi_newton import Optimum, best_optimum, continue_or_restart
from hedgeresearch.typing import Array, Mask


def maximize_kalman(likelihood: KalmanLikelihood, warm: Array | None) -> Optimum:
    """Return the optimum, searched from all starts, or first from a point near it.

    Raises
    ------
    ConvergenceError
        If no start reaches an optimum.
    """

    def search_all() -> Optimum:
        starts = likelihood.starts()
        values = [-likelihood.profile(start).log_likelihood for start in starts]
        return _best_of(likelihood, [starts[i] for i in np.argsort(values, kind="stable")])

    if warm is None:
        return search_all()
    return continue_or_restart(lambda: _best_of(likelihood, [warm]), search_all)


def _best_of(likelihood: KalmanLikelihood, starts: list[Array]) -> Optimum:
    """Return the optimum from the first start, or the best of all if that lies on a bound."""
    optima: list[Optimum] = []
    for start in starts:
        reached = likelihood.search_from(start, [one for one in optima if one.converged])
        if reached is not None:
            optima.append(reached)
        if optima[0].converged and optima[0].free.all():
            break
    return best_optimum(likelihood, optima, likelihood.bounds, "a time-varying hedge ratio")


def kalman_estimates(
    likelihood: KalmanLikelihood, optimum: Optimum, units: FilterUnits, hedges: list[str]
) -> Estimates:
    """Return the parameters by name, in the units of returns.

    Volatilities are standard deviations per date.
    """
    profile = likelihood.profile(optimum.point)
    free, bounds = free_parameters(likelihood, optimum, hedges)
    n_contrasts = len(likelihood.columns) - 1 - len(hedges)
    return Estimates(
        values=_values_by_name(likelihood, optimum.point, units, hedges),
        n_dates=len(likelihood.columns),
        log_likelihood=profile.log_likelihood - n_contrasts * np.log(units.asset),
        # The first ratios of random walks are estimated, but they are not parameters.
        n_targets=0 if likelihood.mean_reverting else len(hedges),
        gradient_norm=optimum.gradient_norm,
        bounds=bounds,
        errors=KalmanErrors(likelihood, optimum.point, free, units.ratio),
    )


def _values_by_name(
    likelihood: KalmanLikelihood, point: Array, units: FilterUnits, hedges: list[str]
) -> dict[str, float]:
    profile = likelihood.profile(point)
    dynamics = likelihood.dynamics(point)
    level = units.coefficients + units.ratio * profile.coefficients
    residual = np.sqrt(profile.variance)
    volatility = residual * np.sqrt(dynamics.step_variances) * units.ratio[1:]
    values = {"constant": float(level[0])}
    if likelihood.mean_reverting:
        values |= _labeled("mean", hedges, level[1:])
    values["residual volatility"] = float(residual * units.asset)
    values |= _labeled("ratio volatility", hedges, volatility)
    if likelihood.mean_reverting:
        values |= _labeled("persistence", hedges, dynamics.persistence)
    return values


def _labeled(label: str, hedges: list[str], values: Array) -> dict[str, float]:
    return {f"{label} {name}": float(value) for name, value in zip(hedges, values, strict=True)}


def free_parameters(
    likelihood: KalmanLikelihood, optimum: Optimum, hedges: list[str]
) -> tuple[Mask, tuple[str, ...]]:
    """Return which coordinates are free, (n_parameters,), and the bounds that hold the others.

    The persistence of a ratio without steps is not identified, and so neither free nor on a bound.
    """
    n = len(hedges)
    at_low = optimum.point <= np.array(likelihood.bounds)[:, 0]
    free = optimum.free.copy()
    bounds = []
    for i, is_free in enumerate(optimum.free):
        without_steps = i >= n and at_low[i - n] and not optimum.free[i - n]
        if without_steps:
            free[i] = False
        elif not is_free and i < n:
            name = f"ratio volatility {hedges[i]}" if at_low[i] else "residual volatility"
            bounds.append(f"{name} = 0")
        elif not is_free:
            bounds.append(f"persistence {hedges[i - n]} = {0 if at_low[i] else 1}")
    return free, tuple(bounds)
