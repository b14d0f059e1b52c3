"""Likelihoods of GARCH(1,1) and DCC(1,1) under the start-up rules of each program.

They share no code with the package. A program's estimates are judged by the likelihood that it
maximizes itself: how far below its highest value, found here from many starts, do they lie?
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numba import njit
from scipy.optimize import minimize

from tests.benchmarks.peers.estimates import DCCEstimate, GARCHEstimate

MAX_PERSISTENCE = 1.0 - 1e-6
GARCH_STARTS = [(0.05, 0.90), (0.10, 0.80), (0.03, 0.96), (0.20, 0.50), (0.02, 0.30)]
PERSISTENCES = (0.05, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.995)
SHARES = (0.005, 0.02, 0.05, 0.1, 0.3, 0.8)
SEARCHES = 3
MAX_MARGINS = 4


# --- the variance of each series ---


@njit(cache=True)
def garch_log_likelihood(residuals, omega, alpha, beta, first):
    """Return the log-likelihood of residuals, without its constant, from h[1] = ``first``."""
    variance = first
    total = 0.0
    for e in residuals:
        total -= 0.5 * (math.log(variance) + e * e / variance)
        variance = omega + alpha * e * e + beta * variance
    return total


@njit(cache=True)
def garch_residuals(residuals, omega, alpha, beta, first):
    """Return residuals divided by their volatilities."""
    standardized = np.empty_like(residuals)
    variance = first
    for t, e in enumerate(residuals):
        standardized[t] = e / math.sqrt(variance)
        variance = omega + alpha * e * e + beta * variance
    return standardized


def first_variance(rule: GARCHEstimate, residuals: np.ndarray) -> float:
    """Return h[1] under the start-up rule of an estimate, at its parameters."""
    mean = float(np.mean(residuals**2))
    if rule.starts_at_mean:
        return mean
    backcast = mean if rule.backcast is None else rule.backcast
    return rule.omega + (rule.alpha + rule.beta) * backcast


def residuals_of(returns: pd.DataFrame, margins: Sequence[GARCHEstimate]) -> np.ndarray:
    """Return the standardized residuals of each series, (n_dates, n_series)."""
    columns = []
    for name, margin in zip(returns.columns, margins, strict=True):
        residuals = returns[name].to_numpy() - margin.mu
        first = first_variance(margin, residuals)
        columns.append(garch_residuals(residuals, margin.omega, margin.alpha, margin.beta, first))
    return np.column_stack(columns)


def garch_value(series: np.ndarray, estimate: GARCHEstimate) -> float:
    """Return the log-likelihood of a series at an estimate, without its constant."""
    residuals = series - estimate.mu
    first = first_variance(estimate, residuals)
    arguments = (estimate.omega, estimate.alpha, estimate.beta, first)
    return garch_log_likelihood(residuals, *arguments)


def garch_shortfall(series: np.ndarray, estimate: GARCHEstimate) -> float:
    """Return how far an estimate lies below the maximum of its likelihood."""
    scale = float(series.std())
    unit = series / scale
    rule = GARCHEstimate(
        estimate.mu / scale,
        estimate.omega / scale**2,
        estimate.alpha,
        estimate.beta,
        estimates_mean=estimate.estimates_mean,
        backcast=None if estimate.backcast is None else estimate.backcast / scale**2,
        starts_at_mean=estimate.starts_at_mean,
    )
    reached = garch_value(unit, rule)
    starts = [(rule.alpha, rule.beta), *GARCH_STARTS]
    return max(0.0, max(_best_garch(unit, rule, start) for start in starts) - reached)


def _best_garch(series: np.ndarray, rule: GARCHEstimate, start: tuple[float, float]) -> float:
    """Return the value that a search in (mu, log omega, persistence, share of news) reaches."""
    alpha, beta = start
    persistence = min(max(alpha + beta, 1e-4), MAX_PERSISTENCE)
    share = min(max(alpha / max(alpha + beta, 1e-12), 1e-6), 1.0)
    omega = rule.omega if start == (rule.alpha, rule.beta) else 1.0 - persistence
    mu = rule.mu

    def loss(x: np.ndarray) -> float:
        trial = GARCHEstimate(
            x[0] if rule.estimates_mean else mu,
            math.exp(x[1]),
            x[2] * x[3],
            x[2] * (1.0 - x[3]),
            backcast=rule.backcast,
            starts_at_mean=rule.starts_at_mean,
        )
        return -garch_value(series, trial)

    bounds = [(-1.0, 1.0), (-25.0, 2.0), (0.0, MAX_PERSISTENCE), (0.0, 1.0)]
    first = np.array([mu, math.log(max(omega, 1e-10)), persistence, share])
    return -float(minimize(loss, first, method="L-BFGS-B", bounds=bounds).fun)


# --- the correlation ---


@njit(cache=True)
def dcc_log_likelihood(  # noqa: C901 - loops over elements
    a, b, residuals, target, starts_at_target, skips_first
):
    """Return the correlation part of the log-likelihood, without its constant.

    A matrix that is not positive definite gives -inf.
    """
    n_dates, n = residuals.shape
    q = target.copy() if starts_at_target else (1.0 - a) * target
    factor = np.empty((n, n))
    z = np.empty(n)
    total = 0.0
    for t in range(n_dates):
        value = 0.0
        for i in range(n):
            for j in range(i + 1):
                pivot = q[i, j] / math.sqrt(q[i, i] * q[j, j])
                for k in range(j):
                    pivot -= factor[i, k] * factor[j, k]
                if i == j:
                    if not pivot > 0.0:
                        return -np.inf
                    factor[i, i] = math.sqrt(pivot)
                else:
                    factor[i, j] = pivot / factor[j, j]
            rest = residuals[t, i]
            for k in range(i):
                rest -= factor[i, k] * z[k]
            z[i] = rest / factor[i, i]
            value -= math.log(factor[i, i]) + 0.5 * z[i] * z[i]
        if t > 0 or not skips_first:
            total += value
        for i in range(n):
            for j in range(i + 1):
                news = a * residuals[t, i] * residuals[t, j]
                q[i, j] = (1.0 - a - b) * target[i, j] + news + b * q[i, j]
    return total


def dcc_value(a: float, b: float, estimate: DCCEstimate) -> float:
    """Return the correlation part of an estimate's likelihood at (a, b)."""
    rules = (estimate.starts_at_target, estimate.skips_first)
    return dcc_log_likelihood(a, b, estimate.residuals, estimate.target, *rules)


def dcc_shortfall(estimate: DCCEstimate) -> float:
    """Return how far (a, b) lies below the maximum, given the margins of the program."""
    reached = dcc_value(estimate.a, estimate.b, estimate)
    few = estimate.residuals.shape[1] <= 10
    persistences = PERSISTENCES if few else PERSISTENCES[3:]
    shares = SHARES if few else SHARES[:4]
    grid = itertools.product(persistences, shares)
    points = [(p * share, p * (1.0 - share)) for p, share in grid]
    points.sort(key=lambda point: -dcc_value(*point, estimate))
    starts = [(estimate.a, estimate.b), *points[: SEARCHES if few else 1]]
    best = max(_best_dcc(estimate, start) for start in starts)
    return max(0.0, best - reached)


def _best_dcc(estimate: DCCEstimate, start: tuple[float, float]) -> float:
    """Return the value that a search in (a + b, a / (a + b)) reaches."""
    a, b = start
    persistence = min(max(a + b, 1e-6), MAX_PERSISTENCE)

    def loss(x: np.ndarray) -> float:
        value = dcc_value(x[0] * x[1], x[0] * (1.0 - x[1]), estimate)
        return -value if value > -np.inf else 1e10

    first = np.array([persistence, min(max(a / persistence, 0.0), 1.0)])
    bounds = [(0.0, MAX_PERSISTENCE), (0.0, 1.0)]
    return -float(minimize(loss, first, method="L-BFGS-B", bounds=bounds).fun)


def shortfall(returns: pd.DataFrame, estimate: DCCEstimate) -> float:
    """Return how far an estimate lies below the maxima of its two steps, added.

    Of a wide panel, the margins of the first series are searched.
    """
    margins = list(zip(returns.columns, estimate.margins, strict=True))[:MAX_MARGINS]
    first = sum(garch_shortfall(returns[name].to_numpy(), margin) for name, margin in margins)
    return first + dcc_shortfall(estimate)


def next_correlation(estimate: DCCEstimate) -> tuple[np.ndarray, np.ndarray]:
    """Return the correlations of the last date and of the date after it, at an estimate."""
    a = estimate.a
    b = estimate.b
    intercept = (1.0 - a - b) * estimate.target
    q = estimate.target if estimate.starts_at_target else (1.0 - a) * estimate.target
    last = q
    for z in estimate.residuals:
        last = q
        q = intercept + a * np.outer(z, z) + b * q
    return correlation_of(last), correlation_of(q)


def correlation_of(matrix: np.ndarray) -> np.ndarray:
    """Return a covariance scaled to a unit diagonal."""
    scale = np.sqrt(np.diag(matrix))
    return matrix / np.outer(scale, scale)
