"""Filter of Markov-switching regressions, with derivatives.

y_t = x_t' c_s + sqrt(v_s) e_t with normal e_t in state s. A state holds the regimes of a date and
of ``memory`` dates before, (i_0, ..., i_memory), the latest first and counted as the digits of s;
there are k ** (memory + 1) of them (Hamilton 1994, Time Series Analysis, section 22.4). Regimes
alone are the states where memory is zero.

Natural parameters are those of coefficients and variances, in any order, and then the rows of the
transition without their last column. ``slopes`` (n_states, d + 1, n_parameters) are the derivatives
of a state's coefficients and variance with respect to them.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel

MIN_LIKELIHOOD = 1e-300
"""Density below which a date counts as impossible."""

SwitchingStates = namedtuple(
    "SwitchingStates", "coefficients variances slopes transition first first_slopes"
)
SwitchingStates.__doc__ = """States of a switching regression and their derivatives.

Attributes
----------
coefficients : array (n_states, d)
variances : array (n_states,)
slopes : array (n_states, d + 1, n_parameters)
transition : array (k, k)
first : array (n_states,)
    Probabilities of the states on the first date.
first_slopes : array (n_states, n_parameters)
"""


@kernel(fast=True)
def switching_pass(  # noqa: C901, PLR0912, PLR0915 - one recursion
    y, x, states, gradient, information, scores
):
    """Return the log-likelihood of all dates, and the end of the filter with its derivatives.

    The derivatives advance with the filter, whose predicted probabilities p depend on the
    parameters: dl = sum_s d(p_s f_s) / sum_s p_s f_s, and d filtered_s = d(p_s f_s) / sum -
    filtered_s dl. ``gradient`` (q,) and ``information`` (q, q) are overwritten with the sums of the
    scores and of their outer products, ``scores`` (n_dates, q) with those of each date, if it has
    rows.

    Returns
    -------
    tuple of float, array (n_states,), array (n_states, q)
        Log-likelihood, and the probabilities predicted for the next date with their derivatives.
    """
    n_dates, d = x.shape
    coefficients, variances, slopes, transition, first, first_slopes = states
    n_states, q = first_slopes.shape
    n_moving = q - transition.shape[0] * (transition.shape[0] - 1)
    keep = scores.shape[0] > 0
    p = first.copy()
    dp = first_slopes.copy()
    inverse = np.empty(n_states)
    constant = np.empty(n_states)
    for s in range(n_states):
        inverse[s] = 1.0 / variances[s]
        constant[s] = -0.5 * np.log(2.0 * np.pi * variances[s])
    error = np.empty(n_states)
    density = np.empty(n_states)
    filtered = np.empty(n_states)
    moved = np.empty((n_states, q))
    score = np.empty(q)
    total_log = 0.0
    product = 1.0
    for r in range(q):
        gradient[r] = 0.0
        for j in range(q):
            information[r, j] = 0.0
    for t in range(n_dates):
        largest = -np.inf
        for s in range(n_states):
            e = y[t]
            for j in range(d):
                e -= x[t, j] * coefficients[s, j]
            error[s] = e
            density[s] = constant[s] - 0.5 * e * e * inverse[s]
            largest = max(largest, density[s])
        total = 0.0
        for s in range(n_states):
            density[s] = np.exp(density[s] - largest)
            filtered[s] = p[s] * density[s]
            total += filtered[s]
        total = max(total, MIN_LIKELIHOOD)
        total_log += largest
        if product * total < 1e-150 or t & 15 == 15:
            total_log += np.log(product)
            product = 1.0
        product *= total
        for r in range(q):
            score[r] = 0.0
        scale = 1.0 / total
        for s in range(n_states):
            f = density[s] * scale
            filtered[s] *= scale
            along = filtered[s] * error[s] * inverse[s]
            by_variance = 0.5 * (along * error[s] - filtered[s]) * inverse[s]
            for r in range(q):
                moved[s, r] = f * dp[s, r]
            for r in range(n_moving):
                moved[s, r] += by_variance * slopes[s, d, r]
            for j in range(d):
                by_coefficient = along * x[t, j]
                for r in range(n_moving):
                    moved[s, r] += by_coefficient * slopes[s, j, r]
            for r in range(q):
                score[r] += moved[s, r]
        for s in range(n_states):
            for r in range(q):
                moved[s, r] -= filtered[s] * score[r]
        for r in range(q):
            gradient[r] += score[r]
            for j in range(r + 1):
                information[r, j] += score[r] * score[j]
        if keep:
            for r in range(q):
                scores[t, r] = score[r]
        predict_states(transition, filtered, moved, p, dp)
    for r in range(q):
        for j in range(r):
            information[j, r] = information[r, j]
    return total_log + np.log(product), p, dp


@kernel(fast=True)
def predict_states(transition, filtered, moved, p, dp):
    """Overwrite p and dp with the probabilities of the next date's states and their derivatives.

    State (i_0, ..., i_m) is followed by (j, i_0, ..., i_(m-1)) with probability P[i_0, j];
    derivatives with respect to P[i, j] use P[i, k - 1] = 1 - sum of the others.
    """
    k = transition.shape[0]
    n_states, q = dp.shape
    block = n_states // k
    n_moving = q - k * (k - 1)
    for s in range(n_states):
        p[s] = 0.0
        for r in range(q):
            dp[s, r] = 0.0
    for s in range(n_states):
        i = s // block
        kept = s // k
        for j in range(k):
            after = j * block + kept
            p[after] += filtered[s] * transition[i, j]
            for r in range(q):
                dp[after, r] += transition[i, j] * moved[s, r]
        for j in range(k - 1):
            own = n_moving + i * (k - 1) + j
            dp[j * block + kept, own] += filtered[s]
            dp[(k - 1) * block + kept, own] -= filtered[s]


@kernel(fast=True)
def fill_stationary(  # noqa: C901, PLR0912 - loops over elements
    transition, memory, n_moving, p, dp
):
    """Fill probabilities of the states with stationary regimes (zero before), and derivatives.

    The derivatives follow from pi (I - P + u') = u' for the vector u of 1 / k: d pi = pi dP (I - P
    + u')^-1 (Schweitzer 1968, Journal of Applied Probability 5, section 4).
    """
    k = transition.shape[0]
    left = np.empty((k, k))
    inverse = np.zeros((k, k))
    for i in range(k):
        for j in range(k):
            left[i, j] = 1.0 / k - transition[i, j]
        left[i, i] += 1.0
        inverse[i, i] = 1.0
    for c in range(k):  # elimination with row exchanges
        best = c
        for i in range(c + 1, k):
            if abs(left[i, c]) > abs(left[best, c]):
                best = i
        pivot = left[best, c]
        for j in range(k):
            a = left[best, j] / pivot
            b = inverse[best, j] / pivot
            left[best, j] = left[c, j]
            inverse[best, j] = inverse[c, j]
            left[c, j] = a
            inverse[c, j] = b
        for i in range(k):
            factor = left[i, c]
            if i != c:
                for j in range(k):
                    left[i, j] -= factor * left[c, j]
                    inverse[i, j] -= factor * inverse[c, j]
    block = p.shape[0] // k
    for j in range(k):
        total = 0.0
        for i in range(k):
            total += inverse[i, j] / k
        p[j * block] = max(total, 0.0)
    for i in range(k):
        for c in range(k - 1):
            for j in range(k):
                moved = inverse[c, j] - inverse[k - 1, j]
                dp[j * block, n_moving + i * (k - 1) + c] = p[i * block] * moved
    # after as many steps as dates are remembered the regimes of all of them have been drawn
    for _ in range(memory):
        predict_states(transition, p.copy(), dp.copy(), p, dp)
