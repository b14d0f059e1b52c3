"""GARCH(1,1) of many samples of one series, each searched from the optimum of the one before."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.garch.coordinates import garch_parameters
from hedgeresearch._kernels.garch.fit import unit_series
from hedgeresearch._kernels.garch.influence import garch_standardize
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.typing import Array, Indices, Mask
from hedgeresearch.volatility.garch.estimation import search_garch
from hedgeresearch.volatility.garch.parameters import GARCHLayout
from hedgeresearch.volatility.garch.state import GARCHState


class GARCHSamples:
    """Estimates of a GARCH(1,1) on samples of one series, in arrays.

    They are those of ``estimate_garch`` on each sample, which begins at the optimum of the sample
    before unless it is cold or that one has no optimum.

    Attributes
    ----------
    layout : GARCHLayout
        Parameters that are estimated.
    returns : array (n_rows,)
        The series, in one piece of memory.
    bounds : array (n_samples, 2)
        First row of each sample, and the row after its last.
    found : array (n_samples,) of bool
        Whether there is an optimum.
    inside : array (n_samples,) of bool
        Whether the optimum lies on no bound.
    points : array (n_samples, 6)
        Optima in the box of the search.
    free : array (n_samples, 6) of bool
        Coordinates that are searched and not held by a bound.
    """

    def __init__(self, layout: GARCHLayout, returns: Array, bounds: Indices, cold: Mask) -> None:
        n_samples = len(bounds)
        self.layout = layout
        self.returns = returns
        self.bounds = bounds
        self.found: Mask = np.zeros(n_samples, dtype=bool)
        self.points = np.zeros((n_samples, 6))
        self.free: Mask = np.zeros((n_samples, 6), dtype=bool)
        self._coordinates = layout.coordinates
        for number, is_cold in enumerate(cold.tolist()):
            is_warm = number > 0 and bool(self.found[number - 1]) and not is_cold
            self.found[number] = self._estimate(number, is_warm=is_warm)
        self.inside: Mask = np.asarray(self.free[:, self._coordinates].all(axis=1))

    def _estimate(self, number: int, *, is_warm: bool) -> bool:
        """Estimate on a sample; return whether there is an optimum."""
        unit, _, scale = self._unit_returns(number)
        if not scale > 0.0:  # a series that does not move
            return False
        point = self.points[number]
        if is_warm:
            point[:] = self.points[number - 1]
        try:
            _, self.free[number] = search_garch(self.layout, unit, point, is_warm=is_warm)
        except ConvergenceError:
            return False
        return True

    def _rows(self, number: int) -> Array:
        first, stop = self.bounds[number].tolist()
        return self.returns[first:stop]

    def margin(self, number: int, residuals: Array) -> Array:
        """Return the estimate on a sample and overwrite residuals (n_dates,) with its own.

        Returns
        -------
        array (9,)
            mu, omega, alpha, gamma, beta and nu in unit variance, center and scale of the sample,
            and the variance of the date after it in unit variance.
        """
        parameters = garch_parameters(self.points[number])
        unit, center, scale = self._unit_returns(number)
        variance, _ = garch_standardize(parameters, unit, residuals)
        return np.array([*parameters.tolist(), center, scale, variance])

    def filtered(self, number: int) -> tuple[Array, GARCHState]:
        """Return the residuals (n_dates,) of a sample and the state after it."""
        residuals = np.empty(len(self._rows(number)))
        return residuals, state_of_margin(self.margin(number, residuals))

    def _unit_returns(self, number: int) -> tuple[Array, float, float]:
        """Return a sample with unit variance (n_dates,), its center and its scale."""
        sample = self._rows(number)
        unit = np.empty(len(sample))
        return unit, *unit_series(sample, self.layout.constant_mean, unit)

    def bounds_hit(self, number: int) -> tuple[str, ...]:
        """Return the bounds on which the estimate of a sample lies, as formulas."""
        free = self.free[number].tolist()
        held = [i for i in self._coordinates if not free[i]]
        return tuple(self.layout.bound_formula(i, float(self.points[number, i])) for i in held)


def state_of_margin(margin: Array) -> GARCHState:
    """Return the state after a sample, in the units of the returns, see ``GARCHSamples.margin``."""
    mu, omega, *weights, nu, center, scale, variance = margin.tolist()
    parameters = np.array([center + mu * scale, omega * scale**2, *weights])
    return GARCHState(parameters, variance * scale**2, nu)
