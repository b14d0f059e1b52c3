"""Densities of the asset given the hedges in each regime of a switching regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class RegressionEmissions:
    """Normal densities of the asset given the hedges in each regime.

    Attributes
    ----------
    coefficients : array (k, 1 + n_hedges)
        Coefficients in each regime, the constant first.
    variances : array (k,)
        Residual variances.
    hedge_means : array (n_hedges,)
    hedge_covariance : array (n_hedges, n_hedges)
        Moments of the hedges in the sample, the same in all regimes.
    """

    coefficients: Array
    variances: Array
    hedge_means: Array
    hedge_covariance: Array

    @property
    def moments(self) -> Moments:
        """Moments of asset and hedges together in each regime."""
        k = len(self.variances)
        n = 1 + len(self.hedge_means)
        constants = self.coefficients[:, 0]
        slopes = self.coefficients[:, 1:]
        with_asset = slopes @ self.hedge_covariance
        means = np.empty((k, n))
        means[:, 0] = constants + slopes @ self.hedge_means
        means[:, 1:] = self.hedge_means
        covariances = np.empty((k, n, n))
        covariances[:, 0, 0] = self.variances + (with_asset * slopes).sum(axis=1)
        covariances[:, 0, 1:] = with_asset
        covariances[:, 1:, 0] = with_asset
        covariances[:, 1:, 1:] = self.hedge_covariance
        return Moments(means, covariances)

    @property
    def elliptical(self) -> None:
        """None, as the mean of the asset depends on the hedges."""

    def log_densities(self, observations: Array) -> Array:
        """Return the log density of the asset given the hedges in each regime, (n_dates, k).

        Parameters
        ----------
        observations : array (n_dates, 1 + n_hedges)
            The asset first.
        """
        regressors = np.column_stack([np.ones(len(observations)), observations[:, 1:]])
        return log_normal(observations[:, 0], regressors, self.coefficients, self.variances)


def log_normal(asset: Array, regressors: Array, coefficients: Array, variances: Array) -> Array:
    """Return the log density of the residuals in each regime, (n_dates, k).

    Parameters
    ----------
    asset : array (n_dates,)
    regressors : array (n_dates, n)
    coefficients : array (k, n)
    variances : array (k,)
    """
    residuals = asset[:, None] - regressors @ coefficients.T
    return np.asarray(-0.5 * (np.log(2 * np.pi * variances) + residuals**2 / variances))
