"""Two-step standard errors of a dynamic correlation of two series with GARCH(1,1) margins.

The covariance is that of the influences of ``covariance.dcc.standard_errors``, A_cc^-1 (s_c + A_cm
i_m) with the influences i_m on the univariate parameters. Influences are linear in the scores of
both steps, whose outer products are summed; nothing is stored for each date but one path back (see
``dcc_pair_sensitivity``).
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.dcc_pair_products import pair_score_products
from hedgeresearch._kernels.dcc_pair_sensitivity import pair_sensitivity
from hedgeresearch._kernels.garch_coordinates import garch_parameters
from hedgeresearch._kernels.garch_influence import garch_influence_matrix, garch_residual_slopes
from hedgeresearch._kernels.inference import identified_inverse


@kernel(steers=True)
def pair_covariance(
    parameters,
    steps,
    backward,
    reported,
    tangent,
    rules,
    x,
    y,
    targets,
    points,
    frees,
    kept,
    returns,
    scales,
    covariance,
):
    """Overwrite ``covariance`` (k, k) with the two-step sandwich; NaN for parameters at a bound.

    Parameters are those of the first univariate model, of the second and of the correlation.

    Parameters
    ----------
    parameters, steps, backward : array (4,)
        See ``pair_sensitivity``.
    reported : array (k_c,) of int
        Positions among (a, b, g, nu) of the estimates.
    tangent : array (k_c, n_free)
        Directions in which these can move.
    rules : (bool, bool, bool)
        Whether the model is asymmetric and corrected, and S shrunk.
    x, y : array (n_dates,)
        Standardized residuals.
    targets : array (6,)
        Elements of S and N.
    points : array (2, 6)
        Optima of the univariate models in their box.
    frees : array (2, 6) of bool
        Their coordinates that are not held.
    kept : array (k_m,) of int
        Positions of the univariate parameters that are estimated.
    returns : two arrays (n_dates,)
        Returns of unit variance.
    scales : array (2,)
        Units of the returns, in which univariate parameters are reported.
    covariance : array (k, k)
    """
    k_m = kept.shape[0]
    k_c = reported.shape[0]
    k = 2 * k_m + k_c
    n = x.shape[0]
    asymmetric, corrected, shrunk = rules
    by_z = np.zeros((4, 2, n))
    every = np.empty((4, 4))
    pair_sensitivity(
        parameters, steps, backward, asymmetric, corrected, shrunk, x, y, targets, every, by_z
    )
    information = np.empty((k_c, k_c))
    for i in range(k_c):
        for j in range(k_c):
            both = every[reported[i], reported[j]] + every[reported[j], reported[i]]
            information[i, j] = 0.5 * both
    transform = np.zeros((k, k))
    own = np.empty((k_c, k_c))
    identified_inverse(information, tangent, own)
    for i in range(k_c):
        for j in range(k_c):
            transform[2 * k_m + i, 2 * k_m + j] = own[i, j]
    for series in range(2):
        _transform_of_series(
            series, by_z, reported, own, points[series], frees[series], kept, returns, transform
        )
    products = np.zeros((k, k))
    pair_score_products(
        parameters, reported, corrected, x, y, targets, points, kept, returns, products
    )
    sandwich = np.empty((k, k))
    _sandwich(transform, products, sandwich)
    for i in range(k):
        for j in range(k):
            unit = _unit(i, kept, scales) * _unit(j, kept, scales)
            held = sandwich[i, i] == 0.0 or sandwich[j, j] == 0.0
            covariance[i, j] = np.nan if held else sandwich[i, j] * unit / n / n


@kernel(steers=True)
def _transform_of_series(series, by_z, reported, own, point, free, kept, returns, transform):
    """Fill what turns the scores of a univariate model into influences, (k, k).

    They are those on its own parameters and, through the residuals, on the correlation, whose
    inverse information is ``own``.
    """
    k_m = kept.shape[0]
    k_c = reported.shape[0]
    first = series * k_m
    inverse = np.empty((k_m, k_m))
    garch_influence_matrix(point, free, returns[series], kept, inverse)
    for i in range(k_m):
        for j in range(k_m):
            transform[first + i, first + j] = inverse[i, j]
    slopes = np.empty(6)
    parameters = garch_parameters(point)
    for p in range(k_c):
        garch_residual_slopes(parameters, returns[series], by_z[reported[p], series], slopes)
        for j in range(k_m):
            through = 0.0
            for i in range(k_m):
                through += slopes[kept[i]] * inverse[i, j]
            for i in range(k_c):
                transform[2 * k_m + i, first + j] += own[i, p] * through


@kernel(steers=True)
def _sandwich(transform, products, sandwich):
    """Overwrite ``sandwich`` (k, k) with T B T'."""
    k = transform.shape[0]
    left = np.zeros((k, k))
    for i in range(k):
        for p in range(k):
            if transform[i, p] != 0.0:
                for j in range(k):
                    left[i, j] += transform[i, p] * products[p, j]
    for i in range(k):
        for j in range(i + 1):
            total = 0.0
            for p in range(k):
                total += left[i, p] * transform[j, p]
            sandwich[i, j] = total
            sandwich[j, i] = total


@kernel(steers=True)
def _unit(i, kept, scales):
    """Return the unit of a parameter: those of mu and omega depend on that of the returns."""
    k_m = kept.shape[0]
    if i >= 2 * k_m:
        return 1.0
    scale = scales[i // k_m]
    position = kept[i % k_m]
    if position == 0:
        return scale
    return scale * scale if position == 1 else 1.0
