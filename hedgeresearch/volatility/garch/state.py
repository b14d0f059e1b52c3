"""GARCH(1,1) filtered over new dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.garch.recursion import garch_variance
from hedgeresearch.typing import Array


@dataclass(frozen=True, eq=False)
class GARCHState:
    """Parameters in the units of the returns, and the variance of the next date.

    Attributes
    ----------
    parameters : array (5,)
        mu, omega, alpha, gamma and beta.
    next_variance : float
        Conditional variance of the next date.
    degrees_of_freedom : float
        Degrees of freedom of the innovations; infinite for normal ones.
    constant_mean : bool
        True, as mu is the mean of every date.
    """

    parameters: Array
    next_variance: float
    degrees_of_freedom: float = NORMAL
    constant_mean: bool = True

    def filter(self, returns: Array) -> tuple[Array, Array, GARCHState]:
        """Return means and variances (n_dates + 1,), up to the next date, and the state after."""
        variances = garch_variance(
            self.parameters, np.ascontiguousarray(returns), self.next_variance
        )
        means = np.full(len(variances), self.parameters[0])
        return means, variances, GARCHState(self.parameters, variances[-1], self.degrees_of_freedom)

    def forecast(self, horizon: int) -> Array:
        """Return the expected variances (horizon,): h_{k+1} = omega + persistence h_k."""
        _, omega, alpha, gamma, beta = self.parameters
        persistence = alpha + 0.5 * gamma + beta
        variances = np.empty(horizon)
        variances[0] = self.next_variance
        for k in range(1, horizon):
            variances[k] = omega + persistence * variances[k - 1]
        return variances

    def innovations(self, n_dates: int, generator: np.random.Generator) -> Array:
        """Draw standardized innovations, (n_dates,)."""
        nu = self.degrees_of_freedom
        if np.isinf(nu):
            return np.asarray(generator.standard_normal(n_dates))
        return np.asarray(generator.standard_t(nu, n_dates) * np.sqrt((nu - 2.0) / nu))
