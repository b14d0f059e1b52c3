"""Estimation of GARCH(1,1) on an array of returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hedgeresearch._kernels.garch.blocks import first_state
from hedgeresearch._kernels.garch.coordinates import BOX, garch_jacobian, garch_parameters
from hedgeresearch._kernels.garch.fit import fit_garch, unit_series
from hedgeresearch._kernels.garch.influence import (
    garch_influence,
    garch_influence_matrix,
    garch_standardize,
)
from hedgeresearch._kernels.garch.recursion import garch_residuals
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.estimation.influence import Sensitivities
from hedgeresearch.optimization.quasi_newton import Optimum, best_optimum
from hedgeresearch.typing import Array, Mask
from hedgeresearch.volatility.garch.likelihood import GARCHLikelihood, backcast_start
from hedgeresearch.volatility.garch.parameters import GARCHLayout
from hedgeresearch.volatility.garch.search import maximize_garch
from hedgeresearch.volatility.garch.standard_errors import check_error_kind, covariance_by_kind
from hedgeresearch.volatility.garch.state import GARCHState


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
    free : array (6,) of bool
        Coordinates of the box that are searched and not held by their bound.
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
    free: Mask

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, (k,)."""
        return self.layout.names

    @property
    def parameters(self) -> Array:
        """Estimates, (k,), in the units of the returns."""
        return np.asarray(self._all_parameters[self.layout.kept])

    @cached_property
    def _all_parameters(self) -> Array:
        """mu, omega, alpha, gamma, beta and nu in the units of the returns, (6,)."""
        return self._in_return_units(self.unit_parameters)

    @cached_property
    def initial_state(self) -> GARCHState:
        """State before the first date of the sample."""
        return self._initial_state_at(self.unit_parameters, self._all_parameters)

    def initial_state_after(self, change: Array) -> GARCHState:
        """Return the initial state after a change (k,) of the parameters."""
        changed = self.unit_parameters.copy()
        changed[self.layout.kept] += change / self.units[self.layout.kept]
        return self._initial_state_at(changed, self._in_return_units(changed))

    @property
    def tangent(self) -> Array:
        """Directions in which the parameters can move, (6, n_free)."""
        return np.asarray(garch_jacobian(self.point)[:, self.free])

    def standardized_residuals(self) -> tuple[Array, float]:
        """Return the residuals divided by volatilities, (n_dates,), and the sum of these' logs."""
        residuals = np.empty_like(self.unit_returns)
        _, log_variance = garch_standardize(self.unit_parameters, self.unit_returns, residuals)
        return residuals, 0.5 * log_variance + len(residuals) * math.log(self.scale)

    def sensitivities(self) -> Sensitivities:
        """Return how parameters react to each date, and standardized residuals to parameters."""
        kept = np.array(self.layout.kept)
        units = self.units[kept]
        inverse = np.empty((len(kept), len(kept)))
        garch_influence_matrix(self.point, self.free, self.unit_returns, kept, inverse)
        by_date = np.empty((len(self.unit_returns), len(kept)))
        garch_influence(
            self.unit_parameters, self.unit_returns, kept, units[:, None] * inverse, by_date
        )
        recursion = self.unit_parameters[:5]
        start = backcast_start(recursion, self.unit_returns)
        _, derivatives = garch_residuals(recursion, self.unit_returns, *start)
        # residuals do not depend on the degrees of freedom
        derivatives = np.vstack([derivatives, np.zeros_like(self.unit_returns)])
        return Sensitivities(by_date, derivatives[kept] / units[:, None])

    def check_error_kind(self, kind: str) -> None:
        """Refuse a kind of standard errors that does not exist, or not for the density."""
        check_error_kind(kind, student=self.layout.student)

    def covariance(self, kind: str = "robust") -> Array:
        """Return the sampling covariance (k, k) of the parameters, in the units of the returns.

        It is NaN for parameters at a bound. ``standard_errors`` describes the kinds.
        """
        kept = self.layout.kept
        units = self.units[kept]
        covariance = covariance_by_kind(
            kind, self.unit_parameters, self.unit_returns, kept, self.tangent[kept]
        )
        return covariance * np.outer(units, units)

    def _initial_state_at(self, unit_parameters: Array, parameters: Array) -> GARCHState:
        first = first_state(unit_parameters, self.unit_returns)[0]
        return GARCHState(parameters[:5], float(first) * self.scale**2, float(parameters[5]))

    def _in_return_units(self, unit_parameters: Array) -> Array:
        shift = np.array([self.center, 0.0, 0.0, 0.0, 0.0, 0.0])
        return np.asarray(unit_parameters * self.units + shift)

    @cached_property
    def units(self) -> Array:
        """Units of mu, omega, alpha, gamma, beta and nu, given that of the returns, (6,)."""
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
    unit_returns = np.empty(len(returns))
    center, scale = unit_series(returns, layout.constant_mean, unit_returns)
    point = np.empty(6) if warm_start is None else warm_start.point.copy()
    optimum, free = search_garch(layout, unit_returns, point, is_warm=warm_start is not None)
    held = [i for i in layout.coordinates if not free[i]]
    return GARCHEstimate(
        layout=layout,
        point=point,
        unit_parameters=garch_parameters(point),
        center=center,
        scale=scale,
        unit_returns=unit_returns,
        log_likelihood=optimum.log_likelihood - len(unit_returns) * math.log(scale),
        gradient_norm=optimum.gradient_norm,
        bounds_hit=tuple(layout.bound_formula(i, point[i]) for i in held),
        free=free,
    )


def search_garch(
    layout: GARCHLayout, unit_returns: Array, point: Array, *, is_warm: bool
) -> tuple[Optimum, Mask]:
    """Maximize the likelihood of a series of unit variance.

    Parameters
    ----------
    layout : GARCHLayout
        Parameters that are estimated.
    unit_returns : array (n_dates,)
    point : array (6,)
        Earlier optimum in the box; overwritten with the optimum.
    is_warm : bool
        Whether there is an earlier optimum, near which a search that ends inside the box is enough.

    Returns
    -------
    optimum : Optimum
        Optimum over the coordinates that are searched.
    free : array (6,) of bool
        Coordinates that are searched and not held by their bound.

    Raises
    ------
    ConvergenceError
        If no search reaches an optimum.
    """
    free = np.empty(6, dtype=np.bool_)
    value, norm, gain = fit_garch(
        unit_returns,
        layout.constant_mean,
        layout.asymmetric,
        layout.student,
        is_warm,
        point,
        free,
    )
    searched = layout.coordinates
    optimum = Optimum(point[searched], len(unit_returns) * value, norm, free[searched], gain)
    if optimum.converged:
        return optimum, free
    likelihood = GARCHLikelihood(unit_returns, searched)
    try:
        bounds = [BOX[coordinate] for coordinate in searched]
        optimum = best_optimum(likelihood, [optimum], bounds, "a GARCH(1,1) model")
        point[searched] = optimum.point
    except ConvergenceError:
        optimum, point[:] = maximize_garch(likelihood)
    free[searched] = optimum.free
    return optimum, free
