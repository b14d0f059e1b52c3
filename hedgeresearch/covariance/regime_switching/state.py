"""Filter state of correlations that switch between regimes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.hidden_markov.filter import filter_regimes
from hedgeresearch.covariance.correlation import filter_residuals, pairwise_products
from hedgeresearch.covariance.first_step import (
    constant_means,
    filter_volatilities,
    forecast_variances,
)
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.protocols import VolatilityState


class SwitchingCorrelation(NamedTuple):
    """Correlations of k regimes that follow a Markov chain.

    Attributes
    ----------
    correlations : array (k, n_series, n_series)
        Correlation matrix of each regime.
    transition : array (k, k)
        Transition probabilities, from the row's regime to the column's; rows sum to one.
    probabilities : array (k,)
        Probabilities of the regimes at the next date.
    """

    correlations: Array
    transition: Array
    probabilities: Array


@dataclass(frozen=True, eq=False)
class RegimeCorrelationState:
    """Univariate states, and the correlations with the probabilities of the next regimes.

    Attributes
    ----------
    univariate : tuple of VolatilityState
        State of each series.
    switching : SwitchingCorrelation
        Correlations, transition and probabilities.
    """

    univariate: tuple[VolatilityState, ...]
    switching: SwitchingCorrelation
    degrees_of_freedom: float = NORMAL

    @property
    def constant_means(self) -> bool:
        """True if the mean of every series is the same at every date."""
        return constant_means(self.univariate)

    @property
    def next_covariance(self) -> Array:
        """D R D of the next date, (n_series, n_series)."""
        return np.asarray(self.forecast(1)[0])

    def means(self, returns: Array) -> Array:
        """Return the conditional means of each series, (n_dates + 1, n_series)."""
        return filter_volatilities(self.univariate, returns)[0]

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the covariances of some series, each before its date is seen, (n_dates, k, k).

        The probabilities of the regimes depend on all series.
        """
        residuals, variances, _ = filter_residuals(self.univariate, returns)
        predicted = filter_correlations(residuals, self.switching)[0][:-1]
        of_block = self.switching.correlations[:, block][:, :, block]
        correlation = np.einsum("tk,kij->tij", predicted, of_block)
        return np.asarray(correlation * pairwise_products(np.sqrt(variances[:-1, block])))

    def advance(self, returns: Array) -> RegimeCorrelationState:
        """Return the univariate states and the probabilities after new dates."""
        residuals, _, univariate = filter_residuals(self.univariate, returns)
        probabilities = filter_correlations(residuals, self.switching)[0][-1]
        switching = self.switching._replace(probabilities=probabilities)
        return replace(self, univariate=univariate, switching=switching)

    def forecast(self, horizon: int) -> Array:
        """Return D_h R_h D_h of each step h, (horizon, n_series, n_series).

        R_h is the expected correlation, with the probabilities after h - 1 further transitions.
        """
        probabilities = np.empty((horizon, len(self.switching.transition)))
        probabilities[0] = self.switching.probabilities
        for h in range(1, horizon):
            probabilities[h] = probabilities[h - 1] @ self.switching.transition
        correlation = np.einsum("tk,kij->tij", probabilities, self.switching.correlations)
        volatility = np.sqrt(forecast_variances(self.univariate, horizon))
        return np.asarray(correlation * pairwise_products(volatility))


def filter_correlations(z: Array, switching: SwitchingCorrelation) -> tuple[Array, Array]:
    """Filter standardized residuals z (n_dates, n_series).

    Returns
    -------
    predicted : array (n_dates + 1, k)
        Probabilities of the regimes at each date, given those before, and at the next one.
    log_density : array (n_dates,)
    """
    densities = log_densities(z, switching.correlations)
    predicted, _, by_date = filter_regimes(densities, switching.transition, switching.probabilities)
    return predicted, by_date


def log_densities(z: Array, correlations: Array) -> Array:
    """Return the normal log-density of each date in each regime, (n_dates, k)."""
    factors = np.linalg.cholesky(correlations)
    whitened = np.einsum("kij,tj->kti", np.linalg.inv(factors), z)
    log_roots = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    constant = z.shape[1] * np.log(2.0 * np.pi)
    return np.ascontiguousarray(-0.5 * (constant + (whitened**2).sum(axis=2)).T - log_roots)
