"""Principal components of standardized returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.covariance.correlation import as_correlation
from hedgeresearch.typing import Array

TIE = 1e-6
"""Relative difference within which two elements of a vector are equally large."""


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Principal components of standardized returns.

    Attributes
    ----------
    mean : array (n_series,)
        Means of the returns.
    loadings : array (n_series, n_series)
        Loadings of the series on all components.
    weights : array (n_series, n_series)
        Weights of the series in each component, one component a row.
    variances : array (n_series,)
        Variances of the components, the largest first.
    n_factors : int
        Number of components that have univariate models.
    """

    mean: Array
    loadings: Array
    weights: Array
    variances: Array
    n_factors: int

    @classmethod
    def of(cls, returns: Array, covariance: Array, n_factors: int) -> PrincipalComponents:
        """Return the components of returns (n_dates, n_series) with this covariance."""
        mean = returns.mean(axis=0)
        scale = np.sqrt(np.diag(covariance))
        variances, vectors = np.linalg.eigh(as_correlation(covariance))
        variances = variances[::-1]
        vectors = vectors[:, ::-1]
        vectors = vectors * _signs(vectors, (returns - mean) / scale)
        loadings = scale[:, None] * vectors
        weights = (vectors / scale[:, None]).T
        return cls(mean, loadings, weights, variances, n_factors)

    def factors(self, returns: Array) -> Array:
        """Return the components that have univariate models, (n_dates, n_factors)."""
        return np.asarray((returns - self.mean) @ self.weights[: self.n_factors].T)

    def constant_log_likelihood(self, n_dates: int) -> float:
        """Return the normal log-likelihood of the components without a univariate model."""
        logs = np.log(2.0 * np.pi * self.variances[self.n_factors :])
        return float(-0.5 * n_dates * (logs + 1.0 - 1.0 / n_dates).sum())


def _signs(vectors: Array, standardized: Array) -> Array:
    """Return the signs (n,) that make the largest element of each vector positive.

    Where elements of both signs are the largest, as always for the second component of two series,
    the component has a positive third moment: no order of the series changes that.

    Parameters
    ----------
    vectors : array (n, n)
        One vector a column.
    standardized : array (n_dates, n)
        Returns less their means, divided by their standard deviations.
    """
    sizes = np.abs(vectors)
    largest = np.where(sizes > (1.0 - TIE) * sizes.max(axis=0), vectors, 0.0)
    is_tied = np.abs(largest.sum(axis=0)) < np.abs(largest).sum(axis=0) - TIE
    third_moments = ((standardized @ vectors) ** 3).mean(axis=0)
    decisive = np.where(is_tied, third_moments, largest.sum(axis=0))
    return np.where(decisive < 0.0, -1.0, 1.0)
