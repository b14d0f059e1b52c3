r"""Hessian of the log-likelihood of GARCH(1,1), analytically and in one pass over the dates.

The density of a date is a function l of e_t, h_t and nu, so that over the parameters

    d^2 l = l_hh dh dh' + l_h d^2 h + l_he (dh de' + de dh') + l_ee de de' + terms of nu,

with de = -1 for mu. The derivatives of h follow from differentiating its recursion once more; those
of the density are in ``weights_of_block``. Parameters and blocks are those of ``blocks``.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.block_sums import sum_of_products
from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_curvature
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.garch.blocks import (
    BLOCK,
    advance_block,
    first_state,
    squared_errors,
)

# Pairs of parameters for which the second derivative of h is not zero.
MU_MU, MU_ALPHA, MU_GAMMA, MU_BETA, OMEGA_BETA, ALPHA_BETA, GAMMA_BETA, BETA_BETA = range(8)


@kernel(fast=True)
def garch_hessian(parameters, returns, hessian):  # noqa: C901 - sums over blocks
    """Overwrite ``hessian`` (6, 6) with the mean Hessian by (mu, omega, alpha, gamma, beta, nu)."""
    n_dates = returns.shape[0]
    h = np.empty(BLOCK)
    first = np.empty((5, BLOCK))
    second = np.empty((8, BLOCK))
    weights = np.empty((4, BLOCK))
    weighted = np.empty(BLOCK)
    state = first_state(parameters, returns)
    second_state = first_second_state(parameters, returns)
    for i in range(6):
        for j in range(6):
            hessian[i, j] = 0.0
    for begin in range(0, n_dates, BLOCK):
        block = returns[begin : begin + BLOCK]
        count = block.shape[0]
        advance_block(parameters, block, state, h, first)
        advance_second(parameters, block, first, second_state, second)
        weights_of_block(parameters, block, h, weights, hessian)
        for i in range(5):
            for t in range(count):
                weighted[t] = weights[0, t] * first[i, t]
            for j in range(i + 1):
                hessian[i, j] += sum_of_products(weighted, first[j], count)
            by_mu = -sum_of_products(weights[2], first[i], count)
            hessian[i, 0] += 2.0 * by_mu if i == 0 else by_mu
            hessian[5, i] += sum_of_products(weights[3], first[i], count)
        for pair in range(8):
            total = sum_of_products(weights[1], second[pair], count)
            if pair <= MU_BETA:
                hessian[0 if pair == MU_MU else pair + 1, 0] += total
            else:
                hessian[4, pair - 3] += total
    for i in range(6):
        for j in range(i + 1):
            hessian[i, j] /= n_dates
            hessian[j, i] = hessian[i, j]


@kernel
def first_second_state(parameters, returns):
    """Return the second derivatives of h_1 by pairs of parameters, (8,)."""
    _, slope = squared_errors(parameters[0], returns)
    state = np.zeros(8)
    state[MU_MU] = 2.0 * (parameters[2] + 0.5 * parameters[3] + parameters[4])
    state[MU_ALPHA] = slope
    state[MU_GAMMA] = 0.5 * slope
    state[MU_BETA] = slope
    return state


@kernel(fast=True)
def advance_second(parameters, returns, first, state, second):
    """Fill rows (8, BLOCK) with the second derivatives of h, and move their state past the block.

    d^2 h_{t+1} = d^2 (news e_t^2) + dbeta dh_t' + dh_t dbeta' + beta d^2 h_t.
    """
    mu = parameters[0]
    alpha = parameters[2]
    gamma = parameters[3]
    beta = parameters[4]
    mu_mu = state[MU_MU]
    mu_alpha = state[MU_ALPHA]
    mu_gamma = state[MU_GAMMA]
    mu_beta = state[MU_BETA]
    omega_beta = state[OMEGA_BETA]
    alpha_beta = state[ALPHA_BETA]
    gamma_beta = state[GAMMA_BETA]
    beta_beta = state[BETA_BETA]
    for t in range(returns.shape[0]):
        second[MU_MU, t] = mu_mu
        second[MU_ALPHA, t] = mu_alpha
        second[MU_GAMMA, t] = mu_gamma
        second[MU_BETA, t] = mu_beta
        second[OMEGA_BETA, t] = omega_beta
        second[ALPHA_BETA, t] = alpha_beta
        second[GAMMA_BETA, t] = gamma_beta
        second[BETA_BETA, t] = beta_beta
        e = returns[t] - mu
        fallen = 1.0 if e < 0.0 else 0.0
        mu_mu = 2.0 * (alpha + gamma * fallen) + beta * mu_mu
        mu_alpha = -2.0 * e + beta * mu_alpha
        mu_gamma = -2.0 * fallen * e + beta * mu_gamma
        mu_beta = first[0, t] + beta * mu_beta
        omega_beta = first[1, t] + beta * omega_beta
        alpha_beta = first[2, t] + beta * alpha_beta
        gamma_beta = first[3, t] + beta * gamma_beta
        beta_beta = 2.0 * first[4, t] + beta * beta_beta
    state[MU_MU] = mu_mu
    state[MU_ALPHA] = mu_alpha
    state[MU_GAMMA] = mu_gamma
    state[MU_BETA] = mu_beta
    state[OMEGA_BETA] = omega_beta
    state[ALPHA_BETA] = alpha_beta
    state[GAMMA_BETA] = gamma_beta
    state[BETA_BETA] = beta_beta


@kernel(fast=True)
def weights_of_block(parameters, returns, h, weights, hessian):
    """Fill rows (4, BLOCK) with l_hh, l_h, l_he and l_h,nu; add l_ee and those of nu to a Hessian.

    l = log c - log(h) / 2 - k(v, nu) with v = e^2 / h. For Student-t, k_v = w / 2 with the weight
    w = (nu + 1) / (nu - 2 + v), so that k_vv = -w / (2 (nu - 2 + v)); for the normal w = 1.
    """
    mu = parameters[0]
    nu = parameters[5]
    for t in range(returns.shape[0]):
        e = returns[t] - mu
        inverse = 1.0 / h[t]
        v = e * e * inverse
        w = 1.0
        bend = 0.0  # k_vv
        weights[3, t] = 0.0
        if nu != NORMAL:
            spread = 1.0 / (nu - 2.0 + v)
            w = (nu + 1.0) * spread
            bend = -0.5 * w * spread
            slope = 0.5 * (1.0 - w) * spread  # k_v,nu
            weights[3, t] = slope * v * inverse
        weights[0, t] = (0.5 - bend * v * v - w * v) * inverse * inverse
        weights[1, t] = 0.5 * (w * v - 1.0) * inverse
        weights[2, t] = (2.0 * bend * v + w) * e * inverse * inverse
    _add_sums(mu, nu, returns, h, hessian)


@kernel(fast=True)
def _add_sums(mu, nu, returns, h, hessian):
    """Add l_ee, l_e,nu and l_nu,nu of a block to a Hessian."""
    curvature = density_curvature(nu, 1)
    by_e_e = 0.0
    by_e_nu = 0.0
    by_nu_nu = 0.0
    for t in range(returns.shape[0]):
        e = returns[t] - mu
        inverse = 1.0 / h[t]
        if nu == NORMAL:
            by_e_e -= inverse
        else:
            v = e * e * inverse
            spread = 1.0 / (nu - 2.0 + v)
            w = (nu + 1.0) * spread
            excess = 1.0 / (nu - 2.0)
            # -(4 k_vv v + w) / h, and -2 k_v,nu e / h
            by_e_e -= (1.0 - 2.0 * v * spread) * w * inverse
            by_e_nu -= (1.0 - w) * spread * e * inverse
            by_nu_nu += curvature + 0.5 * v * excess * (spread + (1.0 - w) * spread - w * excess)
    hessian[0, 0] += by_e_e
    hessian[5, 0] -= by_e_nu
    hessian[5, 5] += by_nu_nu
