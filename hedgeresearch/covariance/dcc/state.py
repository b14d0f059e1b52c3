"""The margins and the Q of a dynamic correlation, carried over new dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.dcc import dcc_correlation, dcc_last
from hedgeresearch.covariance.first_step import (
    constant_means,
    filter_volatilities,
    forecast_variances,
)
from hedgeresearch.covariance.news import expected_news
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.protocols import VolatilityState


@dataclass(frozen=True, eq=False)
class DCCState:
    """Parameters, the states of the margins and the Q of the next date.

    Attributes
    ----------
    margins : one VolatilityState a series
    parameters : array (3,) of a, b, g; all zero for a constant correlation
    corrected : whether innovations are those of Aielli (2013)
    target, intercept : array (n_series, n_series), S and C of ``correlation_likelihood``
    q : array (n_series, n_series), of the next date
    degrees_of_freedom : float, of the density of the returns
    """

    margins: tuple[VolatilityState, ...]
    parameters: Array
    corrected: bool
    target: Array
    intercept: Array
    q: Array
    degrees_of_freedom: float

    @property
    def constant_means(self) -> bool:
        """Whether no margin's mean moves."""
        return constant_means(self.margins)

    @property
    def next_covariance(self) -> Array:
        """D R D of the next date."""
        variances = np.array([margin.next_variance for margin in self.margins])
        scale = np.sqrt(variances / np.diag(self.q))
        return np.asarray(self.q * np.outer(scale, scale))

    def means(self, returns: Array) -> Array:
        """The margins' conditional means, (n_dates + 1, n_series)."""
        return filter_volatilities(self.margins, returns)[0]

    def path(self, returns: Array, block: Indices) -> Array:
        """Covariances of a block before each date is seen, (n_dates, k, k): only the block's own recursion is run."""
        margins = tuple(self.margins[i] for i in block)
        residuals, variances, _ = standardised(margins, returns[:, block])
        cut = np.ix_(block, block)
        path = dcc_correlation(
            self.parameters, self.corrected, residuals, self.intercept[cut], self.q[cut]
        )[:-1]
        return np.asarray(path * outer(np.sqrt(variances[:-1])))

    def advance(self, returns: Array) -> DCCState:
        """The margins and Q after new dates."""
        residuals, _, margins = standardised(self.margins, returns)
        q = dcc_last(self.parameters, self.corrected, residuals, self.intercept, self.q)
        return DCCState(
            margins,
            self.parameters,
            self.corrected,
            self.target,
            self.intercept,
            q,
            self.degrees_of_freedom,
        )

    def forecast(self, horizon: int) -> Array:
        """D_k R_k D_k of each step, D_k by the margins and R_k as expected.

        The correlation falls back to its target's by (a + b)^(k - 1): Engle and Sheppard (2001), section 5, the second
        of the two approximations. With g, Q is carried on with the expected news of normal returns.
        """
        a, b, g = self.parameters
        if g > 0.0:
            path = self._expected_correlations(horizon)
        else:
            correlation, target = as_correlation(self.q), as_correlation(self.target)
            path = target + ((a + b) ** np.arange(horizon))[:, None, None] * (correlation - target)
        volatility = np.sqrt(forecast_variances(self.margins, horizon))
        return np.asarray(path * outer(volatility))

    def _expected_correlations(self, horizon: int) -> Array:
        a, b, g = self.parameters
        q, path = self.q, np.empty((horizon, *self.q.shape))
        for k in range(horizon):
            path[k] = as_correlation(q)
            q = self.intercept + a * path[k] + b * q + g * expected_news(path[k])
        return path


def standardised(
    margins: tuple[VolatilityState, ...], returns: Array
) -> tuple[Array, Array, tuple[VolatilityState, ...]]:
    """Residuals (n_dates, n_series), variances (n_dates + 1, n_series) and the margins' states after these dates."""
    means, variances, after = filter_volatilities(margins, returns)
    return (returns - means[:-1]) / np.sqrt(variances[:-1]), variances, after


def outer(volatility: Array) -> Array:
    """The products of every date's volatilities (n_dates, n), (n_dates, n, n)."""
    return volatility[:, :, None] * volatility[:, None, :]


def as_correlation(matrix: Array) -> Array:
    """A covariance matrix scaled to a unit diagonal."""
    scale = 1.0 / np.sqrt(np.diag(matrix))
    return np.asarray(matrix * np.outer(scale, scale))
