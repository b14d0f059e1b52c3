"""A dynamic correlation with GARCH(1,1) margins moved past new dates, without storing anything."""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def filter_garch_dcc(margins, parameters, corrected, intercept, values, returns):
    """Move the variances and Q past the dates of some returns.

    Parameters
    ----------
    margins : array (n_series, 5)
        mu, omega, alpha, gamma and beta of each series.
    parameters : array (3,)
        a, b and g.
    corrected : bool
        Whether innovations are those of Aielli (2013).
    intercept : array (n_series, n_series)
        C of the recursion of Q.
    values : array (1 + n_series, n_series)
        Variances of the first date, above its Q; overwritten with those of the date after the last.
    returns : array (n_dates, n_series)
    """
    n_dates, n = returns.shape
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    variances = values[0]
    q = values[1:]
    x = np.empty(n)
    for t in range(n_dates):
        for i in range(n):
            e = returns[t, i] - margins[i, 0]
            x[i] = e / math.sqrt(variances[i])
            if corrected:
                x[i] *= math.sqrt(q[i, i])
            news = margins[i, 2] + margins[i, 3] if e < 0.0 else margins[i, 2]
            variances[i] = margins[i, 1] + news * e * e + margins[i, 4] * variances[i]
        for i in range(n):
            for j in range(n):
                weight = a + g if x[i] < 0.0 and x[j] < 0.0 else a
                q[i, j] = intercept[i, j] + weight * (x[i] * x[j]) + b * q[i, j]
