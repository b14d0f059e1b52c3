"""Ljung-Box tests of what a covariance model leaves unexplained.

Ljung and Box (1978), Biometrika 65, eq. 1.3, on standardized residuals and on their products.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError
from hedgeresearch.typing import Array


def ljung_box_tests(residuals: pd.DataFrame, lags: int) -> pd.DataFrame:
    """Test standardized residuals, their squares and their cross products for autocorrelation.

    Row "z[a]" tests the residual of series a, "z[a] z[a]" its square and "z[a] z[b]" a cross
    product, each centered: what is left in means, variances and correlations.

    Parameters
    ----------
    residuals : DataFrame (n_dates, n_series)
        Standardized residuals.
    lags : int
        Number of autocorrelations in each test.

    Returns
    -------
    DataFrame (n_series (n_series + 3) / 2, 2)
        The ``statistic`` of each test and its ``p``, from chi-squared with ``lags`` degrees of
        freedom.

    Raises
    ------
    DataError
        If there are not more observations than lags.

    Notes
    -----
    The p-values of products are a little too large for residuals of estimated variances (Li and
    Mak 1994, Journal of Time Series Analysis 15). One of twenty rows falls below .05 by chance:
    compare the smallest p-value with .05 divided by the number of rows.
    """
    from statsmodels.stats.diagnostic import acorr_ljungbox

    if not lags < len(residuals):
        raise DataError(
            f"lags must be fewer than the observations, {len(residuals)}; got {lags}. Use fewer "
            "lags or a longer sample."
        )
    columns = _residuals_and_products(residuals)
    tests = [acorr_ljungbox(values, lags=[lags]).to_numpy()[0] for values in columns.values()]
    return pd.DataFrame(tests, index=list(columns), columns=["statistic", "p"])


def _residuals_and_products(residuals: pd.DataFrame) -> dict[str, Array]:
    """Every residual, square and cross product by its name."""
    z = residuals.to_numpy()
    names = [f"z[{name}]" for name in residuals.columns]
    columns = dict(zip(names, z.T, strict=True))
    for i, j in zip(*np.triu_indices(len(names)), strict=True):
        columns[f"{names[i]} {names[j]}"] = z[:, i] * z[:, j]
    return columns
