"""Log-densities of the standardized residuals z of one date given Q, with derivatives.

R is Q with its diagonal scaled to ones, or the equicorrelation matrix of its mean correlation.
``density`` is (nu, log c, d log c / d nu), see ``densities``. Each function overwrites ``by_q``
with dl/dQ (symmetric, so that dl = sum of by_q * dQ) and ``by_z`` with dl/dz, and returns l and
dl/dnu. ``scratch`` (3, n) is scratch space.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.densities import NORMAL
from hedgeresearch._kernels.linear_algebra import invert_in_place


@kernel
def radial_log_density(density, n, quadratic):
    """Return the logarithm of the radial part of the density, its weight and derivative w.r.t. nu.

    The weight is w = -2 d/d quadratic of the logarithm.
    """
    nu, log_c, log_c_derivative = density
    if nu == NORMAL:
        return log_c - 0.5 * quadratic, 1.0, 0.0
    weight = (nu + n) / (nu - 2.0 + quadratic)
    kernel = 0.5 * (nu + n) * np.log1p(quadratic / (nu - 2.0))
    by_nu = log_c_derivative - kernel / (nu + n) + 0.5 * weight * quadratic / (nu - 2.0)
    return log_c - kernel, weight, by_nu


@kernel
def correlated_log_density(q, z, density, by_q, by_z, scratch):
    """Return the log-density with R = Q scaled to a unit diagonal.

    With s_i = 1 / sqrt(q_ii) and u = R^-1 z: l = -log |R| / 2 + f(z'u) with f the log of the radial
    part, dl/dz = -w u, and dl/dQ_ij = -s_i s_j (R^-1_ij - w u_i u_j) / 2, plus s_i^2 (1 - w u_i
    z_i) / 2 on the diagonal. It is -inf where Q is not positive definite.
    """
    n = z.shape[0]
    s, u, column = scratch
    for i in range(n):
        s[i] = 1.0 / np.sqrt(q[i, i])
    for i in range(n):
        for j in range(i + 1):
            by_q[i, j] = q[i, j] * s[i] * s[j]
    log_determinant = invert_in_place(by_q, column)
    if not log_determinant > -np.inf:
        return -np.inf, 0.0
    quadratic = 0.0
    for i in range(n):
        u[i] = 0.0
        for j in range(n):
            u[i] += by_q[i, j] * z[j]
        quadratic += u[i] * z[i]
    value, w, by_nu = radial_log_density(density, n, quadratic)
    for i in range(n):
        for j in range(n):
            by_q[i, j] = -0.5 * s[i] * s[j] * (by_q[i, j] - w * u[i] * u[j])
        by_q[i, i] += 0.5 * s[i] * s[i] * (1.0 - w * u[i] * z[i])
        by_z[i] = -w * u[i]
    return value - 0.5 * log_determinant, by_nu


@kernel
def equicorrelated_log_density(q, z, density, by_q, by_z, scratch):
    """Return the log-density with the equicorrelation rho: Engle and Kelly (2012), eq. 2-4.

    rho is the mean off-diagonal element of Q scaled to a unit diagonal, log |R| = (n - 1) log(1 -
    rho) + log(1 + (n - 1) rho), and R^-1 z = (z - rho / (1 + (n - 1) rho) sum z) / (1 - rho).
    """
    n = z.shape[0]
    pairs = n * (n - 1.0)
    total = 0.0
    rho = 0.0
    scale = scratch[0]
    for i in range(n):
        total += z[i]
        scale[i] = 1.0 / np.sqrt(q[i, i])
    for i in range(n):
        row = 0.0
        for j in range(n):
            by_q[i, j] = scale[i] * scale[j] / pairs
            row += by_q[i, j] * q[i, j]
        by_q[i, i] = -(row - 1.0 / pairs) / q[i, i]
        rho += row - 1.0 / pairs
    whole = 1.0 + (n - 1.0) * rho
    if not (rho < 1.0 and whole > 0.0):
        return -np.inf, 0.0
    squares = 0.0
    quadratic = 0.0
    share = rho / whole
    for i in range(n):
        by_z[i] = (z[i] - share * total) / (1.0 - rho)
        squares += z[i] * z[i]
        quadratic += z[i] * by_z[i]
    value, w, by_nu = radial_log_density(density, n, quadratic)
    # quadratic = (sum z^2 - share (sum z)^2) / (1 - rho), d share / d rho = 1 / whole^2
    by_rho = 0.5 * (n - 1.0) * (1.0 / (1.0 - rho) - 1.0 / whole)
    by_rho -= 0.5 * w * (quadratic - total * total / whole**2) / (1.0 - rho)
    for i in range(n):
        by_z[i] *= -w
        for j in range(n):
            by_q[i, j] *= by_rho
    return value - 0.5 * ((n - 1.0) * np.log(1.0 - rho) + np.log(whole)), by_nu
