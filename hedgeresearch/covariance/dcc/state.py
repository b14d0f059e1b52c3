"""Filter state of a dynamic conditional correlation model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

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
        S and C of ``dcc.likelihoods.correlation``.
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
        return _covariance(variances, self.q)

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

    def advance(self, returns: Array) -> DCCState | FilteredDCCState:
        """Return the univariate states and Q after new dates."""
        if self._filtered is not None:
            return self._filtered.advance(returns)
        residuals, _, univariate = filter_residuals(self.univariate, returns)
        q = dcc_last(self.parameters, self.corrected, residuals, self.intercept, self.q)
        return replace(self, univariate=univariate, q=q)

    @cached_property
    def _filtered(self) -> FilteredDCCState | None:
        """Arrays that hold this state; None unless all margins are GARCH(1,1)."""
        garch = [state for state in self.univariate if isinstance(state, GARCHState)]
        if len(garch) < len(self.univariate):
            return None
        recursion = Recursion(
            np.array([state.parameters for state in garch]),
            self.parameters,
            self.corrected,
            self.intercept,
        )
        variances = np.array([state.next_variance for state in garch])
        return FilteredDCCState(self, recursion, np.vstack([variances, self.q]))

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


class Recursion(NamedTuple):
    """Parameters of a DCC with GARCH(1,1) margins.

    Attributes
    ----------
    margins : array (n_series, 5)
        mu, omega, alpha, gamma and beta of each series.
    parameters : array (3,)
        a, b and g.
    corrected : bool
        Whether innovations are those of Aielli (2013).
    intercept : array (n_series, n_series)
        C of the recursion of Q.
    """

    margins: Array
    parameters: Array
    corrected: bool
    intercept: Array


class FilteredDCCState(NamedTuple):
    """A DCC with GARCH(1,1) margins that was moved past some dates, by one compiled call.

    Attributes
    ----------
    start : DCCState
        A state before these dates.
    recursion : Recursion
        Its parameters.
    values : array (1 + n_series, n_series)
        Variances of the next date, above its Q.
    """

    start: DCCState
    recursion: Recursion
    values: Array

    @property
    def univariate(self) -> tuple[GARCHState, ...]:
        """State of each series."""
        states = [state for state in self.start.univariate if isinstance(state, GARCHState)]
        variances = self.values[0].tolist()
        return tuple(
            replace(state, next_variance=variance)
            for state, variance in zip(states, variances, strict=True)
        )

    @property
    def q(self) -> Array:
        """Q of the next date, (n_series, n_series)."""
        return self.values[1:]

    @property
    def parameters(self) -> Array:
        """Parameters a, b and g, (3,)."""
        return self.recursion.parameters

    @property
    def corrected(self) -> bool:
        """True if innovations are those of Aielli (2013)."""
        return self.recursion.corrected

    @property
    def intercept(self) -> Array:
        """C of the recursion of Q, (n_series, n_series)."""
        return self.recursion.intercept

    @property
    def target(self) -> Array:
        """S of ``dcc.likelihoods.correlation``, (n_series, n_series)."""
        return self.start.target

    @property
    def named(self) -> DCCState:
        """DCCState that is equal to this one, with a state for each series."""
        return replace(self.start, univariate=self.univariate, q=self.q)

    @property
    def degrees_of_freedom(self) -> float:
        """Degrees of freedom of the density of the returns; infinite for the normal."""
        return self.start.degrees_of_freedom

    @property
    def constant_means(self) -> bool:
        """True, as mu is the mean of every date."""
        return True

    @property
    def next_covariance(self) -> Array:
        """D R D of the next date, (n_series, n_series)."""
        return _covariance(self.values[0], self.q)

    def means(self, returns: Array) -> Array:
        """Return the conditional means of each series, (n_dates + 1, n_series)."""
        return self.named.means(returns)

    def path(self, returns: Array, block: Indices) -> Array:
        """Return the covariances of some series, each before its date is seen, (n_dates, k, k)."""
        return self.named.path(returns, block)

    def advance(self, returns: Array) -> FilteredDCCState:
        """Return the state after new dates."""
        if not returns.flags.carray:  # one layout, so that the filter is compiled once
            returns = np.array(returns, order="C")
        start, recursion, values = self
        after = values.copy()
        filter_garch_dcc(*recursion, after, returns)
        return FilteredDCCState(start, recursion, after)

    def forecast(self, horizon: int) -> Array:
        """Return D_k R_k D_k of each step k, (horizon, n_series, n_series)."""
        return self.named.forecast(horizon)


def _covariance(variances: Array, q: Array) -> Array:
    """Return D R D of variances (n_series,) and Q, (n_series, n_series)."""
    scale = np.sqrt(variances / q.diagonal())
    return np.asarray(q * (scale[:, None] * scale))
