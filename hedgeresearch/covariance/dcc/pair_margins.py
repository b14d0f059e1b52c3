"""GARCH margins of many samples of one series, each estimated from the optimum before it."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.garch.coordinates import garch_parameters
from hedgeresearch._kernels.garch.fit import fit_garch, unit_series
from hedgeresearch._kernels.garch.influence import garch_standardize
from hedgeresearch._kernels.search.box_search import CONVERGED
from hedgeresearch.optimization.quasi_newton import RIDGE_GAIN
from hedgeresearch.typing import Array, Mask
from hedgeresearch.volatility.garch.parameters import GARCHLayout


class GARCHMargin:
    """GARCH(1,1) of one series, for one sample after another.

    Attributes
    ----------
    point : array (6,)
        Optimum in the box of the last sample.
    free : array (6,) of bool
        Coordinates that are searched and not held by their bound.
    center, scale : float
        Number subtracted from the returns, and number they are divided by, for unit variance.
    variance : float
        Variance of the date after the sample, in unit variance.
    """

    def __init__(self, layout: GARCHLayout) -> None:
        self.layout = layout
        self.point: Array = np.zeros(6)
        self.free: Mask = np.zeros(6, dtype=bool)
        self.center = 0.0
        self.scale = 0.0
        self.variance = np.nan

    @property
    def parameters(self) -> Array:
        """mu, omega, alpha, gamma, beta and nu of the series of unit variance, (6,)."""
        return np.asarray(garch_parameters(self.point))

    def estimate(self, sample: Array, residuals: Array, *, is_warm: bool) -> bool:
        """Estimate on a sample (n_dates,), and return whether the search reached an optimum.

        Parameters
        ----------
        sample : array (n_dates,)
            Returns, in one piece of memory.
        residuals : array (n_dates,)
            Overwritten with the standardized residuals.
        is_warm : bool
            Whether the sample before it is similar, so that the search begins at its optimum.
        """
        layout = self.layout
        unit = np.empty(len(sample))
        self.center, self.scale = unit_series(sample, layout.constant_mean, unit)
        if not self.scale > 0.0:  # a series that does not move
            return False
        rules = (layout.constant_mean, layout.asymmetric, layout.student)
        _, norm, gain = fit_garch(unit, *rules, is_warm, self.point, self.free)
        if norm < CONVERGED or gain < RIDGE_GAIN:
            self._standardize(unit, residuals)
            return True
        return False

    def follow(self, point: Array, sample: Array, residuals: Array) -> None:
        """Use a point (6,) that another search has found on the last sample."""
        self.point = point.copy()
        self._standardize((sample - self.center) / self.scale, residuals)

    def _standardize(self, unit: Array, residuals: Array) -> None:
        self.variance, _ = garch_standardize(self.parameters, unit, residuals)
