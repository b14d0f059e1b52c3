"""E-step of a switching regression, and EM for one with coefficients of each regime.

With smoothed probabilities w, the coefficients of regime k minimize sum_t w_tk (y_t - x_t' c)^2,
its variance is the weighted mean of the squared residuals, and its row of the transition holds the
expected shares of transitions (Hamilton 1990, Journal of Econometrics 45, eq. 4.1-4.3). The E-step
is a pass forward, with probabilities divided by the density of the date, and a pass backward that
sums what the parameters need. States are those of ``regression``.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place, solve_cholesky
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.hidden_markov.extrapolation import (
    IS_TRIAL,
    begin_extrapolation,
    note_end,
    note_start,
    withdraw,
)

MIN_LIKELIHOOD = 1e-300
"""Density below which a date counts as impossible."""
MIN_PIVOT = 1e-12
"""Pivot of the correlations of weighted regressors up to which a regime has too few dates."""
PLAIN_STEPS = 3
"""Number of EM steps before the first extrapolation: they go far, and turn."""

ExpectedSums = namedtuple("ExpectedSums", "weights squares products moments transitions first")
ExpectedSums.__doc__ = """Sums over dates, weighted by smoothed probabilities.

Attributes
----------
weights, squares : array (n_states,)
    Sums of w and of w y^2.
products : array (n_states, d)
    Sums of w x y.
moments : array (n_states, d, d)
    Sums of w x x', lower triangles.
transitions : array (k, k)
    Expected numbers of transitions.
first : array (n_states,)
    Smoothed probabilities of the first date.
"""


@kernel
def empty_sums(n_states, d, k):
    """Return sums for states of k regimes and d regressors."""
    return ExpectedSums(
        np.zeros(n_states),
        np.zeros(n_states),
        np.zeros((n_states, d)),
        np.zeros((n_states, d, d)),
        np.zeros((k, k)),
        np.zeros(n_states),
    )


@kernel(fast=True)
def filter_forward(  # noqa: C901 - one recursion
    y, x, coefficients, variances, transition, first, filtered, densities
):
    """Return the log-likelihood; fill filtered probabilities, and densities over the date's own."""
    n_dates, d = x.shape
    n_states = first.shape[0]
    k = transition.shape[0]
    block = n_states // k
    inverse = np.empty(n_states)
    constant = np.empty(n_states)
    ahead = np.empty(n_states)
    for s in range(n_states):
        inverse[s] = -0.5 / variances[s]
        constant[s] = -0.5 * np.log(2.0 * np.pi * variances[s])
        ahead[s] = first[s]
    total_log = 0.0
    product = 1.0
    for t in range(n_dates):
        largest = -np.inf
        for s in range(n_states):
            e = y[t]
            for j in range(d):
                e -= x[t, j] * coefficients[s, j]
            densities[t, s] = constant[s] + e * e * inverse[s]
            largest = max(largest, densities[t, s])
        total = 0.0
        for s in range(n_states):
            density = 1.0
            if densities[t, s] != largest:
                density = np.exp(densities[t, s] - largest)
            densities[t, s] = density
            filtered[t, s] = ahead[s] * density
            total += filtered[t, s]
        total = max(total, MIN_LIKELIHOOD)
        total_log += largest
        if product * total < 1e-150 or t & 15 == 15:
            total_log += np.log(product)
            product = 1.0
        product *= total
        scale = 1.0 / total
        for s in range(n_states):
            filtered[t, s] *= scale
            densities[t, s] *= scale
            ahead[s] = 0.0
        s = 0
        for i in range(k):
            for kept in range(i * block, (i + 1) * block):
                for j in range(k):
                    ahead[j * block + kept // k] += filtered[t, s] * transition[i, j]
                s += 1
    return total_log + np.log(product)


@kernel(fast=True)
def sum_backward(  # noqa: C901, PLR0912 - one recursion
    y, x, transition, filtered, densities, sums
):
    """Overwrite the sums, with smoothed = filtered * b and b_t = P (densities_t+1 * b_t+1)."""
    n_dates, d = x.shape
    weights, squares, products, moments, transitions, first = sums
    n_states = weights.shape[0]
    k = transition.shape[0]
    block = n_states // k
    b = np.ones(n_states)
    weighted = np.empty(n_states)
    for i in range(k):
        for j in range(k):
            transitions[i, j] = 0.0
    for s in range(n_states):
        weights[s] = 0.0
        squares[s] = 0.0
        for j in range(d):
            products[s, j] = 0.0
            for c in range(d):
                moments[s, j, c] = 0.0
    for t in range(n_dates - 1, -1, -1):
        for s in range(n_states):
            w = filtered[t, s] * b[s]
            first[s] = w
            weights[s] += w
            squares[s] += w * y[t] * y[t]
            for j in range(d):
                along = w * x[t, j]
                products[s, j] += along * y[t]
                for c in range(j + 1):
                    moments[s, j, c] += along * x[t, c]
            weighted[s] = densities[t, s] * b[s]
        if t > 0:
            s = 0
            for i in range(k):
                for kept in range(i * block, (i + 1) * block):
                    b[s] = 0.0
                    for j in range(k):
                        joint = transition[i, j] * weighted[j * block + kept // k]
                        b[s] += joint
                        transitions[i, j] += filtered[t - 1, s] * joint
                    s += 1


@kernel
def fill_transition(transitions, transition):
    """Fill the expected shares of transitions; a regime that is on no date keeps its row."""
    k = transition.shape[0]
    for i in range(k):
        total = 0.0
        for j in range(k):
            total += transitions[i, j]
        for j in range(k):
            if total > 0.0:
                transition[i, j] = transitions[i, j] / total


@kernel
def sum_of_squares(sums, s, coefficients):
    """Return the weighted sum of squared residuals in a state, y'y - 2 c'X'y + c'X'X c."""
    total = sums.squares[s]
    for j in range(coefficients.shape[0]):
        total -= 2.0 * coefficients[j] * sums.products[s, j]
        for c in range(j + 1):
            twice = 1.0 if c == j else 2.0
            total += twice * coefficients[j] * coefficients[c] * sums.moments[s, j, c]
    return total


@kernel
def solve_scaled(matrix, right):
    """Overwrite right with matrix^-1 right; return whether the matrix is regular.

    The lower triangle of the matrix is overwritten.
    """
    d = right.shape[0]
    scale = np.empty(d)
    for j in range(d):
        scale[j] = 1.0 / np.sqrt(matrix[j, j] + MIN_LIKELIHOOD)
    for j in range(d):
        right[j] *= scale[j]
        for c in range(j + 1):
            matrix[j, c] *= scale[j] * scale[c]
    if not cholesky_in_place(matrix) > MIN_PIVOT:
        return False
    solve_cholesky(matrix, right)
    for j in range(d):
        right[j] *= scale[j]
    return True


@kernel
def fit_weighted(sums, matrix, coefficients, variances, first):
    """Fill the regressions of all regimes and the first date; return whether they are regular."""
    for i in range(first.shape[0]):
        for j in range(coefficients.shape[1]):
            coefficients[i, j] = sums.products[i, j]
            for c in range(j + 1):
                matrix[j, c] = sums.moments[i, j, c]
        if not solve_scaled(matrix, coefficients[i]):
            return False
        variances[i] = sum_of_squares(sums, i, coefficients[i]) / sums.weights[i]
        first[i] = sums.first[i]
    return True


@kernel
def run_regression_em(
    y, x, coefficients, variances, transition, first, tolerance, max_steps, min_variance
):
    """Alternate E-steps and M-steps until a step gains less than the tolerance.

    Every other step starts from an extrapolation of the two before, where that is higher; one that
    is not counts as a step. The parameters, coefficients (k, d), variances (k,), transition (k, k)
    and probabilities of the first date (k,), are overwritten.

    Returns
    -------
    tuple of float, float, int
        Log-likelihood of the parameters and before the last step, and 1 if the run has converged,
        0 if it has not, -1 if a regime has collapsed.
    """
    n_dates, d = x.shape
    k = first.shape[0]
    filtered = np.empty((n_dates, k))
    densities = np.empty((n_dates, k))
    sums = empty_sums(k, d, k)
    matrix = np.empty((d, d))
    # views, through which the extrapolation reads and writes
    parts = (first, transition.reshape(-1), coefficients.reshape(-1), variances)
    extrapolation = begin_extrapolation(parts)
    before = -np.inf
    now = -np.inf
    for step in range(max_steps):
        is_trial = extrapolation.numbers[IS_TRIAL] == 1.0
        is_sound = variances.min() > min_variance
        value = -np.inf
        if is_sound:
            value = filter_forward(
                y, x, coefficients, variances, transition, first, filtered, densities
            )
        if is_trial and not value >= now:
            withdraw(extrapolation, parts)
            continue
        if not is_sound:
            return now, before, -1
        before = now
        now = value
        if not is_trial and now - before < tolerance:
            return now, before, 1
        sum_backward(y, x, transition, filtered, densities, sums)
        if step >= PLAIN_STEPS:
            note_start(extrapolation, parts)
        if not fit_weighted(sums, matrix, coefficients, variances, first):
            return now, before, -1
        fill_transition(sums.transitions, transition)
        if step >= PLAIN_STEPS:
            note_end(extrapolation, parts)
    if extrapolation.numbers[IS_TRIAL] == 1.0:
        withdraw(extrapolation, parts)
    return now, before, 0
