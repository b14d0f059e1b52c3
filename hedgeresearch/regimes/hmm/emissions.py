"""Densities of the observations in each regime, as an estimation needs them."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np

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


class Metric(NamedTuple):
    """A covariance matrix as densities need it.

    Attributes
    ----------
    inverse_factor : array (n, n), inverse of the Cholesky factor
    log_determinant : float
    """

    inverse_factor: Array
    log_determinant: float

    @classmethod
    def from_covariance(cls, covariance: Array) -> Metric:
        """Decompose a covariance matrix (n, n)."""
        factor = np.linalg.cholesky(covariance)
        log_determinant = float(2.0 * np.log(np.diag(factor)).sum())
        return cls(np.linalg.inv(factor), log_determinant)

    def squared_distances(self, deviations: Array) -> Array:
        """Return the squared Mahalanobis distances of deviations (n_dates, n), (n_dates,)."""
        standardized = self.inverse_factor @ deviations.T
        return np.asarray(np.einsum("ij,ij->j", standardized, standardized))


def impose_structure(covariance: Array, structure: Structure) -> Array:
    """Return the covariance, exactly symmetric, or its most likely restriction."""
    if structure == "full":
        return np.asarray(0.5 * (covariance + covariance.T))
    variances = np.diag(covariance)
    if structure == "spherical":
        variances = np.full_like(variances, variances.mean())
    return np.diag(variances)
