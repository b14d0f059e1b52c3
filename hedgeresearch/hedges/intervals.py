"""Intervals and tests of hedge ratios, from standard errors or from bootstrapped ratios."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch.typing import Array

Method = Literal["delta", "bootstrap"]
ROUNDING = 1e-13
"""Eigenvalue of a correlation of estimates below which it is zero but for rounding."""


def delta_interval(
    center: Array, errors: Array, degrees_of_freedom: float, confidence: float
) -> tuple[Array, Array]:
    """Return the lower and upper ends of intervals about ``center``, of its shape.

    Parameters
    ----------
    center, errors : arrays of one shape, the estimates and their standard errors
    degrees_of_freedom : float, of the t distribution; infinite for the normal
    confidence : float in (0, 1)
    """
    from scipy.special import ndtri, stdtrit

    p = 0.5 + confidence / 2
    normal = not np.isfinite(degrees_of_freedom)
    quantile = ndtri(p) if normal else stdtrit(degrees_of_freedom, p)
    reach = quantile * errors
    return center - reach, center + reach


def bootstrap_interval(
    estimate: Array,
    draws: Array,
    confidence: float,
    kind: Literal["percentile", "basic"],
) -> tuple[Array, Array]:
    """Return the lower and upper ends of intervals from bootstrapped ratios, (n_hedges,) each.

    Parameters
    ----------
    estimate : array (n_hedges,)
    draws : array (n_bootstrap, n_hedges)
    confidence : float in (0, 1)
    kind : "percentile", or "basic": refits are biased against the estimate as it is against the
        truth, so that the quantiles are reflected about it
    """
    lower, upper = np.quantile(draws, [0.5 - confidence / 2, 0.5 + confidence / 2], axis=0)
    if kind == "percentile":
        return lower, upper
    return 2.0 * estimate - upper, 2.0 * estimate - lower


def wald_test(
    difference: Array, covariance: Array, degrees_of_freedom: float
) -> pd.Series[Any] | None:
    """Test whether all differences (k,) are zero: F, its degrees of freedom and p.

    None where the sampling covariance (k, k) is singular.
    """
    from scipy.stats import chi2, f

    scale = np.sqrt(np.diag(covariance))
    if not scale.all() or not np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] > ROUNDING:
        return None
    away = difference / scale
    n = len(away)
    statistic = float(away @ np.linalg.solve(covariance / np.outer(scale, scale), away)) / n
    if np.isfinite(degrees_of_freedom):
        p = f.sf(statistic, n, degrees_of_freedom)
    else:
        p = chi2.sf(n * statistic, n)
    return pd.Series(
        {
            "F": statistic,
            "numerator df": n,
            "denominator df": degrees_of_freedom,
            "p": float(p),
        }
    )
