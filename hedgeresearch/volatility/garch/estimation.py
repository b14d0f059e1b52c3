"""Estimation of GARCH(1,1) on an array of returns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.garch import garch_residuals
from hedgeresearch.estimation.influence import Sensitivities, parameter_influence
from hedgeresearch.optimization.quasi_newton import Optimum, continue_or_restart, maximize
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.likelihood import (
    GARCHLikelihood,
    backcast_start,
    scores_by_date,
)
from hedgeresearch.volatility.garch.parameters import (
    BOX,
    GARCHLayout,
    box_jacobian,
    from_box,
)
from hedgeresearch.volatility.garch.standard_errors import (
    check_error_kind,
    covariance_by_kind,
    observed_information,
)
from hedgeresearch.volatility.garch.state import GARCHState

OUTLIER = 10.0
"""Size of a return, in standard deviations of the sample, that may make a local optimum."""
BAD_NEWS = 4
"""Coordinate of the share of bad news, which a symmetric model holds at one half."""
CLEAR_GAIN = 10.0
"""Gain in log-likelihood over a constant variance below which local optima are common."""


def _starting_point(persistence: float, news: float, bad: float) -> Array:
    """Return a point of the box whose unconditional variance is one."""
    return np.array([0.0, np.log(1.0 - persistence), persistence, news, bad, 0.1])


STARTS = [
    _starting_point(persistence, news, 0.6)
    for persistence, news in (
        (0.5, 0.05),
        (0.5, 0.2),
        (0.9, 0.05),
        (0.9, 0.2),
        (0.98, 0.05),
        (0.98, 0.2),
    )
]
"""Points at which every search begins."""
FURTHER_STARTS = [
    _starting_point(persistence, news, bad)
    for persistence, news, bad in (
        (0.2, 0.5, 0.1),
        (0.2, 0.5, 0.9),
        (0.7, 0.02, 0.1),
        (0.7, 0.02, 0.9),
        (0.99, 0.01, 0.1),
        (0.99, 0.01, 0.9),
        (0.9, 0.4, 0.1),
        (0.9, 0.4, 0.9),
    )
]
"""More points, for samples in which local optima are common."""


@dataclass(frozen=True, eq=False)
class GARCHEstimate:
    """GARCH(1,1) estimated on one series.

    Attributes
    ----------
    layout : GARCHLayout
        Which parameters were estimated.
    point : array (6,)
        Optimum in the box of the search.
    unit_parameters : array (6,)
        mu, omega, alpha, gamma, beta and nu for the series of unit variance.
    center, scale : float
        Number subtracted from the returns, and number they are divided by, for unit variance.
    unit_returns : array (n_dates,)
        The series of unit variance.
    log_likelihood : float
        Log-likelihood, in the units of the returns.
    gradient_norm : float
        Largest component of the projected gradient, per date, in unit variance.
    bounds_hit : tuple of str
        Bounds on which the estimate lies, as formulas.
    tangent : array (6, n_free)
        Directions in which the parameters can move.
    """

    layout: GARCHLayout
    point: Array
    unit_parameters: Array
    center: float
    scale: float
    unit_returns: Array
    log_likelihood: float
    gradient_norm: float
    bounds_hit: tuple[str, ...]
    tangent: Array

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, (k,)."""
        return self.layout.names

    @property
    def parameters(self) -> Array:
        """Estimates, (k,), in the units of the returns."""
        return np.asarray(self._in_return_units(self.unit_parameters)[self.layout.kept])

    @property
    def initial_state(self) -> GARCHState:
        """State before the first date of the sample."""
        return self._initial_state_at(self.unit_parameters)

    def initial_state_after(self, change: Array) -> GARCHState:
        """Return the initial state after a change (k,) of the parameters."""
        changed = self.unit_parameters.copy()
        changed[self.layout.kept] += change / self._units[self.layout.kept]
        return self._initial_state_at(changed)

    def sensitivities(self) -> Sensitivities:
        """Return how parameters react to each date, and standardized residuals to parameters."""
        kept = self.layout.kept
        units = self._units[kept]
        information = observed_information(self.unit_parameters, self.unit_returns, kept)
        scores = scores_by_date(self.unit_parameters, self.unit_returns)[:, kept]
        by_date = parameter_influence(scores, information, self.tangent[kept])
        recursion = self.unit_parameters[:5]
        start = backcast_start(recursion, self.unit_returns)
        _, derivatives = garch_residuals(recursion, self.unit_returns, *start)
        # residuals do not depend on the degrees of freedom
        derivatives = np.vstack([derivatives, np.zeros_like(self.unit_returns)])
        return Sensitivities(by_date * units, derivatives[kept] / units[:, None])

    def check_error_kind(self, kind: str) -> None:
        """Refuse a kind of standard errors that does not exist, or not for the density."""
        check_error_kind(kind, student=self.layout.student)

    def covariance(self, kind: str = "robust") -> Array:
        """Return the sampling covariance (k, k) of the parameters, in the units of the returns.

        It is NaN for parameters at a bound. ``standard_errors`` describes the kinds.
        """
        kept = self.layout.kept
        units = self._units[kept]
        covariance = covariance_by_kind(
            kind, self.unit_parameters, self.unit_returns, kept, self.tangent[kept]
        )
        return covariance * np.outer(units, units)

    def _initial_state_at(self, unit_parameters: Array) -> GARCHState:
        first, _ = backcast_start(unit_parameters[:5], self.unit_returns)
        parameters = self._in_return_units(unit_parameters)
        return GARCHState(parameters[:5], first * self.scale**2, float(parameters[5]))

    def _in_return_units(self, unit_parameters: Array) -> Array:
        shift = np.array([self.center, 0.0, 0.0, 0.0, 0.0, 0.0])
        return np.asarray(unit_parameters * self._units + shift)

    @property
    def _units(self) -> Array:
        return np.array([self.scale, self.scale**2, 1.0, 1.0, 1.0, 1.0])


def estimate_garch(
    layout: GARCHLayout, returns: Array, warm_start: GARCHEstimate | None = None
) -> GARCHEstimate:
    """Maximize the quasi-likelihood of one series (n_dates,), in any unit.

    The search begins at the optimum of ``warm_start``, if given.

    Raises
    ------
    ConvergenceError
        If no search reaches an optimum.
    """
    center, scale = _center_and_scale(returns, layout.constant_mean)
    unit_returns = (returns - center) / scale
    optimum, point = maximize_garch(
        GARCHLikelihood(unit_returns, layout.coordinates),
        None if warm_start is None else warm_start.point[layout.coordinates],
    )
    parameters, nu = from_box(point)
    searched = zip(layout.coordinates, optimum.free, strict=True)
    held = [coordinate for coordinate, is_free in searched if not is_free]
    free = [coordinate for coordinate in layout.coordinates if coordinate not in held]
    return GARCHEstimate(
        layout=layout,
        point=point,
        unit_parameters=np.append(parameters, nu),
        center=center,
        scale=scale,
        unit_returns=unit_returns,
        log_likelihood=optimum.log_likelihood - len(unit_returns) * np.log(scale),
        gradient_norm=optimum.gradient_norm,
        bounds_hit=tuple(layout.bound_formula(i, point[i]) for i in held),
        tangent=box_jacobian(point)[:, free],
    )


def maximize_garch(
    likelihood: GARCHLikelihood, warm_start: Array | None = None
) -> tuple[Optimum, Array]:
    """Return the optimum of a likelihood, and the full point (6,) of the box.

    A search from the coordinates ``warm_start`` is enough if it ends inside the box.
    """
    if warm_start is None:
        optimum = _multistart_search(likelihood)
    else:
        optimum = continue_or_restart(
            lambda: _local_search(likelihood, [warm_start]),
            lambda: _multistart_search(likelihood),
        )
    return optimum, likelihood.full_point(optimum.point)


def _center_and_scale(returns: Array, constant_mean: bool) -> tuple[float, float]:
    """Return what makes a series one of unit variance, about its mean or about zero."""
    if constant_mean:
        return returns.mean(), returns.std()
    return 0.0, np.sqrt(np.mean(returns**2))


def _multistart_search(likelihood: GARCHLikelihood) -> Optimum:
    """Search from the usual starts, and from more where the best may be a local optimum."""
    optimum = _local_search(likelihood, _restricted(STARTS, likelihood.coordinates))
    constant = likelihood.full_point(optimum.point)
    constant[1:3] = 0.0  # omega = 1 and no persistence
    at_constant = likelihood(constant[likelihood.coordinates])
    is_unclear = optimum.log_likelihood - at_constant.n_dates * at_constant.value < CLEAR_GAIN
    if is_unclear or np.abs(likelihood.unit_returns).max() > OUTLIER:
        starts = _restricted([*STARTS, *FURTHER_STARTS], likelihood.coordinates)
        if BAD_NEWS in likelihood.coordinates:
            starts.append(_symmetric_optimum(likelihood)[likelihood.coordinates])
        return _local_search(likelihood, starts, try_all_starts=True)
    return optimum


def _symmetric_optimum(likelihood: GARCHLikelihood) -> Array:
    """Return the optimum without asymmetry, a point (6,) of the box that an asymmetric model has.

    An asymmetric model that also starts there is not below the model that it nests.
    """
    coordinates = [one for one in likelihood.coordinates if one != BAD_NEWS]
    symmetric = replace(likelihood, coordinates=coordinates)
    return symmetric.full_point(_multistart_search(symmetric).point)


def _local_search(
    likelihood: GARCHLikelihood, starts: list[Array], *, try_all_starts: bool = False
) -> Optimum:
    bounds = [BOX[coordinate] for coordinate in likelihood.coordinates]
    return maximize(likelihood, starts, bounds, "a GARCH(1,1) model", try_all_starts=try_all_starts)


def _restricted(points: list[Array], coordinates: list[int]) -> list[Array]:
    """Return the different points among some of the box, in the coordinates that are searched."""
    different = {point[coordinates].tobytes(): point[coordinates] for point in points}
    return list(different.values())
