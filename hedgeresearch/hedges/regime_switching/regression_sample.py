"""A sample of a switching regression and its likelihood as a function of the parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.switching.regression import SwitchingStates, fill_stationary
from hedgeresearch.regimes.markov_chain import transition_from
from hedgeresearch.regimes.markov_switching.regression import StatesPass, states_pass
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class RegressionSample:
    """Log-likelihood and scores of a sample, for a start that is known or stationary.

    Parameters come in the order of the estimates: coefficients of one regime after the other,
    residual variances, and the rows of the transition without their last column.

    Attributes
    ----------
    returns : array (n_dates, 1 + n_hedges)
    n_regimes : int
    first : array (k,) or None, probabilities of the regimes on the first date; None for the
        stationary ones
    """

    returns: Array
    n_regimes: int
    first: Array | None

    def log_likelihood(self, point: Array) -> float:
        """Return the log-likelihood of all dates."""
        return self.at_point(point, self.returns).log_likelihood

    def scores(self, point: Array) -> Array:
        """Return the score of each date, (n_dates, n_parameters)."""
        return self.at_point(point, self.returns).scores

    def at_point(self, point: Array, returns: Array) -> StatesPass:
        """Filter returns (n_dates, 1 + n_hedges) with derivatives, from the same start."""
        coefficients, variances, transition = self.split(point)
        k, d = coefficients.shape
        slopes = np.zeros((k, d + 1, len(point)))
        for regime in range(k):
            own = np.arange(regime * d, (regime + 1) * d)
            slopes[regime, np.arange(d), own] = 1.0
            slopes[regime, d, k * d + regime] = 1.0
        first = np.zeros(k) if self.first is None else self.first
        first_slopes = np.zeros((k, len(point)))
        if self.first is None:
            fill_stationary(transition, 0, k * (d + 1), first, first_slopes)
        states = SwitchingStates(coefficients, variances, slopes, transition, first, first_slopes)
        regressors = np.column_stack([np.ones(len(returns)), returns[:, 1:]])
        return states_pass(returns[:, 0], regressors, states)

    def split(self, point: Array) -> tuple[Array, Array, Array]:
        """Return coefficients (k, 1 + n_hedges), variances (k,) and transition (k, k)."""
        k = self.n_regimes
        n_coefficients = k * self.returns.shape[1]
        coefficients, variances, rows = np.split(point, [n_coefficients, n_coefficients + k])
        return coefficients.reshape(k, -1), variances, transition_from(rows, k)
