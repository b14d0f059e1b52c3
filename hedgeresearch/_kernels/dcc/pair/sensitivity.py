"""Derivatives of the mean score of a dynamic correlation of two series, for two-step errors.

A two-step standard error needs the derivative of the mean score with respect to everything that was
estimated before. One pass backward over the dates gives the derivative of the mean log-density with
respect to every residual and target at once, whatever model the residuals come from; its
differences along a parameter are what the score of that parameter reacts with.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.arithmetic.lanes import WIDTH
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.pair.passes import pair_evaluation
from hedgeresearch._kernels.dcc.pair.plain_sensitivity import add_through_covariance
from hedgeresearch._kernels.dcc.pair.stencils import BACKWARD, CENTRAL
from hedgeresearch._kernels.dcc.pair.targets import pair_matrices


@kernel
def pair_sensitivity(
    parameters, steps, backward, asymmetric, corrected, shrunk, x, y, targets, information, by_z
):
    """Differentiate the mean score; return its derivatives by the elements of S and N, (4, 6).

    Parameters
    ----------
    parameters : array (4,)
        a, b, g and nu.
    steps : array (4,)
        Steps of the differences; zero for a parameter that was not estimated.
    backward : array (4,) of bool
        Whether differences do not exceed the parameter: those at an upper bound.
    asymmetric, corrected : bool
        Rules of the recursion.
    shrunk : bool
        Whether S does not depend on the residuals.
    x, y : array (n_dates,)
        Standardized residuals.
    targets : array (6,)
        Elements of S and N.
    information : array (4, 4)
        Overwritten with minus the derivatives of the mean score by the parameters, a row for each
        step.
    by_z : array (4, 2, n_dates)
        Rows of parameters with a step are overwritten with the derivatives of the mean score by the
        residuals, S and N moving with them.
    """
    n = x.shape[0]
    by_targets = np.zeros((4, 6))
    for i in range(4):
        for j in range(4):
            information[i, j] = 0.0
    n_rows = (n + WIDTH - 1) // WIDTH
    segments = np.empty((2, n_rows * WIDTH))
    segments[0] = in_segments(x)
    segments[1] = in_segments(y)
    shifted = np.empty(4)
    gradient = np.empty(4)
    products = np.empty((4, 4))
    path = np.empty((3, n))
    sums = np.empty(6)
    for p in range(4):
        if steps[p] == 0.0:
            continue
        for t in range(n):
            by_z[p, 0, t] = 0.0
            by_z[p, 1, t] = 0.0
        stencil = BACKWARD if backward[p] else CENTRAL
        for k in range(stencil.shape[0]):
            for i in range(4):
                shifted[i] = parameters[i]
            shifted[p] += stencil[k, 0] * steps[p]
            weight = stencil[k, 1] / steps[p]
            how = (asymmetric, corrected, x, y, segments, targets)
            pair_evaluation(shifted, *how, gradient, products)
            for i in range(4):
                information[p, i] -= weight * gradient[i]
            matrices = pair_matrices(shifted, corrected, x, y, targets)
            residual_gradient(shifted, corrected, x, y, weight, matrices, path, by_z[p], sums)
            _add_through_targets(
                shifted, asymmetric, corrected, shrunk, x, y, sums, path, by_z[p], by_targets[p]
            )
    return by_targets


@kernel(fast=True)
def residual_gradient(  # noqa: PLR0915 - one recursion forward and back
    parameters, corrected, x, y, weight, matrices, path, by_z, sums
):
    """Add a multiple of the gradient of the mean log-density by residuals at given C and Q_1.

    Parameters
    ----------
    parameters, corrected, x, y
        As of ``pair_sensitivity``.
    weight : float
        The multiple.
    matrices : array (8, 3)
        See ``pair_matrices``.
    path : array (3, n_dates)
        Overwritten with the elements (1, 1), (1, 2) and (2, 2) of Q.
    by_z : array (2, n_dates)
    sums : array (6,)
        Overwritten with the derivatives by the elements of Q, summed over the dates but the first,
        and then those by the elements of Q_1.
    """
    n = x.shape[0]
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    nu = parameters[3]
    share = weight / n
    q11 = matrices[1, 0]
    q12 = matrices[1, 1]
    q22 = matrices[1, 2]
    for t in range(n):
        path[0, t] = q11
        path[1, t] = q12
        path[2, t] = q22
        u = x[t]
        v = y[t]
        weight11 = a + g if u < 0.0 else a
        weight22 = a + g if v < 0.0 else a
        weight12 = a + g if u < 0.0 and v < 0.0 else a
        scale1 = q11 if corrected else 1.0
        scale2 = q22 if corrected else 1.0
        scale12 = math.sqrt(q11 * q22) if corrected else 1.0
        q11 = matrices[0, 0] + weight11 * u * u * scale1 + b * q11
        q12 = matrices[0, 1] + weight12 * u * v * scale12 + b * q12
        q22 = matrices[0, 2] + weight22 * v * v * scale2 + b * q22
    # derivatives by the Q of the next date, and their sum over dates
    next11 = 0.0
    next12 = 0.0
    next22 = 0.0
    sum11 = 0.0
    sum12 = 0.0
    sum22 = 0.0
    for t in range(n - 1, -1, -1):
        u = x[t]
        v = y[t]
        q11 = path[0, t]
        q12 = path[1, t]
        q22 = path[2, t]
        root = math.sqrt(q11 * q22)
        inverse_root = 1.0 / root
        inverse11 = q22 * inverse_root * inverse_root
        inverse22 = q11 * inverse_root * inverse_root
        r = q12 * inverse_root
        d = 1.0 / (1.0 - r * r)
        quadratic = (u * u - 2.0 * r * u * v + v * v) * d
        radial = 1.0 if nu == NORMAL else (nu + 2.0) / (nu - 2.0 + quadratic)
        by_r = share * d * (r + radial * (u * v - r * quadratic))
        weight11 = a + g if u < 0.0 else a
        weight22 = a + g if v < 0.0 else a
        weight12 = a + g if u < 0.0 and v < 0.0 else a
        scale1 = q11 if corrected else 1.0
        scale2 = q22 if corrected else 1.0
        scale12 = root if corrected else 1.0
        sum11 += next11
        sum12 += next12
        sum22 += next22
        news11 = weight11 * next11 * u
        news12 = weight12 * next12 * scale12
        news22 = weight22 * next22 * v
        by_z[0, t] += 2.0 * news11 * scale1 + news12 * v - share * radial * d * (u - r * v)
        by_z[1, t] += 2.0 * news22 * scale2 + news12 * u - share * radial * d * (v - r * u)
        next11 = b * next11 - 0.5 * by_r * r * inverse11
        next12 = b * next12 + by_r * inverse_root
        next22 = b * next22 - 0.5 * by_r * r * inverse22
        if corrected:
            next11 += news11 * u + 0.5 * news12 * u * v * inverse11
            next22 += news22 * v + 0.5 * news12 * u * v * inverse22
    sums[0] = sum11
    sums[1] = sum12
    sums[2] = sum22
    sums[3] = next11
    sums[4] = next12
    sums[5] = next22


@kernel
def _add_through_targets(
    parameters, asymmetric, corrected, shrunk, x, y, sums, path, by_z, by_targets
):
    """Add the gradient through C and Q_1, which depend on S and N, and these on the residuals.

    ``by_targets`` (6,) are those by the elements of S and N at given residuals; (1, 2) moves (2, 1)
    as well.
    """
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    by_s = np.empty(3)
    on_news = np.empty(3)
    for i in range(3):
        through_c = sums[i] + sums[3 + i]
        if corrected:
            by_s[i] = (1.0 - a - b) * sums[i] + sums[3 + i]
        else:  # Q_1 is C + b S
            by_s[i] = (1.0 - a - b) * through_c + b * sums[3 + i]
            by_targets[3 + i] -= g * through_c
        on_news[i] = -g / x.shape[0] * through_c
        by_targets[i] += by_s[i]
    if corrected:
        _add_through_correlation(a, b, x, y, by_s[1], path, by_z)
    elif not shrunk:
        add_through_covariance(x, y, by_s, by_z)
    if asymmetric:
        _add_through_news(x, y, on_news, by_z)


@kernel
def _add_through_news(x, y, on_news, by_z):
    """Add what the residuals contribute through N, the mean of n n' with n = min(z, 0)."""
    for t in range(x.shape[0]):
        if x[t] < 0.0:
            by_z[0, t] += 2.0 * on_news[0] * x[t] + on_news[1] * min(y[t], 0.0)
        if y[t] < 0.0:
            by_z[1, t] += 2.0 * on_news[2] * y[t] + on_news[1] * min(x[t], 0.0)


@kernel
def _add_through_correlation(a, b, x, y, by_rho, path, by_z):
    """Add what the residuals contribute through the correlation of z_i sqrt(q_ii).

    q_ii also depends on earlier residuals: the passes over the dates run backward.
    """
    n = x.shape[0]
    sum_u = 0.0
    sum_v = 0.0
    sum_uu = 0.0
    sum_uv = 0.0
    sum_vv = 0.0
    for t in range(n):
        u = x[t] * math.sqrt(path[0, t])
        v = y[t] * math.sqrt(path[2, t])
        sum_u += u
        sum_v += v
        sum_uu += u * u
        sum_uv += u * v
        sum_vv += v * v
    sum_uu -= sum_u * sum_u / n
    sum_uv -= sum_u * sum_v / n
    sum_vv -= sum_v * sum_v / n
    scale = 1.0 / math.sqrt(sum_uu * sum_vv)
    rho = sum_uv * scale
    next1 = 0.0
    next2 = 0.0
    for t in range(n - 1, -1, -1):
        root1 = math.sqrt(path[0, t])
        root2 = math.sqrt(path[2, t])
        u = x[t] * root1 - sum_u / n
        v = y[t] * root2 - sum_v / n
        by_u = by_rho * (v * scale - rho * u / sum_uu)
        by_v = by_rho * (u * scale - rho * v / sum_vv)
        by_z[0, t] += by_u * root1 + 2.0 * a * next1 * x[t] * path[0, t]
        by_z[1, t] += by_v * root2 + 2.0 * a * next2 * y[t] * path[2, t]
        next1 = (a * x[t] * x[t] + b) * next1 + 0.5 * by_u * x[t] / root1
        next2 = (a * y[t] * y[t] + b) * next2 + 0.5 * by_v * y[t] / root2
