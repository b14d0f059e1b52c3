"""Filter state of a dynamic conditional correlation model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedgeresearch._kernels.dcc.filter import filter_garch_dcc
from hedgeresearch._kernels.dcc.recursion import dcc_correlation, dcc_last
from hedgeresearch.covariance.correlation import (
    as_correlation,
    filter_residuals,
    pairwise_products,
)
from hedgeresearch.covariance.first_step import (
    constant_means,
    filter_volatilities,
    forecast_variances,
)
from hedgeresearch.covariance.news import expected_news
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.garch.state import GARCHState
from hedgeresearch.volatility.protocols import VolatilityState


@dataclass(frozen=True, eq=False)
class DCCState:
    """Parameters, the univariate states and the Q of the next date.

    Attributes
    ----------
    univariate : tuple of VolatilityState
        State of each series.
    parameters : array (3,)
        a, b and g; all zero for a constant correlation.
    corrected : bool
        Whether innovations are those of Aielli (2013).
    target, intercept : array (n_series, n_series)
        S and C of ``dcc.likelihood``.
    q : array (n_series, n_series)
        Q of the next date.
    degrees_of_freedom : float
        Degrees of freedom of the density of the returns; infinite for the normal.
    """

    univariate: tuple[VolatilityState, ...]
    parameters: Array
    corrected: bool
    target: Array
    intercept: Array
    q: Array
    degrees_of_freedom: float

    @property
    def constant_means(self) -> bool:
        """True if the mean of every series is the same at every date."""
        return constant_means(self.univariate)

    @property
    def next_covariance(self) -> Array:
        """D R D of the next date, (n_series, n_series)."""
        variances = np.array([state.next_variance for state in self.univariate])
        scale = np.sqrt(variances / np.diag(self.q))
        return np.asarray(self.q * np.outer(scale, scale))

    def means(self, returns: Array) -> Array:
        """Return the conditional means of each series, (n_dates + 1, n_series)."""
        return filter_volatilities(self.univariate, returns)[0]

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the covariances of some series, each before its date is seen, (n_dates, k, k).

        Only the recursion of these series is run, as Q does not mix series.
        """
        states = tuple(self.univariate[i] for i in block)
        residuals, variances, _ = filter_residuals(states, returns[:, block])
        cut = np.ix_(block, block)
        correlation = dcc_correlation(
            self.parameters, self.corrected, residuals, self.intercept[cut], self.q[cut]
        )[:-1]
        return np.asarray(correlation * pairwise_products(np.sqrt(variances[:-1])))

    def advance(self, returns: Array) -> DCCState:
        """Return the univariate states and Q after new dates."""
        garch = [state for state in self.univariate if isinstance(state, GARCHState)]
        if len(garch) == len(self.univariate):
            return self._advance_garch(garch, returns)
        residuals, _, univariate = filter_residuals(self.univariate, returns)
        q = dcc_last(self.parameters, self.corrected, residuals, self.intercept, self.q)
        return replace(self, univariate=univariate, q=q)

    def _advance_garch(self, garch: list[GARCHState], returns: Array) -> DCCState:
        """Return the state after new dates in one pass over them."""
        variances = np.array([state.next_variance for state in garch])
        q = self.q.copy()
        filter_garch_dcc(
            np.array([state.parameters for state in garch]),
            self.parameters,
            self.corrected,
            # one layout, so that the filter is compiled once
            np.array(returns, order="C"),
            self.intercept,
            variances,
            q,
        )
        after = tuple(
            GARCHState(state.parameters, variance, state.degrees_of_freedom)
            for state, variance in zip(garch, variances.tolist(), strict=True)
        )
        rest = (self.target, self.intercept, q, self.degrees_of_freedom)
        return DCCState(after, self.parameters, self.corrected, *rest)

    def forecast(self, horizon: int) -> Array:
        """Return D_k R_k D_k of each step k, (horizon, n_series, n_series).

        The correlation reverts to the correlation of its target by (a + b)^(k - 1): Engle and
        Sheppard (2001), section 5, the second of the two approximations. With g, the recursion of
        Q is continued with the expected news of normal returns.
        """
        if self.parameters[2] > 0.0:
            path = self._correlations_with_expected_news(horizon)
        else:
            path = self._reverting_correlations(horizon)
        volatility = np.sqrt(forecast_variances(self.univariate, horizon))
        return np.asarray(path * pairwise_products(volatility))

    def _reverting_correlations(self, horizon: int) -> Array:
        a, b, _ = self.parameters
        correlation = as_correlation(self.q)
        target = as_correlation(self.target)
        weights = (a + b) ** np.arange(horizon)
        return np.asarray(target + weights[:, None, None] * (correlation - target))

    def _correlations_with_expected_news(self, horizon: int) -> Array:
        a, b, g = self.parameters
        q = self.q
        path = np.empty((horizon, *q.shape))
        for k in range(horizon):
            path[k] = as_correlation(q)
            q = self.intercept + a * path[k] + b * q + g * expected_news(path[k])
        return path
