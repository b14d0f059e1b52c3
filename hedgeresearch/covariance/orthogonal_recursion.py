"""The principal components of returns, and the margins of the components carried over new dates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch.covariance.dcc.state import as_correlation
from hedgeresearch.covariance.first_step import (
    constant_means,
    filter_volatilities,
    forecast_variances,
)
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.protocols import VolatilityState


@dataclass(frozen=True, eq=False)
class Components:
    """The principal components of standardised returns.

    Attributes
    ----------
    mean : array (n_series,), of the returns
    loadings : array (n_series, n_series), of the series on all components
    weights : array (n_series, n_series), of the components on the series
    variances : array (n_series,), of the components, the largest first
    n_factors : components that have margins
    """

    mean: Array
    loadings: Array
    weights: Array
    variances: Array
    n_factors: int

    @classmethod
    def of(cls, mean: Array, covariance: Array, n_factors: int) -> Components:
        """Those of returns with this mean and covariance."""
        scale = np.sqrt(np.diag(covariance))
        variances, vectors = principal_components(as_correlation(covariance))
        return cls(
            mean, scale[:, None] * vectors, (vectors / scale[:, None]).T, variances, n_factors
        )

    def factors(self, returns: Array) -> Array:
        """The components that have margins, (n_dates, n_factors)."""
        return np.asarray((returns - self.mean) @ self.weights[: self.n_factors].T)

    def state(self, margins: tuple[VolatilityState, ...]) -> OrthogonalState:
        """The recursion before the date of the margins' states."""
        k, loadings = self.n_factors, self.loadings
        rest = (loadings[:, k:] * self.variances[k:]) @ loadings[:, k:].T
        return OrthogonalState(margins, self.mean, loadings[:, :k], self.weights[:k], rest)


@dataclass(frozen=True, eq=False)
class OrthogonalState:
    """The margins of the components and the way back to the series.

    Attributes
    ----------
    margins : one VolatilityState a component
    mean : array (n_series,), of the returns
    loadings : array (n_series, k), of the series on the components
    weights : array (k, n_series), of the components on the series
    rest : array (n_series, n_series), V
    """

    margins: tuple[VolatilityState, ...]
    mean: Array
    loadings: Array
    weights: Array
    rest: Array
    degrees_of_freedom: float = NORMAL

    @property
    def constant_means(self) -> bool:
        """Whether no margin's mean moves."""
        return constant_means(self.margins)

    @property
    def next_covariance(self) -> Array:
        """H of the next date."""
        return np.asarray(
            self._covariances(np.array([[margin.next_variance for margin in self.margins]]))[0]
        )

    def means(self, returns: Array) -> Array:
        """The components' conditional means, as returns, (n_dates + 1, n_series)."""
        return np.asarray(
            self.mean
            + filter_volatilities(self.margins, self._factors(returns))[0] @ self.loadings.T
        )

    def path(self, returns: Array, block: Indices) -> Array:
        """Covariances of a block before each date is seen, (n_dates, k, k); the components need all series."""
        variances = filter_volatilities(self.margins, self._factors(returns))[1][:-1]
        part = replace(self, loadings=self.loadings[block], rest=self.rest[np.ix_(block, block)])
        return part._covariances(variances)

    def advance(self, returns: Array) -> OrthogonalState:
        """The components after new dates."""
        return replace(self, margins=filter_volatilities(self.margins, self._factors(returns))[2])

    def forecast(self, horizon: int) -> Array:
        """L diag(h) L' + V with the variances that the margins expect."""
        return self._covariances(forecast_variances(self.margins, horizon))

    def _factors(self, returns: Array) -> Array:
        return np.asarray((returns - self.mean) @ self.weights.T)

    def _covariances(self, variances: Array) -> Array:
        roots = self.loadings * np.sqrt(variances)[:, None, :]
        covariances = roots @ np.swapaxes(roots, 1, 2) + self.rest
        return np.asarray(
            0.5 * (covariances + np.swapaxes(covariances, 1, 2))
        )  # rounding is not symmetric


def principal_components(correlation: Array) -> tuple[Array, Array]:
    """Variances, largest first, and vectors in columns, each with its largest element positive."""
    values, vectors = np.linalg.eigh(correlation)
    values, vectors = values[::-1], vectors[:, ::-1]
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))]
    return values, np.asarray(vectors * np.sign(largest))
