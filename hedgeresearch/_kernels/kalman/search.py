"""Maximum likelihood of time-varying coefficients, in one compiled call from a start.

The curvature of the search is the average information of Gilmour, Thompson and Cullis (1995),
Biometrics 51, section 2: 1/2 f_i' P f_j with f_i = V_i P y and P y the smoothed errors, in which P
f_i is a filter of the columns f_i with the same gains.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.kalman.gradient import fill_dynamics, kalman_gradient, kalman_store
from hedgeresearch._kernels.search.box_search import (
    EVALUATIONS,
    SCORING,
    VALUE,
    advance_search,
    begin_search,
    gradient_norm,
)

LONGEST_STEP = 2.0
"""Change of a coordinate that the curvature allows, however small the information is."""
SCORING_GAIN = 0.1
"""Gain of a step above which the next one has the average information of its own point.

Far from the optimum it knows more than updates of the first one; near it updates converge faster.
"""
NEAR = 0.1
"""Distance in each coordinate within which a search goes to the same optimum as one before it."""


@kernel(fast=True)
def fill_working_columns(z, phi, q, first, d_first, store, columns):
    """Fill V_i u of every parameter, (n_dates, n_parameters): steps and then persistences.

    With r as in the disturbance smoother, K x u moves as e_{t+1} = phi e_t + q r_t from e_1 =
    first r_0; derivatives by q and phi follow with x u given.
    """
    n_dates, n_parameters = columns.shape
    n = q.shape[0]
    slope = np.empty(n_dates + 1)
    for i in range(n):
        moved = d_first[i] * store.r[0, i]
        for t in range(n_dates):
            columns[t, i] = z[t, 2 + i] * moved
            moved = phi[i] * moved + store.r[t + 1, i]
        if n_parameters > n:
            slope[n_dates] = 0.0
            for t in range(n_dates - 1, -1, -1):
                slope[t] = store.r[t + 1, i] + phi[i] * slope[t + 1]
            level = first[i] * store.r[0, i]
            moved = d_first[n + i] * store.r[0, i] + first[i] * slope[0]
            for t in range(n_dates):
                columns[t, n + i] = z[t, 2 + i] * moved
                moved = level + phi[i] * moved + q[i] * slope[t + 1]
                level = phi[i] * level + q[i] * store.r[t + 1, i]


@kernel(fast=True)
def average_information(  # noqa: C901, PLR0912 - one recursion
    z, phi, weights, store, columns, information
):
    """Fill the average information of the parameters, the residual variance concentrated out."""
    n_dates, n_parameters = columns.shape
    m = z.shape[1]
    n = m - 2
    state = np.zeros((n, n_parameters))
    w = np.empty(n_parameters)
    with_regressors = np.zeros((n_parameters, m))
    with_errors = np.zeros(n_parameters)
    for a in range(n_parameters):
        for b in range(n_parameters):
            information[a, b] = 0.0
    for t in range(n_dates):
        inverse = 1.0 / store.f[t]
        for a in range(n_parameters):
            w[a] = columns[t, a]
            with_errors[a] += w[a] * store.u[t]
        for i in range(n):
            x = z[t, 2 + i]
            for a in range(n_parameters):
                w[a] -= x * state[i, a]
        for a in range(n_parameters):
            along = w[a] * inverse
            for b in range(a + 1):
                information[a, b] += along * w[b]
            for c in range(1, m):
                with_regressors[a, c] += along * store.w[t, c]
        for i in range(n):
            gain = store.g[t, i] * inverse
            for a in range(n_parameters):
                state[i, a] = phi[i] * (state[i, a] + gain * w[a])
    n_contrasts = n_dates - (m - 1)
    projected = np.zeros((n_parameters, m))
    for a in range(n_parameters):
        for c in range(1, m):
            for k in range(1, c + 1):
                projected[a, c] += with_regressors[a, k] * weights[k, c]
    for a in range(n_parameters):
        for b in range(a + 1):
            total = information[a, b] - with_errors[a] * with_errors[b] / n_contrasts
            for c in range(1, m):
                total -= projected[a, c] * projected[b, c]
            information[a, b] = 0.5 * total
            information[b, a] = 0.5 * total


@kernel
def kalman_evaluate(z, log_gram, point, store, columns, gradient, information):
    """Return the mean log-likelihood at a point of the box; fill its gradient and curvature."""
    n_dates, m = z.shape
    n_parameters = point.shape[0]
    weights = np.empty((m, m))
    value, _ = kalman_gradient(z, log_gram, point, 0.0, store, weights, gradient)
    dynamics = np.empty((3, m - 2))
    d_first = np.empty(n_parameters)
    slope = np.empty(n_parameters)
    fill_dynamics(point, n_dates, dynamics, d_first, slope)
    fill_working_columns(z, dynamics[0], dynamics[1], dynamics[2], d_first, store, columns)
    average_information(z, dynamics[0], weights, store, columns, information)
    for a in range(n_parameters):
        for b in range(n_parameters):
            information[a, b] *= slope[a] * slope[b] / n_dates
        # where the likelihood is far from quadratic a step would leave what the curvature knows
        information[a, a] += abs(gradient[a]) / LONGEST_STEP
    return value


@kernel
def is_near(point, known, n):
    """Return whether a point is close to one of the known points (n_known, n_parameters).

    The persistence of a ratio without steps does not count.
    """
    for one in range(known.shape[0]):
        near = True
        for a in range(point.shape[0]):
            counts = a < n or max(point[a - n], known[one, a - n]) > NEAR
            if counts and abs(point[a] - known[one, a]) > NEAR:
                near = False
        if near:
            return True
    return False


@kernel
def search_kalman(z, log_gram, start, low, high, known):
    """Return where a search from a start ends; it is left where it comes near a known optimum.

    Parameters
    ----------
    z : array (n_dates, n + 2), the asset, ones, the hedges
    log_gram : float, log-determinant of the products of ones and hedges
    start, low, high : array (n_parameters,), a point of the box and its bounds
    known : array (n_known, n_parameters), optima that were found before

    Returns
    -------
    tuple of array (n_parameters,), float, float, array (n_parameters,), int
        Point, log-likelihood of all dates, largest component of the projected gradient per date,
        gradient, and number of evaluations; the last is negative if the search was left.
    """
    n_dates, m = z.shape
    n_parameters = start.shape[0]
    store = kalman_store(n_dates, m - 2, n_parameters > m - 2)
    columns = np.empty((n_dates, n_parameters))
    gradient = np.empty(n_parameters)
    information = np.empty((n_parameters, n_parameters))
    search = begin_search(start, low, high)
    search.numbers[SCORING] = SCORING_GAIN
    more = True
    left = False
    while more and not left:
        value = kalman_evaluate(z, log_gram, search.trial, store, columns, gradient, information)
        more = advance_search(search, value, gradient, information, n_dates)
        left = is_near(search.point, known, m - 2)
    norm = gradient_norm(search.point, search.gradient, low, high)
    evaluations = int(search.numbers[EVALUATIONS])
    if left:
        evaluations = -evaluations
    return search.point, search.numbers[VALUE] * n_dates, norm, search.gradient, evaluations
