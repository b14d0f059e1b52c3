"""Specification of the arch package over a history: path, likelihood, scores and forecasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hedgeresearch.typing import Array

N_SIMULATED_PATHS = 10_000
"""Number of paths behind a forecast without a formula."""
SEED = 0
"""Seed of these paths."""
STEP = 1e-5
"""Step of central differences, relative to the size of a parameter."""
MIN_SIZE = 0.01
"""Size of a parameter below which steps do not shrink with it."""


class ArchLikelihood:
    """Specification over a history, as a function of its parameters.

    Parameters
    ----------
    arch : arch.univariate.HARX
        The model of arch over the history, with the values before it.
    longest_lag : int
        Number of values before the history.
    backcast : float
        Initial value of the recursion, in the form that arch uses.
    """

    def __init__(self, arch: Any, longest_lag: int, backcast: float) -> None:
        self.arch = arch
        self.backcast = backcast
        self.returns = np.asarray(arch.y, dtype=float)[longest_lag:]
        self.regressors = arch.regressors[longest_lag:]
        # arch would limit each variance by functions of the whole history
        self.variance_bounds = np.tile([0.0, np.inf], (len(self.returns), 1))
        end_of_mean = self.regressors.shape[1]
        end_of_variance = end_of_mean + arch.volatility.num_params
        self.mean_part = slice(end_of_mean)
        self.variance_part = slice(end_of_mean, end_of_variance)
        self.density_part = slice(end_of_variance, None)

    def path(self, x: Array) -> tuple[Array, Array]:
        """Return means and variances at the parameters x, (n_dates,) each."""
        means = self.regressors @ x[self.mean_part]
        variances = np.empty_like(means)
        self.arch.volatility.compute_variance(
            x[self.variance_part],
            self.returns - means,
            variances,
            self.backcast,
            self.variance_bounds,
        )
        return means, variances

    def residuals(self, x: Array) -> Array:
        """Return standardized residuals, (n_dates,)."""
        means, variances = self.path(x)
        return np.asarray((self.returns - means) / np.sqrt(variances))

    def log_likelihoods(self, x: Array) -> Array:
        """Return log-likelihoods by date, (n_dates,); not finite at impossible parameters."""
        with np.errstate(all="ignore"):
            means, variances = self.path(x)
            by_date = self.arch.distribution.loglikelihood(
                x[self.density_part], self.returns - means, variances, individual=True
            )
            return np.asarray(by_date)

    def scores(self, x: Array) -> Array:
        """Return derivatives of the log-likelihood of each date, (n_dates, k)."""
        return central_differences(self.log_likelihoods, x).T

    def forecast(self, x: Array, horizon: int) -> Array:
        """Return the expected variances of the shocks of the next dates, (horizon,)."""
        volatility = self.arch.volatility
        errors = self.returns - self.regressors @ x[self.mean_part]
        start: Any = (x[self.variance_part], errors, self.backcast, self.variance_bounds)
        try:
            forecast = volatility.forecast(*start, horizon=horizon)
        except ValueError:  # arch raises it where there is no formula
            forecast = volatility.forecast(
                *start,
                horizon=horizon,
                method="simulation",
                simulations=N_SIMULATED_PATHS,
                rng=self._sampler(x, SEED),
            )
        return np.asarray(forecast.forecasts[-1])

    def innovations(self, x: Array, n_dates: int, generator: np.random.Generator) -> Array:
        """Draw standardized innovations, (n_dates,)."""
        return np.asarray(self._sampler(x, generator)(n_dates))

    def _sampler(self, x: Array, seed: int | np.random.Generator) -> Callable[[Any], Array]:
        """Return a function that draws standardized innovations of a given shape."""
        sampler: Callable[[Any], Array] = type(self.arch.distribution)(seed=seed).simulate(
            x[self.density_part]
        )
        return sampler


def central_differences(function: Callable[[Array], Array], x: Array) -> Array:
    """Return the derivatives (k, n_dates) of a function with values (n_dates,)."""
    changes = np.diag(STEP * np.maximum(np.abs(x), MIN_SIZE))
    slopes = [
        (function(x + change) - function(x - change)) / (2.0 * change.sum()) for change in changes
    ]
    return np.stack(slopes)


def natural_size(scores: Array, x: Array) -> Array:
    """Return changes of the parameters that matter to the likelihood of a date, (k,).

    They are no larger than the parameters themselves.
    """
    by_score = 1.0 / np.sqrt((scores**2).mean(axis=0) + 1e-300)
    return np.asarray(np.minimum(by_score, np.maximum(np.abs(x), MIN_SIZE)))
