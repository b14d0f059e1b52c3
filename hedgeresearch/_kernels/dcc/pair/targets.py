"""Moments S and N of two series, and the intercept and the first Q that they give.

The matrices are those of ``covariance.dcc.likelihoods.correlation``, by their elements (1, 1),
(1, 2) and (2, 2).
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel


@kernel(fast=True)
def pair_targets(x, y, asymmetric):
    """Return S, demeaned with divisor n - 1, and N, the mean of n n' with n = min(z, 0), (6,).

    N is zero without asymmetry.
    """
    n = x.shape[0]
    mean_x = 0.0
    mean_y = 0.0
    for t in range(n):
        mean_x += x[t]
        mean_y += y[t]
    mean_x /= n
    mean_y /= n
    targets = np.zeros(6)
    s11 = 0.0
    s12 = 0.0
    s22 = 0.0
    for t in range(n):
        s11 += (x[t] - mean_x) * (x[t] - mean_x)
        s12 += (x[t] - mean_x) * (y[t] - mean_y)
        s22 += (y[t] - mean_y) * (y[t] - mean_y)
    targets[0] = s11 / (n - 1)
    targets[1] = s12 / (n - 1)
    targets[2] = s22 / (n - 1)
    if asymmetric:
        s11 = 0.0
        s12 = 0.0
        s22 = 0.0
        for t in range(n):
            fallen_x = min(x[t], 0.0)
            fallen_y = min(y[t], 0.0)
            s11 += fallen_x * fallen_x
            s12 += fallen_x * fallen_y
            s22 += fallen_y * fallen_y
        targets[3] = s11 / n
        targets[4] = s12 / n
        targets[5] = s22 / n
    return targets


@kernel(fast=True)
def corrected_pair_target(a, b, x, y):  # noqa: PLR0915 - one recursion
    """Return the correlation of z_i sqrt(q_ii) and its derivatives with respect to a and b.

    q_{t+1} = 1 - a - b + (a z_t^2 + b) q_t from q_1 = 1: Aielli (2013), section 3.2.
    """
    n = x.shape[0]
    q1 = 1.0
    q2 = 1.0
    q1_a = 0.0
    q1_b = 0.0
    q2_a = 0.0
    q2_b = 0.0
    sum1 = 0.0
    sum2 = 0.0
    sum1_a = 0.0
    sum1_b = 0.0
    sum2_a = 0.0
    sum2_b = 0.0
    m11 = 0.0
    m12 = 0.0
    m22 = 0.0
    m11_a = 0.0
    m11_b = 0.0
    m12_a = 0.0
    m12_b = 0.0
    m22_a = 0.0
    m22_b = 0.0
    for t in range(n):
        root1 = math.sqrt(q1)
        root2 = math.sqrt(q2)
        u = x[t] * root1
        v = y[t] * root2
        half1 = 0.5 * x[t] / root1
        half2 = 0.5 * y[t] / root2
        u_a = half1 * q1_a
        u_b = half1 * q1_b
        v_a = half2 * q2_a
        v_b = half2 * q2_b
        sum1 += u
        sum2 += v
        sum1_a += u_a
        sum1_b += u_b
        sum2_a += v_a
        sum2_b += v_b
        m11 += u * u
        m12 += u * v
        m22 += v * v
        m11_a += 2.0 * u * u_a
        m11_b += 2.0 * u * u_b
        m12_a += u * v_a + v * u_a
        m12_b += u * v_b + v * u_b
        m22_a += 2.0 * v * v_a
        m22_b += 2.0 * v * v_b
        xx = x[t] * x[t]
        yy = y[t] * y[t]
        q1_a = xx * q1 - 1.0 + (a * xx + b) * q1_a
        q1_b = q1 - 1.0 + (a * xx + b) * q1_b
        q2_a = yy * q2 - 1.0 + (a * yy + b) * q2_a
        q2_b = q2 - 1.0 + (a * yy + b) * q2_b
        q1 = 1.0 - a - b + (a * xx + b) * q1
        q2 = 1.0 - a - b + (a * yy + b) * q2
    m11 -= sum1 * sum1 / n
    m12 -= sum1 * sum2 / n
    m22 -= sum2 * sum2 / n
    m11_a -= 2.0 * sum1 * sum1_a / n
    m11_b -= 2.0 * sum1 * sum1_b / n
    m12_a -= (sum1 * sum2_a + sum2 * sum1_a) / n
    m12_b -= (sum1 * sum2_b + sum2 * sum1_b) / n
    m22_a -= 2.0 * sum2 * sum2_a / n
    m22_b -= 2.0 * sum2 * sum2_b / n
    scale = 1.0 / math.sqrt(m11 * m22)
    rho = m12 * scale
    by_a = m12_a * scale - 0.5 * rho * (m11_a / m11 + m22_a / m22)
    by_b = m12_b * scale - 0.5 * rho * (m11_b / m11 + m22_b / m22)
    return rho, by_a, by_b


@kernel
def pair_matrices(parameters, corrected, x, y, targets):
    """Return C, Q_1 and their derivatives with respect to (a, b, g), (8, 3).

    Columns are the elements (1, 1), (1, 2) and (2, 2); rows are C, Q_1, the derivatives of C and
    those of Q_1.
    """
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    matrices = np.zeros((8, 3))
    if corrected:
        rho, by_a, by_b = corrected_pair_target(a, b, x, y)
        for i in range(3):
            s = rho if i == 1 else 1.0
            s_a = by_a if i == 1 else 0.0
            s_b = by_b if i == 1 else 0.0
            matrices[0, i] = (1.0 - a - b) * s
            matrices[1, i] = s
            matrices[2, i] = (1.0 - a - b) * s_a - s
            matrices[3, i] = (1.0 - a - b) * s_b - s
            matrices[5, i] = s_a
            matrices[6, i] = s_b
        return matrices
    for i in range(3):
        s = targets[i]
        news = targets[3 + i]
        matrices[0, i] = (1.0 - a - b) * s - g * news
        matrices[1, i] = matrices[0, i] + b * s
        matrices[2, i] = -s
        matrices[3, i] = -s
        matrices[4, i] = -news
        matrices[5, i] = -s
        matrices[7, i] = -news
    return matrices
