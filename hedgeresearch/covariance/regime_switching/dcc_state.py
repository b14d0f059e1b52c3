"""Filter state of dynamic correlations whose parameters switch between two regimes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.switching.dcc import filter_switching_dcc
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
from hedgeresearch.typing import Array, Indices
from hedgeresearch.volatility.protocols import VolatilityState


class SwitchingDynamics(NamedTuple):
    """Parameters of the correlation, and what it carries from date to date.

    Attributes
    ----------
    parameters : array (6,)
        a and b of regime 0 and of regime 1, the probability to stay in 0, and to return to it.
    target : array (n_series, n_series)
        S.
    probabilities : array (2,)
        Filtered probabilities of the regimes on the last date.
    q : array (2, n_series, n_series)
        Q of the last date in each regime.
    last : array (n_series,)
        Standardized residuals of the last date.
    """

    parameters: Array
    target: Array
    probabilities: Array
    q: Array
    last: Array

    @classmethod
    def before_first(cls, parameters: Array, target: Array) -> SwitchingDynamics:
        """Return the start: even probabilities, Q = S, and no residuals on the date before."""
        q = np.stack([target, target])
        return cls(parameters, target, np.full(2, 0.5), q, np.zeros(len(target)))

    def filter(self, z: Array) -> tuple[Array, SwitchingDynamics]:
        """Return expected correlations of n + 1 dates of z (n_dates, n_series), and what follows.

        The correlations are known before their dates, (n_dates + 1, n_series, n_series).
        """
        probabilities = self.probabilities.copy()
        q = self.q.copy()
        last = self.last.copy()
        expected, _ = filter_switching_dcc(
            self.parameters, self.target, np.ascontiguousarray(z), probabilities, q, last
        )
        return expected, self._replace(probabilities=probabilities, q=q, last=last)

    def forecast(self, horizon: int) -> Array:
        """Return the expected correlations of the next dates, (horizon, n_series, n_series).

        After the first one, products of residuals are replaced by the correlation expected in their
        regime, and the Q of the regimes before are averaged.
        """
        transition = self.transition
        weights = self.probabilities
        q = self.q
        news = np.stack([np.outer(self.last, self.last)] * 2)
        path = np.empty((horizon, *self.target.shape))
        for step in range(horizon):
            joint = weights[:, None] * transition
            following = self._following(q, news)
            correlations = np.array([[as_correlation(one) for one in row] for row in following])
            path[step] = np.einsum("ij,ijrc->rc", joint, correlations)
            weights = joint.sum(axis=0)
            q = np.einsum("ij,ijrc->jrc", joint / weights, following)
            news = np.stack([as_correlation(one) for one in q])
        return path

    @property
    def transition(self) -> Array:
        """Probability of the column's regime after the row's, (2, 2)."""
        to_first = self.parameters[4:]
        return np.column_stack([to_first, 1.0 - to_first])

    def _following(self, q: Array, news: Array) -> Array:
        """Return Q of the next date after each regime i in each regime j, (2, 2, n, n)."""
        a = self.parameters[[0, 2]][None, :, None, None]
        b = self.parameters[[1, 3]][None, :, None, None]
        return np.asarray((1.0 - a - b) * self.target + a * news[:, None] + b * q[:, None])


@dataclass(frozen=True, eq=False)
class RegimeDCCState:
    """Univariate states, and the dynamics of the correlation.

    Attributes
    ----------
    univariate : tuple of VolatilityState
        State of each series.
    dynamics : SwitchingDynamics
    """

    univariate: tuple[VolatilityState, ...]
    dynamics: SwitchingDynamics
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
        expected, _ = self.dynamics.filter(residuals)
        of_block = expected[:-1][:, block][:, :, block]
        return np.asarray(of_block * pairwise_products(np.sqrt(variances[:-1, block])))

    def advance(self, returns: Array) -> RegimeDCCState:
        """Return the univariate states and the dynamics after new dates."""
        residuals, _, univariate = filter_residuals(self.univariate, returns)
        _, dynamics = self.dynamics.filter(residuals)
        return replace(self, univariate=univariate, dynamics=dynamics)

    def forecast(self, horizon: int) -> Array:
        """Return D_h R_h D_h of each step h, (horizon, n_series, n_series)."""
        volatility = np.sqrt(forecast_variances(self.univariate, horizon))
        return np.asarray(self.dynamics.forecast(horizon) * pairwise_products(volatility))
