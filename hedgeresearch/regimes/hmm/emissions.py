"""Densities of the observations in each regime, as an estimation needs them."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np

from hedgeresearch._kernels.hidden_markov.regime_densities import (
    NORMAL,
    fill_metrics,
    regime_log_densities,
)
from hedgeresearch.regimes.state import Emissions
from hedgeresearch.typing import Array

Structure = Literal["full", "diagonal", "spherical"]


@runtime_checkable
class EstimatedEmissions(Emissions, Protocol):
    """Densities with parameters that can be estimated from weighted observations."""

    @property
    def structure(self) -> Structure:
        """Restriction of the covariances."""

    @property
    def degrees_of_freedom(self) -> Array:
        """Degrees of freedom of each regime, (k,); empty for normal densities."""

    def reestimate(self, observations: Array, weights: Array) -> Self:
        """Return emissions of a higher likelihood, given regime probabilities (n_dates, k)."""

    def with_moments(self, means: Array, covariances: Array, degrees_of_freedom: Array) -> Self:
        """Return emissions of the same kind with other parameters."""


class Metrics(NamedTuple):
    """Covariance or scale matrices as densities need them.

    Attributes
    ----------
    inverse_factors : array (k, n, n), inverses of the Cholesky factors
    constants : array (k,), logarithms of the densities at the means
    degrees_of_freedom : array (k,), infinite for normal densities
    """

    inverse_factors: Array
    constants: Array
    degrees_of_freedom: Array

    @classmethod
    def of(cls, scales: Array, degrees_of_freedom: Array | None = None) -> Metrics:
        """Decompose matrices (k, n, n), of normal densities without degrees of freedom (k,).

        Raises
        ------
        LinAlgError
            If a matrix is not positive definite.
        """
        k = len(scales)
        degrees = np.full(k, NORMAL) if degrees_of_freedom is None else degrees_of_freedom
        metrics = cls(np.zeros(scales.shape), np.empty(k), np.array(degrees, dtype=float))
        if not fill_metrics(np.array(scales, order="C"), metrics[2], metrics[0], metrics[1]):
            raise np.linalg.LinAlgError("a covariance is not positive definite")
        return metrics

    def log_densities(self, observations: Array, means: Array) -> Array:
        """Return the log-densities of complete observations (n_dates, n), (n_dates, k)."""
        series = np.array(observations.T, order="C")
        log_densities = regime_log_densities(series, np.array(means, order="C"), *self)
        return np.asarray(log_densities)

    def squared_distances(self, regime: int, deviations: Array) -> Array:
        """Return the squared Mahalanobis distances of deviations (n_dates, n), (n_dates,)."""
        standardized = self.inverse_factors[regime] @ deviations.T
        return np.asarray(np.einsum("ij,ij->j", standardized, standardized))


def impose_structure(covariance: Array, structure: Structure) -> Array:
    """Return the covariance, exactly symmetric, or its most likely restriction."""
    if structure == "full":
        return np.asarray(0.5 * (covariance + covariance.T))
    variances = np.diag(covariance)
    if structure == "spherical":
        variances = np.full_like(variances, variances.mean())
    return np.diag(variances)
