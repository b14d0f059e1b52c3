"""Markov-switching GARCH(1,1): variances of every regime, their densities, and the scores of the filter.

Haas, Mittnik and Paolella (2004), Journal of Financial Econometrics 2, eq. 2.4: every regime has a variance of its own,
driven by the common shock, so that no history of regimes is needed. Parameters of a regime are (omega, alpha, gamma,
beta), gamma = 0 without leverage; densities are (nu, log c, d log c / d nu) of each regime, see ``densities``.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hedgeresearch._kernels.densities import NORMAL, density_constants
from hedgeresearch.typing import Array

OWN = (
    (np.log(1e-5), np.log(1e5)),  # log of the unconditional variance
    (0.0, 1.0 - 1e-6),  # persistence, alpha + gamma / 2 + beta
    (0.0, 1.0),  # share of news in it, (alpha + gamma / 2) / persistence
    (0.0, 1.0),  # share of bad news in that, (alpha + gamma) / (2 alpha + gamma)
    (1 / 500, 1 / 2.02),  # 1 / degrees of freedom
)
"""Coordinates of a regime in the search, for a series of unit variance."""
STAY, SHARE = (1e-6, 1.0 - 1e-6), (0.0, 1.0)
"""Coordinates of a row of the transition: the probability to stay, then each regime's share of what is left."""


@njit(cache=True)
def regime_variances(parameters, errors, first):
    """h_{k,t+1} = omega_k + (alpha_k + gamma_k 1[e_t < 0]) e_t^2 + beta_k h_{k,t} from h_{k,1}; (n + 1, k)."""
    n_dates, k = errors.shape[0], parameters.shape[0]
    h = np.empty((n_dates + 1, k))
    h[0] = first
    for t in range(n_dates):
        e = errors[t]
        for i in range(k):
            omega, alpha, gamma, beta = parameters[i]
            news = alpha + gamma if e < 0.0 else alpha
            h[t + 1, i] = omega + news * e * e + beta * h[t, i]
    return h


@njit(cache=True)
def _density(density, e, h):
    """Log-density of e, and its derivatives by the variance h and by the degrees of freedom."""
    nu, log_constant, log_constant_derivative = density
    v = e * e / h
    if nu == NORMAL:
        return log_constant - 0.5 * (np.log(h) + v), 0.5 * (v - 1.0) / h, 0.0
    w, kernel = (nu + 1.0) / (nu - 2.0 + v), 0.5 * (nu + 1.0) * np.log1p(v / (nu - 2.0))
    by_nu = log_constant_derivative - kernel / (nu + 1.0) + 0.5 * w * v / (nu - 2.0)
    return log_constant - 0.5 * np.log(h) - kernel, 0.5 * (w * v - 1.0) / h, by_nu


@njit(cache=True)
def regime_log_densities(densities, errors, variances):
    """Logarithm of the density of each error in each regime, (n_dates, k)."""
    n_dates, k = errors.shape[0], densities.shape[0]
    log_densities = np.empty((n_dates, k))
    for t in range(n_dates):
        for i in range(k):
            log_densities[t, i] = _density(densities[i], errors[t], variances[t, i])[0]
    return log_densities


@njit(cache=True)
def _step_variance(parameters, e, h, dh):
    """Variances of the next date in place, with their derivatives by their own (omega, alpha, gamma, beta)."""
    fallen = 1.0 if e < 0.0 else 0.0
    for i in range(h.shape[0]):
        omega, alpha, gamma, beta = parameters[i]
        dh[i, 0] = 1.0 + beta * dh[i, 0]
        dh[i, 1] = e * e + beta * dh[i, 1]
        dh[i, 2] = fallen * e * e + beta * dh[i, 2]
        dh[i, 3] = h[i] + beta * dh[i, 3]
        h[i] = omega + (alpha + gamma * fallen) * e * e + beta * h[i]


@njit(cache=True)
def _joint(densities, e, h, dh, p, dp, joint, by_joint):
    """p_i f_i of every regime and its derivatives, over their common factor exp(largest), which is returned."""
    k, n_parameters = dp.shape
    log_density, own = np.empty(k), np.empty((k, 5))
    for i in range(k):
        log_density[i], by_variance, own[i, 4] = _density(densities[i], e, h[i])
        for q in range(4):
            own[i, q] = by_variance * dh[i, q]
    largest = log_density.max()
    for i in range(k):
        f = np.exp(log_density[i] - largest)
        joint[i] = p[i] * f
        for q in range(n_parameters):
            by_joint[i, q] = dp[i, q] * f
        for q in range(5):
            by_joint[i, 5 * i + q] += joint[i] * own[i, q]
    return largest


@njit(cache=True)
def _predict(transition, filtered, by_filtered, p, dp):
    """p_j = sum_i filtered_i P_ij and its derivatives; those by P_ij take P_i,k-1 = 1 - sum of the others."""
    k, n_parameters = dp.shape
    p[:], dp[:] = 0.0, 0.0
    for i in range(k):
        for j in range(k):
            p[j] += filtered[i] * transition[i, j]
            for q in range(n_parameters):
                dp[j, q] += by_filtered[i, q] * transition[i, j]
        for j in range(k - 1):
            dp[j, 5 * k + (k - 1) * i + j] += filtered[i]
            dp[k - 1, 5 * k + (k - 1) * i + j] -= filtered[i]


@njit(cache=True)
def switching_garch_scores(parameters, densities, transition, variances, probabilities, errors):
    """Log-likelihood of each date but the first, which only feeds the variances, and its scores, (n_dates - 1, m).

    The scores are carried forward with the filter, whose predicted probabilities p depend on the parameters:
    dl = sum_i d(p_i f_i) / sum_i p_i f_i, and d filtered_i = d(p_i f_i) / sum - filtered_i dl. They are taken by
    (omega, alpha, gamma, beta, nu) of one regime after the other and then by the rows of the transition without their
    last column. ``variances`` are h_1 (k,) with its derivatives by a regime's own parameters (k, 4);
    ``probabilities`` those of the second date (k,) with their derivatives (k, m).
    """
    n_dates = errors.shape[0]
    h, dh = variances[0].copy(), variances[1].copy()
    p, dp = probabilities[0].copy(), probabilities[1].copy()
    k, n_parameters = dp.shape
    log_likelihood, scores = np.empty(n_dates - 1), np.zeros((n_dates - 1, n_parameters))
    joint, by_joint = np.empty(k), np.empty((k, n_parameters))
    _step_variance(parameters, errors[0], h, dh)
    for t in range(1, n_dates):
        largest = _joint(densities, errors[t], h, dh, p, dp, joint, by_joint)
        total = max(joint.sum(), 1e-300)  # zero where only a regime that cannot occur has a density
        log_likelihood[t - 1] = largest + np.log(total)
        for q in range(n_parameters):
            for i in range(k):
                scores[t - 1, q] += by_joint[i, q] / total
        for i in range(k):
            joint[i] /= total
            for q in range(n_parameters):
                by_joint[i, q] = by_joint[i, q] / total - joint[i] * scores[t - 1, q]
        _predict(transition, joint, by_joint, p, dp)
        _step_variance(parameters, errors[t], h, dh)
    return log_likelihood, scores


def split_parameters(parameters: Array, k: int) -> tuple[Array, Array, Array]:
    """Variance parameters (k, 4), constants of the densities (k, 3) and transition (k, k) of one vector.

    (omega, alpha, gamma, beta, nu) of one regime after the other, then the rows of the transition without their last
    column.
    """
    own, rows = parameters[: 5 * k].reshape(k, 5), parameters[5 * k :].reshape(k, k - 1)
    densities = np.array([density_constants(nu, 1) for nu in own[:, 4]])
    return (
        np.ascontiguousarray(own[:, :4]),
        densities,
        np.column_stack([rows, np.maximum(1.0 - rows.sum(axis=1), 0.0)]),
    )


def unconditional_variances(own: Array) -> tuple[Array, Array]:
    """omega / (1 - alpha - gamma / 2 - beta) of every regime, (k,), and its derivatives by these, (k, 4)."""
    left = 1.0 - own[:, 1] - 0.5 * own[:, 2] - own[:, 3]
    variances = own[:, 0] / left
    return variances, np.stack(
        [1.0 / left, variances / left, 0.5 * variances / left, variances / left], axis=1
    )


def stationary_derivatives(transition: Array) -> tuple[Array, Array]:
    """Stationary probabilities pi (k,) and their derivatives by P_ij, j < k - 1, (k, k, k - 1).

    d pi = pi dP (I - P + 1 pi)^-1, from pi (I - P) = 0 and pi 1 = 1: Schweitzer (1968), Journal of Applied Probability
    5, section 4.
    """
    k = len(transition)
    equations = np.eye(k) - transition + 1.0 / k
    pi = np.linalg.solve(equations.T, np.full(k, 1.0 / k))
    inverse = np.linalg.inv(np.eye(k) - transition + pi)
    return pi, np.einsum("i,jl->lij", pi, inverse[:-1] - inverse[-1])


def switching_garch_likelihood(parameters: Array, errors: Array, k: int) -> tuple[Array, Array]:
    """Log-likelihood and scores of every date but the first, from unconditional variances and stationary regimes."""
    own, densities, transition = split_parameters(parameters, k)
    pi, by_transition = stationary_derivatives(transition)
    probabilities = pi, np.hstack([np.zeros((k, 5 * k)), by_transition.reshape(k, -1)])
    variances = unconditional_variances(own)
    by_date, scores = switching_garch_scores(
        own, densities, transition, variances, probabilities, errors
    )
    return by_date, scores


def box(k: int) -> Array:
    """Bounds of the box in which the parameters are searched, (m, 2)."""
    rows = [STAY, *[SHARE] * (k - 2)] * k if k > 1 else []
    return np.array([*OWN * k, *rows])


def starting_points(k: int, n_starts: int, own: tuple[float, float], seed: int) -> Array:
    """Points of the box, (n_starts, m): the first has regimes that differ in variance alone, others are random.

    ``own`` are the share of bad news in news and 1 / nu.
    """
    rng, points = np.random.default_rng(seed), []
    for start in range(n_starts):
        point, rows = np.tile([0.0, 0.9, 0.1, *own], (k, 1)), np.full((k, k - 1), 0.5)
        point[:, 0] = np.linspace(-1.0, 1.0, k) if k > 1 else 0.0
        rows[:, :1] = 0.95
        if start > 0:
            point[:, 0] *= rng.uniform(0.3, 2.0)
            point[:, 1] = rng.choice([0.3, 0.7, 0.9, 0.98], k)
            point[:, 2] = rng.choice([0.02, 0.1, 0.3], k)
            rows[:, :1] = rng.choice([0.2, 0.8, 0.95, 0.995], (k, 1))
        points.append(np.append(point, rows))
    return np.array(points)


def from_box(x: Array, k: int) -> tuple[Array, Array]:
    """Parameters at a point of the box in which they are searched, and their derivatives, (m,) and (m, m).

    The coordinates of a regime are its log unconditional variance, persistence alpha + gamma / 2 + beta, the share of
    news in that, the share of bad news in those, and 1 / nu; those of a row of the transition the probability to stay,
    and then each regime's share of what is left.
    """
    m = 5 * k + k * (k - 1)
    parameters, jacobian = np.empty(m), np.zeros((m, m))
    for i in range(k):
        log_variance, p, s, b, inverse_nu = x[5 * i : 5 * i + 5]
        at, variance = 5 * i, np.exp(log_variance)
        omega, gamma = variance * (1.0 - p), 2.0 * p * s * (2.0 * b - 1.0)
        nu = 1.0 / inverse_nu if inverse_nu > 0.0 else NORMAL
        parameters[at : at + 5] = omega, 2.0 * p * s * (1.0 - b), gamma, p * (1.0 - s), nu
        jacobian[at, at : at + 2] = omega, -variance
        jacobian[at + 1, at + 1 : at + 4] = 2.0 * s * (1.0 - b), 2.0 * p * (1.0 - b), -2.0 * p * s
        jacobian[at + 2, at + 1 : at + 4] = (
            2.0 * s * (2.0 * b - 1.0),
            2.0 * p * (2.0 * b - 1.0),
            4.0 * p * s,
        )
        jacobian[at + 3, at + 1 : at + 3] = 1.0 - s, -p
        jacobian[at + 4, at + 4] = -nu * nu if inverse_nu > 0.0 else 0.0
        row = slice(5 * k + (k - 1) * i, 5 * k + (k - 1) * (i + 1))
        parameters[row], jacobian[row, row] = _row_of_shares(x[row], i)
    return parameters, jacobian


def _row_of_shares(shares: Array, i: int) -> tuple[Array, Array]:
    """The i-th row of a transition without its last column, and its derivatives by the shares."""
    k = len(shares) + 1
    row, by_shares = np.empty(k), np.zeros((k, k - 1))
    left, by_left = 1.0, np.zeros(k - 1)
    order = [i, *(j for j in range(k) if j != i)]
    for step, share in enumerate(shares):
        row[order[step]], by_shares[order[step]] = left * share, by_left * share
        by_shares[order[step], step] += left
        by_left *= 1.0 - share
        by_left[step] -= left
        left *= 1.0 - share
    row[order[-1]], by_shares[order[-1]] = left, by_left
    return row[:-1], by_shares[:-1]


def renumber(x: Array, k: int) -> Array:
    """The same model with its regimes in the order of their unconditional variances, as a point of the box."""
    order = np.argsort(x[0 : 5 * k : 5], kind="stable")
    _, _, transition = split_parameters(from_box(x, k)[0], k)
    shares = []
    for i in order:
        left = 1.0
        for j in [i, *order[order != i]][:-1]:
            shares.append(transition[i, j] / left if left > 0.0 else 0.0)
            left -= transition[i, j]
    return np.append(x[: 5 * k].reshape(k, 5)[order], np.clip(shares, 0.0, 1.0))


def difference_steps(parameters: Array, k: int) -> Array:
    """Of the differences of scores: small beside the distances from an integrated variance and a certain transition."""
    own, rows = parameters[: 5 * k].reshape(k, 5), parameters[5 * k :]
    left = 1.0 - own[:, 1] - 0.5 * own[:, 2] - own[:, 3]
    steps = np.repeat(np.minimum(1e-5, 0.01 * left), 5).reshape(k, 5)
    steps[:, 0], steps[:, 4] = 1e-4 * own[:, 0], 1e-4 * own[:, 4]
    return np.append(steps, np.clip(0.01 * np.minimum(rows, 1.0 - rows), 1e-9, 1e-5))
