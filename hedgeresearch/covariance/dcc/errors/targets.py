r"""Influence of each observation on the moments S and N of a correlation model.

.. math:: \sum_t (z_t z_t' - S) = \sum_t (z_t z_t' - R_t) + \sum_t (R_t - S), \qquad
          \sum_t (R_t - S)_{ij} \approx \frac{1}{1 - a - b - g d_{ij}} \sum_t u_{ij,t}

with u what observation t adds to the correlation of the next date,
:math:`a (z_i z_j - R_{ij} (z_i^2 + z_j^2) / 2)` and the same with g for n = min(z, 0), and d the
slope of E[n n'] in the correlation. The left side is correlated over dates, the right side is not
if the model holds: a moment of persistent data has a larger error than its number of observations
suggests (Francq, Horvath and Zakoian 2011, Journal of Financial Econometrics 9, section 2, for a
variance). With the correction of Aielli (2013) the same holds without approximation: the sum of
x x' - S is (1 - b) / (1 - a - b) times the sum of x x' - Q.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hedgeresearch._kernels.dcc.recursion import corrected_residuals, dcc_correlation, dcc_last
from hedgeresearch._kernels.moments.ewma import ewma_covariance
from hedgeresearch.covariance.dcc.likelihoods.correlation import (
    NO_DERIVATIVES,
    CorrelationLikelihood,
)
from hedgeresearch.covariance.news import bad_news
from hedgeresearch.typing import Array

DATES_IN_CHUNK = 128
"""Number of observations whose matrices are held at a time."""


def target_influence(likelihood: CorrelationLikelihood, parameters: Array) -> Array:
    """Return the influence of each observation on S and N, (n_dates, 2, n_series, n_series).

    The univariate models and the parameters are given. An integrated correlation has no mean to be
    estimated: its S is taken as given.

    Parameters
    ----------
    likelihood : CorrelationLikelihood
        Residuals and rules.
    parameters : array (3,)
        a, b and g.
    """
    n_dates, n = likelihood.residuals.shape
    influence = np.zeros((n_dates, 2, n, n))
    if likelihood.integrated:
        return influence
    if likelihood.corrected:
        influence[:, 0] = _corrected_target_influence(likelihood, parameters)
    else:
        _fill_uncorrected(influence, likelihood, parameters)
    # without asymmetry the pages of N stay untouched, which costs no memory
    for moment in range(2 if likelihood.asymmetric else 1):
        influence[:, moment] -= influence[:, moment].mean(axis=0)
    return influence


def _fill_uncorrected(
    influence: Array, likelihood: CorrelationLikelihood, parameters: Array
) -> None:
    """Overwrite the influence, before its mean is removed, without the correction."""
    a, b, g = parameters
    z = likelihood.residuals
    centered = z - z.mean(axis=0)
    slope = _mean_slope(likelihood, parameters) if likelihood.asymmetric else np.zeros((1, 1))
    for rows, correlation in _correlations(likelihood, parameters):
        products = _products(centered[rows])
        added = a * _scaled(products, correlation)
        if likelihood.asymmetric:
            news = _products(bad_news(z[rows]))
            expected, _ = _expected_news_and_slope(correlation)
            # scaling Q to a unit diagonal removes what all of its elements have in common
            added += g * (_scaled(news, correlation) - (expected - 0.5 * correlation))
            influence[rows, 1] = news - expected + slope / (1.0 - a - b - g * slope) * added
        influence[rows, 0] = products - correlation + added / (1.0 - a - b - g * slope)


def _mean_slope(likelihood: CorrelationLikelihood, parameters: Array) -> Array:
    """Return the mean over the dates of the slope of E[n n'] in the correlations, (n, n)."""
    slopes = [
        _expected_news_and_slope(correlation)[1].sum(axis=0)
        for _, correlation in _correlations(likelihood, parameters)
    ]
    return np.asarray(np.sum(slopes, axis=0) / len(likelihood.residuals))


def _correlations(
    likelihood: CorrelationLikelihood, parameters: Array
) -> Iterator[tuple[slice, Array]]:
    """Yield some dates and their correlations (n_dates, n, n), until all dates are done."""
    intercept, q, _ = likelihood.matrices(parameters)
    for begin in range(0, len(likelihood.residuals), DATES_IN_CHUNK):
        rows = slice(begin, begin + DATES_IN_CHUNK)
        z = np.ascontiguousarray(likelihood.residuals[rows])
        yield rows, dcc_correlation(parameters, False, z, intercept, q)[:-1]
        q = dcc_last(parameters, False, z, intercept, q)


def _corrected_target_influence(likelihood: CorrelationLikelihood, parameters: Array) -> Array:
    a, b, _ = parameters
    target, _ = likelihood.target(a, b)
    x = corrected_residuals(a, b, likelihood.residuals, NO_DERIVATIVES)[0]
    x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    # Q is S and a / (1 - b) times what an exponential average has gathered beyond S
    average = ewma_covariance(b, x, target, 1.0 / (1.0 - b))[0][:-1]
    surprise = _products(x) - target - a / (1.0 - b) * (average - target)
    return np.asarray((1.0 - b) / (1.0 - a - b) * _scaled(surprise, target))


def _products(x: Array) -> Array:
    """Return x x' of each date, (n_dates, n, n)."""
    return np.asarray(x[:, :, None] * x[:, None, :])


def _scaled(products: Array, correlation: Array) -> Array:
    """Return the change of a correlation with its covariances: p_ij - R_ij (p_ii + p_jj) / 2."""
    own = np.diagonal(products, axis1=1, axis2=2)
    return np.asarray(products - 0.5 * correlation * (own[:, :, None] + own[:, None, :]))


def _expected_news_and_slope(correlation: Array) -> tuple[Array, Array]:
    """Return E[n n'] of unit normals, as ``news.expected_news``, and its slope in each correlation.

    The correlations are those of each date, (n_dates, n, n).
    """
    rho = np.clip(correlation, -1.0, 1.0)
    slope = (0.5 * np.pi + np.arcsin(rho)) / (2.0 * np.pi)
    return np.sqrt(1.0 - rho**2) / (2.0 * np.pi) + rho * slope, slope
