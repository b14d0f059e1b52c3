"""Input of the second step of a DCC at coefficients that rmgarch reports."""

import re

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.garch.recursion import garch_variance


def second_step(returns, coef):
    """Residuals, variances, (a, b, g) and nu of rmgarch's coefficients.

    Univariate variances start at mean(e^2).
    """
    by_series = {}
    for name, value in coef.items():
        series, parameter = re.fullmatch(r"\[(.+)\]\.?(.+)", name).groups()
        by_series.setdefault(series, {})[parameter] = value
    joint = by_series.pop("Joint", {})
    residuals = np.empty(returns.shape)
    variances = np.empty(returns.shape)
    for i, p in enumerate(by_series.values()):
        parameters = np.array([p["mu"], p["omega"], p["alpha1"], p.get("gamma1", 0.0), p["beta1"]])
        e = returns[:, i] - p["mu"]
        series_returns = np.ascontiguousarray(returns[:, i])
        variances[:, i] = garch_variance(parameters, series_returns, np.mean(e**2))[:-1]
        residuals[:, i] = e / np.sqrt(variances[:, i])
    dynamic = np.array([joint.get(key, 0.0) for key in ("dcca1", "dccb1", "dccg1")])
    return residuals, variances, dynamic, joint.get("mshape", NORMAL)
