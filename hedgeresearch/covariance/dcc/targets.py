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

import numpy as np

from hedgeresearch._kernels.dcc import corrected_residuals, dcc_correlation
from hedgeresearch._kernels.ewma import ewma_covariance
from hedgeresearch.covariance.dcc.likelihood import NO_DERIVATIVES, CorrelationLikelihood
from hedgeresearch.covariance.news import bad_news
from hedgeresearch.typing import Array


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
    if likelihood.integrated:
        n_dates, n = likelihood.residuals.shape
        return np.zeros((n_dates, 2, n, n))
    if likelihood.corrected:
        by_date = _corrected_target_influence(likelihood, parameters)
    else:
        by_date = _uncorrected_target_influence(likelihood, parameters)
    return np.asarray(by_date - by_date.mean(axis=0))


def _uncorrected_target_influence(likelihood: CorrelationLikelihood, parameters: Array) -> Array:
    a, b, g = parameters
    z = likelihood.residuals
    intercept, first, _ = likelihood.matrices(parameters)
    correlation = dcc_correlation(parameters, False, z, intercept, first)[:-1]
    expected, slope = _expected_news_and_slope(correlation)
    products = _products(z - z.mean(axis=0))
    news = _products(bad_news(z))
    # scaling Q to a unit diagonal removes what all of its elements have in common
    surprise_in_news = _scaled(news, correlation) - (expected - 0.5 * correlation)
    added = a * _scaled(products, correlation) + g * surprise_in_news
    persistence = a + b + g * slope.mean(axis=0)
    later = added / (1.0 - persistence)
    on_news_target = news - expected + slope.mean(axis=0) * later
    if not likelihood.asymmetric:
        on_news_target = 0.0 * later
    return np.stack([products - correlation + later, on_news_target], axis=1)


def _corrected_target_influence(likelihood: CorrelationLikelihood, parameters: Array) -> Array:
    a, b, _ = parameters
    target, _ = likelihood.target(a, b)
    x = corrected_residuals(a, b, likelihood.residuals, NO_DERIVATIVES)[0]
    x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    # Q is S and a / (1 - b) times what an exponential average has gathered beyond S
    average = ewma_covariance(b, x, target, 1.0 / (1.0 - b))[0][:-1]
    surprise = _products(x) - target - a / (1.0 - b) * (average - target)
    on_target = (1.0 - b) / (1.0 - a - b) * _scaled(surprise, target)
    return np.stack([on_target, 0.0 * on_target], axis=1)


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
