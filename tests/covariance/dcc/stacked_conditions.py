"""Moment conditions of all parameters of two-step models, stacked, and their numerical Jacobian."""

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.garch.recursion import garch_residuals, garch_scores
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.volatility.garch.likelihood import backcast_start


def univariate_scores(at, returns):
    """Scores (n_dates, 4) and residuals (n_dates,) of a GARCH(1,1) at (mu, omega, alpha, beta)."""
    mu, omega, alpha, beta = at
    parameters = np.array([mu, omega, alpha, 0.0, beta])
    series = np.ascontiguousarray(returns)
    start = backcast_start(parameters, series)
    _, scores = garch_scores(parameters, density_constants(NORMAL, 1), series, *start)
    residuals, _ = garch_residuals(parameters, series, *start)
    return scores[:, [0, 1, 2, 4]], residuals


def first_step(theta, returns):
    """Scores of all series, one array each, and their residuals (n_dates, n_series)."""
    n = returns.shape[1]
    pairs = [univariate_scores(theta[4 * i : 4 * i + 4], returns[:, i]) for i in range(n)]
    scores, residuals = zip(*pairs, strict=True)
    return scores, np.stack(residuals, axis=1)


def stacked_scores(theta, returns, rules, *, student=False):
    """Scores of every series and of the correlation at a vector of all parameters, (n_dates, k)."""
    scores, residuals = first_step(theta, returns)
    likelihood = CorrelationLikelihood(residuals, **rules)
    rest = theta[4 * returns.shape[1] :]
    used = [0, 1, 2] if rules.get("asymmetric") else [0, 1]
    dynamic = np.zeros(3)
    dynamic[used] = rest[: len(used)]
    nu = rest[-1] if student else NORMAL
    _, correlation_scores = likelihood.scores(dynamic, nu)
    columns = [*used, 3] if student else used
    return np.hstack([*scores, correlation_scores[:, columns]])


def jacobian_of_means(conditions, theta, steps):
    """Central differences of the mean of ``conditions(theta)`` (n_dates, m), (m, k)."""
    columns = []
    for j, step in enumerate(steps):
        change = np.zeros(len(theta))
        change[j] = step
        difference = conditions(theta + change) - conditions(theta - change)
        columns.append(difference.mean(axis=0) / (2 * step))
    return np.stack(columns, axis=1)
