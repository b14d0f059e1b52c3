"""Maximum likelihood of a switching regression: units, starting points, EM from each, the best."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hedgeresearch.errors import ConvergenceError, ConvergenceWarning, warn_caller
from hedgeresearch.estimation.multistart import continue_best_run
from hedgeresearch.hedges.regime_switching.em import (
    RegressionRun,
    RegressionSteps,
    SwitchingRegression,
)
from hedgeresearch.hedges.regime_switching.emissions import RegressionEmissions
from hedgeresearch.hedges.regime_switching.starting_points import Start, starting_points
from hedgeresearch.typing import Array

SEARCH_TOLERANCE = 1e-4
"""Gain in log-likelihood per EM step at which a start is left."""
FINAL_TOLERANCE = 1e-9
"""Gain in log-likelihood per EM step at which the best start ends."""
MAX_SEARCH_STEPS = 300
"""Number of EM steps after which a start is left."""
MAX_FINAL_STEPS = 5000
"""Number of EM steps after which the best start ends."""


class RegressionEstimate(NamedTuple):
    """Maximum likelihood estimate of a switching regression.

    Attributes
    ----------
    emissions : RegressionEmissions
    transition : array (k, k)
    first : array (k,), probabilities of the regimes on the first date
    start_log_likelihoods : array (n_starts,), log-likelihood at which each start was left, NaN if
        a regime collapsed
    """

    emissions: RegressionEmissions
    transition: Array
    first: Array
    start_log_likelihoods: Array


def estimate_regression(
    returns: Array, n_regimes: int, n_starts: int, seed: int
) -> RegressionEstimate:
    """Estimate a switching regression, its regimes in the order of the asset's variance.

    EM runs on the residuals of the regression without regimes, in units of their deviation, and on
    uncorrelated regressors of unit variance, so that neither units nor correlated hedges matter.

    Parameters
    ----------
    returns : array (n_dates, 1 + n_hedges)
        The asset first.
    n_regimes, n_starts, seed : int

    Raises
    ------
    ConvergenceError
        If a regime collapses from every start.
    """
    center = returns.mean(axis=0)
    hedges = returns[:, 1:]
    n_hedges = hedges.shape[1]
    factor = np.linalg.cholesky(np.cov(hedges, rowvar=False, ddof=0).reshape(n_hedges, -1))
    whitened = np.linalg.solve(factor, (hedges - center[1:]).T).T
    regressors = np.column_stack([np.ones(len(whitened)), whitened])
    pooled = regressors.T @ returns[:, 0] / len(whitened)
    residuals = returns[:, 0] - regressors @ pooled
    scale = residuals.std()
    starts = starting_points(residuals, whitened, n_regimes, n_starts, seed)
    best, log_likelihoods = maximize_likelihood(residuals / scale, regressors, starts)
    # back to coefficients on the hedges themselves
    coefficients = pooled + scale * best.coefficients
    coefficients[:, 1:] = np.linalg.solve(factor.T, coefficients[:, 1:].T).T
    coefficients[:, 0] -= coefficients[:, 1:] @ center[1:]
    variances = scale**2 * best.variances
    covariance = np.cov(hedges, rowvar=False).reshape(factor.shape)
    emissions = RegressionEmissions(coefficients, variances, center[1:], covariance)
    order = np.argsort(emissions.moments.covariances[:, 0, 0], kind="stable")
    return RegressionEstimate(
        RegressionEmissions(coefficients[order], variances[order], center[1:], covariance),
        best.transition[order][:, order],
        best.first[order],
        log_likelihoods - len(returns) * np.log(scale),
    )


def maximize_likelihood(
    asset: Array, regressors: Array, starts: list[Start]
) -> tuple[SwitchingRegression, Array]:
    """Return the best of all starts, and the log-likelihood at which each was left, (n_starts,).

    Raises
    ------
    ConvergenceError
        If a regime collapses from every start.
    """
    steps = RegressionSteps(asset, regressors)
    n_regimes = len(starts[0].transition)
    first = np.full(n_regimes, 1.0 / n_regimes)
    runs: list[RegressionRun | None] = []
    for weights, transition in starts:
        coefficients, variances = steps.least_squares(weights)
        place = SwitchingRegression(coefficients, variances, transition, first)
        runs.append(steps.run(place, SEARCH_TOLERANCE, MAX_SEARCH_STEPS))
    reached = np.array([np.nan if run is None else run.log_likelihood for run in runs])

    def finish(run: RegressionRun) -> RegressionRun | None:
        return steps.run(run.parameters, FINAL_TOLERANCE, MAX_FINAL_STEPS)

    best = continue_best_run(runs, reached, finish)
    if best is None:
        raise ConvergenceError(
            f"a switching regression with {n_regimes} regimes must have a bounded likelihood; "
            f"every one of {len(starts)} starts put a regime on a few dates that it explains "
            "(almost) exactly. Use fewer regimes or more dates, and leave out periods in which the "
            "asset does not move."
        )
    if not best.converged:
        warn_caller(
            f"EM of a switching regression should end within {MAX_FINAL_STEPS} steps; its "
            "likelihood still rose at the last. The estimate lies near the optimum; fewer regimes "
            "may describe the data as well.",
            ConvergenceWarning,
        )
    return best.parameters, reached
