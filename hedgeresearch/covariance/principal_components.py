"""Principal components of standardized returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch.covariance.correlation import as_correlation
from hedgeresearch.typing import Array


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
    def of(cls, mean: Array, covariance: Array, n_factors: int) -> PrincipalComponents:
        """Return the components of returns with this mean and covariance."""
        scale = np.sqrt(np.diag(covariance))
        variances, vectors = _variances_and_vectors(as_correlation(covariance))
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


def _variances_and_vectors(correlation: Array) -> tuple[Array, Array]:
    """Return the variances of the principal components of a correlation matrix, and the vectors.

    Returns
    -------
    variances : array (n,)
        The largest first.
    vectors : array (n, n)
        One vector a column, its largest element positive.
    """
    values, vectors = np.linalg.eigh(correlation)
    values = values[::-1]
    vectors = vectors[:, ::-1]
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))]
    return values, np.asarray(vectors * np.sign(largest))
