r"""Tests of what a covariance model leaves unexplained, and of whether correlations move at all.

Ljung and Box (1978), Biometrika 65, eq. 1.3, on standardised residuals and on their products; and the test of constant
correlation of Engle and Sheppard (2001), NBER working paper 8554, of the hypothesis R_t = R: with z the residuals of
the margins, each centred and put to unit variance, R their correlation and u = R^(-1/2) z, the products of all pairs
i < j are regressed together on a constant and their own lags,

.. math:: u_{it} u_{jt} = \delta_0 + \sum_{k=1}^s \delta_k u_{i,t-k} u_{j,t-k} + \eta_{ijt}, \quad
    \hat\delta' X' X \hat\delta / \hat\sigma^2 \to \chi^2_s .

The paper prints s + 1 degrees of freedom. But R is estimated from the same residuals, so every product has mean zero in
the sample and the constant adds nothing: with s + 1 a test at 5 % rejects a true hypothesis in 1.3 % (s = 1) and
2.9 % (s = 5) of normal samples, with s in 5 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array
from hedgeresearch.volatility.garch.garch import GARCH

if TYPE_CHECKING:
    from hedgeresearch.covariance.first_step import UnivariateModels


@exported_by("hedgeresearch.covariance")
@dataclass(frozen=True, repr=False)
class ConstantCorrelationTest:
    """What the test of constant correlation found.

    Attributes
    ----------
    statistic : float
    p_value : float, small when correlations move
    lags : int, of the products of the residuals
    degrees_of_freedom : int, of the chi-squared distribution of the statistic if correlations are constant
    """

    statistic: float
    p_value: float
    lags: int
    degrees_of_freedom: int

    def __repr__(self) -> str:
        verdict = "is rejected" if self.p_value < 0.05 else "is not rejected"
        return (
            f"ConstantCorrelationTest(constant correlation {verdict} at 5 %: statistic {self.statistic:.2f}, "
            f"chi-squared({self.degrees_of_freedom}), p = {self.p_value:.3g})"
        )


def residual_tests(residuals: pd.DataFrame, lags: int) -> pd.DataFrame:
    """Ljung-Box tests of standardised residuals (n_dates, n_series), n_series (n_series + 3) / 2 rows.

    Row "z[a]" tests the residual of series a, "z[a] z[a]" its square and "z[a] z[b]" a cross product, each centred:
    what is left in means, variances and correlations. Columns are the ``statistic`` and its ``p``, from chi-squared
    with ``lags`` degrees of freedom; p of the products are a little too large for residuals of estimated variances
    (Li and Mak 1994, Journal of Time Series Analysis 15). All pairs are kept, so of many rows one in twenty falls below
    .05 by chance: compare the smallest p with .05 divided by the number of rows.

    Raises
    ------
    DataError
        If there are not more dates than lags.
    """
    from statsmodels.stats.diagnostic import acorr_ljungbox

    if not lags < len(residuals):
        raise DataError(
            f"lags must be fewer than the dates, {len(residuals)}; got {lags}. Choose fewer, or more dates."
        )
    z, names = residuals.to_numpy(), [f"z[{name}]" for name in residuals.columns]
    columns = dict(zip(names, z.T, strict=True))
    for i, j in zip(*np.triu_indices(len(names)), strict=True):
        columns[f"{names[i]} {names[j]}"] = z[:, i] * z[:, j]
    tests = [acorr_ljungbox(values, lags=[lags]).to_numpy()[0] for values in columns.values()]
    return pd.DataFrame(tests, index=list(columns), columns=["statistic", "p"])


@exported_by("hedgeresearch.covariance")
def engle_sheppard_test(
    returns: pd.DataFrame, lags: int = 1, univariate: UnivariateModels = GARCH()
) -> ConstantCorrelationTest:
    """Test whether the correlations of returns (n_dates, n_series), fractions per period, are constant.

    Parameters
    ----------
    returns : DataFrame (n_dates, n_series), two series or more
    lags : int, of the products in the regression
    univariate : the models of the series' own variances, as in a DCC

    Raises
    ------
    DataError
        If there is one series only, series are collinear, or the sample is short.
    ConvergenceError
        If a margin reaches no optimum.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> engle_sheppard_test(returns, lags=5)
    ConstantCorrelationTest(constant correlation is rejected at 5 %: ...)
    """
    from hedgeresearch.covariance.checks import check_panel
    from hedgeresearch.covariance.first_step import check_univariate, fit_first_step

    check_at_least(lags, "lags", 1)
    check_univariate(univariate)
    frame = check_panel(returns, univariate, "engle_sheppard_test")
    if lags > len(frame) - 40:
        raise DataError(
            f"lags must leave 40 dates; got {lags} of {len(frame)} dates. Use fewer lags or more dates."
        )
    return constant_correlation_test(fit_first_step(univariate, frame).residuals, lags)


def constant_correlation_test(residuals: Array, lags: int) -> ConstantCorrelationTest:
    """The test on residuals (n_dates, n_series) that their margins have standardised."""
    from scipy.special import chdtrc

    statistic = wald_statistic(*pooled_regression(whiten(residuals), lags))
    return ConstantCorrelationTest(statistic, float(chdtrc(lags, statistic)), lags, lags)


def whiten(residuals: Array) -> Array:
    """R^(-1/2) z of each date, (n_dates, n_series), with the symmetric root of the sample correlation R."""
    z = (residuals - residuals.mean(axis=0)) / residuals.std(axis=0)
    values, vectors = np.linalg.eigh(z.T @ z / len(z))
    return np.asarray(z @ (vectors / np.sqrt(values)) @ vectors.T)


def pooled_regression(u: Array, lags: int) -> tuple[Array, Array]:
    """The products of all pairs i < j, stacked, and a constant with their lags: (m,) and (m, lags + 1)."""
    first, second = np.triu_indices(u.shape[1], 1)
    products = u[:, first] * u[:, second]
    n_dates = len(products)
    lagged = [products[lags - k : n_dates - k].ravel() for k in range(lags + 1)]
    return lagged[0], np.column_stack([np.ones(lagged[0].size), *lagged[1:]])


def wald_statistic(y: Array, x: Array) -> float:
    """delta' X'X delta / s^2 of the least-squares regression of y (m,) on x (m, k)."""
    moments = x.T @ x
    delta = np.linalg.solve(moments, x.T @ y)
    errors = y - x @ delta
    return float(delta @ moments @ delta / (errors @ errors / (len(y) - len(delta))))
