r"""The test of constant correlation of Engle and Sheppard (2001), NBER working paper 8554.

With z the residuals of univariate models, each centered and scaled to unit variance, R their
correlation and :math:`u = R^{-1/2} z`, the products of all pairs i < j are regressed together on a
constant and their own lags,

.. math:: u_{it} u_{jt} = \delta_0 + \sum_{k=1}^s \delta_k u_{i,t-k} u_{j,t-k} + \eta_{ijt}, \quad
    \hat\delta' X' X \hat\delta / \hat\sigma^2 \to \chi^2_s .

The paper prints s + 1 degrees of freedom. But R is estimated from the same residuals, so every
product has mean zero in the sample and the constant adds nothing: with s + 1 a test at 5% rejects
a true hypothesis in 1.3% (s = 1) and 2.9% (s = 5) of normal samples, with s in 5%.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.checks import check_panel
from hedgeresearch.covariance.first_step import (
    UnivariateModels,
    check_univariate,
    fit_first_step,
)
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.hypothesis_test import HypothesisTest, NullDistribution
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH

MIN_DATES_AFTER_LAGS = 40
"""Observations that the regression needs at least."""


@exported_by("hedgeresearch.covariance")
def engle_sheppard_test(
    returns: pd.DataFrame, lags: int = 1, univariate: UnivariateModels = GARCH()
) -> HypothesisTest:
    """Test whether the correlations of returns are constant.

    Parameters
    ----------
    returns : DataFrame (n_dates, n_series)
        Two series or more, fractions per period.
    lags : int
        Lags of the products in the regression.
    univariate : volatility model, or mapping of them by series
        Models of the variances of the series, as in a DCC.

    Returns
    -------
    HypothesisTest
        Of the null hypothesis of constant correlation; small p-values mean that correlations
        change.

    Raises
    ------
    DataError
        If there is one series only, series are collinear, or the sample is short.
    ConvergenceError
        If a univariate model reaches no optimum.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> engle_sheppard_test(returns, lags=5)
    HypothesisTest(Engle-Sheppard: chi-squared(5) = ...; constant correlation: rejected at 5%)
    """
    check_at_least(lags, "lags", 1)
    check_univariate(univariate)
    frame = check_panel(returns, univariate, "engle_sheppard_test")
    n_dates = len(frame.index)
    if lags > n_dates - MIN_DATES_AFTER_LAGS:
        raise DataError(
            f"lags must leave {MIN_DATES_AFTER_LAGS} observations; got {lags} of {n_dates}. "
            "Use fewer lags or a longer sample."
        )
    return constant_correlation_test(fit_first_step(univariate, frame).residuals, lags)


def constant_correlation_test(residuals: Array, lags: int) -> HypothesisTest:
    """Test residuals (n_dates, n_series) of univariate models for constant correlation."""
    from scipy.special import chdtrc

    statistic = wald_statistic(*pooled_regression(decorrelate(residuals), lags))
    return HypothesisTest(
        name="Engle-Sheppard",
        null="constant correlation",
        statistic=statistic,
        p_value=float(chdtrc(lags, statistic)),
        distribution=NullDistribution("chi-squared", (lags,)),
    )


def decorrelate(residuals: Array) -> Array:
    """Return R^(-1/2) z of each date, (n_dates, n_series), with the sample correlation R."""
    z = (residuals - residuals.mean(axis=0)) / residuals.std(axis=0)
    values, vectors = np.linalg.eigh(z.T @ z / len(z))
    return np.asarray(z @ (vectors / np.sqrt(values)) @ vectors.T)


def pooled_regression(u: Array, lags: int) -> tuple[Array, Array]:
    """Return the stacked products of all pairs i < j, and a constant with their lags.

    Parameters
    ----------
    u : array (n_dates, n_series)
        Uncorrelated residuals.
    lags : int
        Number of lags.

    Returns
    -------
    y : array (m,)
        Products of all pairs, one pair after the other.
    x : array (m, lags + 1)
        A constant and the lagged products.
    """
    first, second = np.triu_indices(u.shape[1], 1)
    products = u[:, first] * u[:, second]
    n_dates = len(products)
    lagged = [products[lags - k : n_dates - k].ravel() for k in range(lags + 1)]
    return lagged[0], np.column_stack([np.ones(lagged[0].size), *lagged[1:]])


def wald_statistic(y: Array, x: Array) -> float:
    """Return delta' X'X delta / s^2 of the least-squares regression of y (m,) on x (m, k)."""
    moments = x.T @ x
    delta = np.linalg.solve(moments, x.T @ y)
    errors = y - x @ delta
    return float(delta @ moments @ delta / (errors @ errors / (len(y) - len(delta))))
