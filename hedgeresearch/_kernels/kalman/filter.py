"""Kalman filter of time-varying regression coefficients: many columns in one pass.

y_t = (1, x_t)' delta + x_t' d_t + e_t with Var(e_t) = 1, d_{t+1} = phi d_t + v_t, Var(v_t) =
diag(q), Var(d_1) = diag(first). The unknown delta are coefficients of regressors that the same
filter makes white: it runs over the columns z_t = (y_t, 1, x_t), and least squares of the first
column's innovations on the others' gives delta (the augmented filter, Durbin and Koopman 2012,
section 5.7). As nothing starts with a diffuse variance, P_t - g g' / F_t loses no digits; P_t stays
symmetric because one triangle is computed and written twice.

``state`` (n, n + 2) holds, for each column, the prediction of d_t from that column; ``moments``
(n + 2, n + 2) is the sum of products of innovations, divided by F_t.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place
from hedgeresearch._kernels.compilation.kernels import kernel

MIN_DERIVATIVE = 1e-200
"""Size below which a derivative is set to zero: arithmetic with denormal numbers is slow."""


@kernel
def _innovate(z, state, p, g, w):
    """Overwrite ``w`` with the innovations of all columns and ``g`` with P_t x_t; return F_t."""
    n, m = state.shape
    f = 1.0
    for i in range(n):
        g[i] = 0.0
        for j in range(n):
            g[i] += p[i, j] * z[2 + j]
        f += z[2 + i] * g[i]
    for c in range(m):
        w[c] = z[c]
        for i in range(n):
            w[c] -= z[2 + i] * state[i, c]
    return f


@kernel
def _predict_state(phi, q, state, p, g, w, f):
    """Overwrite state and P_t with their predictions for the next date."""
    n, m = state.shape
    for i in range(n):
        for c in range(m):
            state[i, c] = phi[i] * (state[i, c] + g[i] / f * w[c])
        for j in range(i + 1):
            p[i, j] = phi[i] * phi[j] * (p[i, j] - g[i] * g[j] / f)
            p[j, i] = p[i, j]
        p[i, i] += q[i]


@kernel
def _differentiate(  # noqa: C901 - loops over elements
    z, phi, now, parameter, d_state, d_p, dg, dw
):
    """Return the derivative of F_t and overwrite ``dw`` with those of the innovations.

    The derivatives of state and P_t are overwritten with those of the next date. Parameters are the
    elements of q and then those of phi; ``now`` holds state, P_t, g, w and F_t before this step.
    """
    state, p, g, w, f = now
    n, m = state.shape
    place = parameter % n
    by_phi = parameter >= n
    df = 0.0
    for i in range(n):
        dg[i] = 0.0
        for j in range(n):
            dg[i] += d_p[i, j] * z[2 + j]
        df += z[2 + i] * dg[i]
    for c in range(m):
        dw[c] = 0.0
        for i in range(n):
            dw[c] -= z[2 + i] * d_state[i, c]
    for i in range(n):
        gain = g[i] / f
        d_gain = (dg[i] - g[i] * df / f) / f
        for c in range(m):
            moved = phi[i] * (d_state[i, c] + d_gain * w[c] + gain * dw[c])
            if by_phi and i == place:
                moved += state[i, c] + gain * w[c]
            d_state[i, c] = moved if abs(moved) > MIN_DERIVATIVE else 0.0
        for j in range(i + 1):
            moved = d_p[i, j] - (dg[i] * g[j] + g[i] * dg[j]) / f + g[i] * g[j] * df / f**2
            moved *= phi[i] * phi[j]
            if by_phi:
                known = p[i, j] - g[i] * g[j] / f
                moved += (phi[j] * (i == place) + phi[i] * (j == place)) * known
            d_p[i, j] = d_p[j, i] = moved if abs(moved) > MIN_DERIVATIVE else 0.0
    if not by_phi:
        d_p[place, place] += 1.0
    return df


@kernel
def kalman_moments(z, phi, q, first):
    """Return moments of the innovations of z (n_dates, n + 2), and the sum of log F_t.

    The likelihood follows from these two.
    """
    n_dates, m = z.shape
    state = np.zeros((m - 2, m))
    p = np.diag(first)
    moments = np.zeros((m, m))
    g = np.empty(m - 2)
    w = np.empty(m)
    log_f = 0.0
    for t in range(n_dates):
        f = _innovate(z[t], state, p, g, w)
        log_f += np.log(f)
        for c in range(m):
            for k in range(c + 1):
                moments[c, k] += w[c] * w[k] / f
        _predict_state(phi, q, state, p, g, w, f)
    for c in range(m):
        for k in range(c):
            moments[k, c] = moments[c, k]
    return moments, log_f


@kernel
def kalman_scores(z, phi, q, first, d_first, residual, determinant):
    """Return squared residuals (n_dates,) and the terms of the score (n_dates, n_parameters).

    Squared residuals are (a'w_t)^2 / F_t. The vector a, ``residual`` (n + 2,), gives standardized
    residuals from the innovations w_t, and the matrix C, ``determinant`` (n + 2, n + 2), is the
    derivative of log|S| w.r.t. their moments. The score is that of -(log F_t + w_t' (aa' + C)
    w_t / F_t) / 2 w.r.t. q and, where ``d_first`` (n_parameters,), the derivatives of ``first``,
    has 2n elements, w.r.t. phi.
    """
    n_dates, m = z.shape
    n = m - 2
    n_parameters = d_first.shape[0]
    state = np.zeros((n, m))
    p = np.diag(first)
    d_state = np.zeros((n_parameters, n, m))
    d_p = np.zeros((n_parameters, n, n))
    for j in range(n_parameters):
        d_p[j, j % n, j % n] = d_first[j]
    g = np.empty(n)
    w = np.empty(m)
    dg = np.empty(n)
    dw = np.empty(m)
    weighted = np.empty(m)
    squares = np.empty(n_dates)
    scores = np.empty((n_dates, n_parameters))
    for t in range(n_dates):
        f = _innovate(z[t], state, p, g, w)
        u = 0.0
        size = 0.0
        for c in range(m):
            u += residual[c] * w[c]
        for c in range(m):
            weighted[c] = residual[c] * u
            for k in range(m):
                weighted[c] += determinant[c, k] * w[k]
            size += weighted[c] * w[c]
        squares[t] = u * u / f
        for j in range(n_parameters):
            df = _differentiate(z[t], phi, (state, p, g, w, f), j, d_state[j], d_p[j], dg, dw)
            slope = 0.5 * df * (1.0 - size / f)
            for c in range(m):
                slope += weighted[c] * dw[c]
            scores[t, j] = -slope / f
        _predict_state(phi, q, state, p, g, w, f)
    return squares, scores


@kernel
def _predict(state, p, moments, factor, scale, v, ratio, variance):
    """Overwrite ``ratio`` and ``variance`` with the prediction of b_t, for Var(e_t) = 1.

    Returns the smallest pivot of the moments of delta.
    """
    n = ratio.shape[0]
    k = scale.shape[0]
    for i in range(k):
        scale[i] = np.sqrt(moments[1 + i, 1 + i]) + 1e-300
    for i in range(k):
        for j in range(i + 1):
            factor[i, j] = moments[1 + i, 1 + j] / (scale[i] * scale[j])
    smallest = cholesky_in_place(factor)
    if not smallest > 0.0:
        return smallest
    for i in range(n):
        # delta contributes e_i - state to b_t: with L of L L' = moments,
        # b_t = state + (L^-1 contribution)' (L^-1 right side).
        ratio[i] = state[i, 0]
        variance[i] = p[i, i]
        for r in range(k):
            v[0, r] = ((r == 1 + i) - state[i, 1 + r]) / scale[r]
            v[1, r] = moments[1 + r, 0] / scale[r]
            for s in range(r):
                v[0, r] -= factor[r, s] * v[0, s]
                v[1, r] -= factor[r, s] * v[1, s]
            v[0, r] /= factor[r, r]
            v[1, r] /= factor[r, r]
            ratio[i] += v[0, r] * v[1, r]
            variance[i] += v[0, r] ** 2
    return smallest


@kernel
def kalman_path(z, phi, q, state, p, moments, skipped):
    """Return predictions of b_t and their variances, (n_dates + 1 - skipped, n).

    They start at date ``skipped`` and use the dates before; the last uses all of z. Returned with
    them are the smallest pivot of the first prediction, and state, P_t and moments after the last
    date.
    """
    n_dates, m = z.shape
    n = m - 2
    state = state.copy()
    p = p.copy()
    moments = moments.copy()
    ratios = np.zeros((n_dates + 1 - skipped, n))
    variances = np.zeros((n_dates + 1 - skipped, n))
    g = np.empty(n)
    w = np.empty(m)
    factor = np.empty((m - 1, m - 1))
    scale = np.empty(m - 1)
    v = np.empty((2, m - 1))
    first = 0.0
    for t in range(n_dates + 1):
        if t >= skipped:
            row = t - skipped
            pivot = _predict(state, p, moments, factor, scale, v, ratios[row], variances[row])
            if row == 0:
                first = pivot
        if t < n_dates:
            f = _innovate(z[t], state, p, g, w)
            for c in range(m):
                for k in range(m):
                    moments[c, k] += w[c] * w[k] / f
            _predict_state(phi, q, state, p, g, w, f)
    return ratios, variances, first, state, p, moments


@kernel
def kalman_smooth(z, phi, q, first, delta):
    """Return d_t given all dates, (n_dates, n), for known ``delta`` (n + 1,).

    Durbin and Koopman (2012), section 4.4.
    """
    n_dates, m = z.shape
    n = m - 2
    state = np.zeros((n, m))
    p = np.diag(first)
    g = np.empty((n_dates, n))
    w = np.empty(m)
    shocks = np.empty(n_dates)
    variances = np.empty(n_dates)
    covariances = np.empty((n_dates, n, n))
    smoothed = np.empty((n_dates, n))
    for t in range(n_dates):
        for i in range(n):
            smoothed[t, i] = state[i, 0]
            for c in range(m - 1):
                smoothed[t, i] -= delta[c] * state[i, 1 + c]
        covariances[t] = p
        variances[t] = _innovate(z[t], state, p, g[t], w)
        shocks[t] = w[0]
        for c in range(m - 1):
            shocks[t] -= delta[c] * w[1 + c]
        _predict_state(phi, q, state, p, g[t], w, variances[t])
    r = np.zeros(n)
    for t in range(n_dates - 1, -1, -1):
        along = shocks[t]
        for i in range(n):
            r[i] *= phi[i]
            along -= g[t, i] * r[i]
        for i in range(n):
            r[i] += z[t, 2 + i] * along / variances[t]
        for i in range(n):
            for j in range(n):
                smoothed[t, i] += covariances[t, i, j] * r[j]
    return smoothed
