"""Markov-switching GARCH(1,1): variances of every regime, densities and scores of the filter.

Haas, Mittnik and Paolella (2004), Journal of Financial Econometrics 2, eq. 2.4: every regime has
its own variance, driven by the common shock, so that no history of regimes is needed. Parameters of
a regime are (omega, alpha, gamma, beta), gamma = 0 without leverage; densities are (nu, log c,
d log c / d nu) of each regime, see ``densities``.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.compilation.kernels import kernel


@kernel
def regime_variances(parameters, errors, first):
    """Return variances of every regime on n + 1 dates from h_{k,1} = ``first``, (n + 1, k).

    h_{k,t+1} = omega_k + (alpha_k + gamma_k 1[e_t < 0]) e_t^2 + beta_k h_{k,t}.
    """
    n_dates = errors.shape[0]
    k = parameters.shape[0]
    h = np.empty((n_dates + 1, k))
    h[0] = first
    for t in range(n_dates):
        e = errors[t]
        for i in range(k):
            omega, alpha, gamma, beta = parameters[i]
            news = alpha + gamma if e < 0.0 else alpha
            h[t + 1, i] = omega + news * e * e + beta * h[t, i]
    return h


@kernel
def _density(density, e, h):
    """Return the log-density of e and its derivatives w.r.t. the variance h and nu."""
    nu, log_constant, log_constant_derivative = density
    v = e * e / h
    if nu == NORMAL:
        return log_constant - 0.5 * (np.log(h) + v), 0.5 * (v - 1.0) / h, 0.0
    w = (nu + 1.0) / (nu - 2.0 + v)
    kernel = 0.5 * (nu + 1.0) * np.log1p(v / (nu - 2.0))
    by_nu = log_constant_derivative - kernel / (nu + 1.0) + 0.5 * w * v / (nu - 2.0)
    return log_constant - 0.5 * np.log(h) - kernel, 0.5 * (w * v - 1.0) / h, by_nu


@kernel
def regime_log_densities(densities, errors, variances):
    """Return the log-density of each error in each regime, (n_dates, k)."""
    n_dates = errors.shape[0]
    k = densities.shape[0]
    log_densities = np.empty((n_dates, k))
    for t in range(n_dates):
        for i in range(k):
            log_densities[t, i] = _density(densities[i], errors[t], variances[t, i])[0]
    return log_densities


@kernel
def _step_variance(parameters, e, h, dh):
    """Overwrite the variances with those of the next date, and their derivatives.

    The derivatives are w.r.t. the regime's own (omega, alpha, gamma, beta).
    """
    fallen = 1.0 if e < 0.0 else 0.0
    for i in range(h.shape[0]):
        omega, alpha, gamma, beta = parameters[i]
        dh[i, 0] = 1.0 + beta * dh[i, 0]
        dh[i, 1] = e * e + beta * dh[i, 1]
        dh[i, 2] = fallen * e * e + beta * dh[i, 2]
        dh[i, 3] = h[i] + beta * dh[i, 3]
        h[i] = omega + (alpha + gamma * fallen) * e * e + beta * h[i]


@kernel
def _joint(densities, e, h, dh, p, dp, joint, by_joint):
    """Fill p_i f_i of every regime and its derivatives, divided by exp(largest); return largest."""
    k, n_parameters = dp.shape
    log_density = np.empty(k)
    own = np.empty((k, 5))
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


@kernel
def _predict(transition, filtered, by_filtered, p, dp):
    """Fill p_j = sum_i filtered_i P_ij and its derivatives.

    Derivatives w.r.t. P_ij use P_i,k-1 = 1 - sum of the others.
    """
    k, n_parameters = dp.shape
    p[:] = 0.0
    dp[:] = 0.0
    for i in range(k):
        for j in range(k):
            p[j] += filtered[i] * transition[i, j]
            for q in range(n_parameters):
                dp[j, q] += by_filtered[i, q] * transition[i, j]
        for j in range(k - 1):
            dp[j, 5 * k + (k - 1) * i + j] += filtered[i]
            dp[k - 1, 5 * k + (k - 1) * i + j] -= filtered[i]


@kernel
def switching_garch_scores(parameters, densities, transition, variances, probabilities, errors):
    """Return log-likelihood and scores of each date but the first, (n_dates - 1, m).

    The first date only feeds the variances. The scores advance with the filter, whose predicted
    probabilities p depend on the parameters: dl = sum_i d(p_i f_i) / sum_i p_i f_i, and d
    filtered_i = d(p_i f_i) / sum - filtered_i dl. They are w.r.t. (omega, alpha, gamma, beta, nu)
    of one regime after the other and then the rows of the transition without their last column.
    ``variances`` are h_1 (k,) with its derivatives w.r.t. a regime's own parameters (k, 4);
    ``probabilities`` are those of the second date (k,) with their derivatives (k, m).
    """
    n_dates = errors.shape[0]
    h = variances[0].copy()
    dh = variances[1].copy()
    p = probabilities[0].copy()
    dp = probabilities[1].copy()
    k, n_parameters = dp.shape
    log_likelihood = np.empty(n_dates - 1)
    scores = np.zeros((n_dates - 1, n_parameters))
    joint = np.empty(k)
    by_joint = np.empty((k, n_parameters))
    _step_variance(parameters, errors[0], h, dh)
    for t in range(1, n_dates):
        largest = _joint(densities, errors[t], h, dh, p, dp, joint, by_joint)
        # The sum is zero where only a regime that cannot occur has a density.
        total = max(joint.sum(), 1e-300)
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
