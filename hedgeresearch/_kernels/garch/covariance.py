"""Sampling covariance of GARCH parameters: White's sandwich of scores and Hessian."""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.inference import (
    CURVATURE_TOLERANCE,
    identified_inverse,
    sandwich,
)
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.garch.coordinates import is_searched
from hedgeresearch._kernels.garch.influence import mean_hessian
from hedgeresearch._kernels.garch.likelihood import outer_products


@kernel(steers=True)
def robust_covariance(parameters, returns, kept, tangent, covariance):
    """Overwrite ``covariance`` (k, k) with that of the kept parameters.

    It is NaN for parameters on a bound, and for all where the likelihood has no strict maximum.

    Parameters
    ----------
    parameters : array (6,)
        mu, omega, alpha, gamma, beta and nu.
    returns : array (n_dates,)
        Returns of unit variance.
    kept : array (k,) of int
        Positions of the parameters that are estimated.
    tangent : array (k, n_free)
        Directions in which they are free.
    covariance : array (k, k)
    """
    k = kept.shape[0]
    n_dates = returns.shape[0]
    hessian = np.empty((6, 6))
    mean_hessian(parameters, returns, kept, hessian)
    is_symmetric = not is_searched(kept, 3) and not is_searched(kept, 5)
    products = outer_products(parameters, returns, is_symmetric)
    information = np.empty((k, k))
    outer = np.empty((k, k))
    for i in range(k):
        for j in range(k):
            information[i, j] = -hessian[kept[i], kept[j]]
            outer[i, j] = products[kept[i], kept[j]] / n_dates
    inverse = np.empty((k, k))
    curvature = identified_inverse(information, tangent, inverse)
    sandwich(inverse, outer, covariance)
    for i in range(k):
        for j in range(k):
            is_held = inverse[i, i] == 0.0 or inverse[j, j] == 0.0
            covariance[i, j] /= n_dates
            if is_held or not curvature > CURVATURE_TOLERANCE:
                covariance[i, j] = np.nan
