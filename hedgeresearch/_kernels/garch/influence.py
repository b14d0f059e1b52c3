"""Residuals of one series, influences on its parameters, and slopes of residuals by parameter.

Parameters are full vectors (mu, omega, alpha, gamma, beta, nu), and h_1 that of
``blocks``; returns may have any unit, if the parameters are in it.
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.block_sums import sum_of_products
from hedgeresearch._kernels.arithmetic.densities import density_constants
from hedgeresearch._kernels.arithmetic.inference import identified_inverse
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.garch.blocks import (
    BLOCK,
    SHORT,
    advance_block,
    first_state,
    scores_of_block,
    squared_errors,
)
from hedgeresearch._kernels.garch.coordinates import (
    garch_jacobian,
    garch_parameters,
    is_searched,
)
from hedgeresearch._kernels.garch.hessian import garch_hessian
from hedgeresearch._kernels.garch.symmetric_hessian import symmetric_hessian


@kernel(fast=True)
def garch_standardize(parameters, returns, residuals):
    """Fill ``residuals`` (n_dates,) with e_t / sqrt(h_t).

    Returns
    -------
    next_variance : float
        h of the date after the last.
    log_variance : float
        Sum of log h_t over the dates.
    """
    mu = parameters[0]
    omega = parameters[1]
    alpha = parameters[2]
    gamma = parameters[3]
    beta = parameters[4]
    variance, _ = squared_errors(mu, returns)
    h = omega + (alpha + 0.5 * gamma + beta) * variance
    logarithms = 0.0
    product = 1.0
    for t in range(returns.shape[0]):
        e = returns[t] - mu
        residuals[t] = e / math.sqrt(h)
        product *= h
        if t & SHORT == SHORT:
            logarithms += math.log(product)
            product = 1.0
        news = alpha + gamma if e < 0.0 else alpha
        h = omega + news * e * e + beta * h
    return h, logarithms + math.log(product)


@kernel(steers=True)
def mean_hessian(parameters, returns, kept, hessian):
    """Overwrite ``hessian`` (6, 6); that by gamma and nu is zero where neither is kept, (k,)."""
    if is_searched(kept, 3) or is_searched(kept, 5):
        garch_hessian(parameters, returns, hessian)
    else:
        symmetric_hessian(parameters, returns.shape[0], in_segments(returns), hessian)


@kernel(steers=True)
def garch_influence_matrix(point, free, returns, kept, inverse):
    """Overwrite ``inverse`` (k, k) with what turns scores into influences; return its curvature.

    Parameters
    ----------
    point : array (6,)
        Optimum in the box, see ``fit_garch``.
    free : array (6,) of bool
        Coordinates that are not held.
    returns : array (n_dates,)
        Returns of unit variance.
    kept : array (k,) of int
        Positions of the parameters that are estimated.
    inverse : array (k, k)
        See ``identified_inverse``; rows and columns of parameters on a bound are zero.
    """
    k = kept.shape[0]
    hessian = np.empty((6, 6))
    mean_hessian(garch_parameters(point), returns, kept, hessian)
    jacobian = garch_jacobian(point)
    n_free = 0
    for coordinate in range(6):
        n_free += free[coordinate]
    tangent = np.empty((k, n_free))
    m = 0
    for coordinate in range(6):
        if free[coordinate]:
            for i in range(k):
                tangent[i, m] = jacobian[kept[i], coordinate]
            m += 1
    information = np.empty((k, k))
    for i in range(k):
        for j in range(k):
            information[i, j] = -hessian[kept[i], kept[j]]
    return identified_inverse(information, tangent, inverse)


@kernel(fast=True)
def garch_influence(parameters, returns, kept, inverse, influence):
    """Fill ``influence`` (n_dates, k) with the influence of each date on the kept parameters.

    It is ``inverse`` (k, k) times the scores; the scores themselves for the identity.
    """
    k = kept.shape[0]
    density = density_constants(parameters[5], 1)
    h = np.empty(BLOCK)
    rows = np.empty((6, BLOCK))
    state = first_state(parameters, returns)
    for begin in range(0, returns.shape[0], BLOCK):
        block = returns[begin : begin + BLOCK]
        advance_block(parameters, block, state, h, rows)
        scores_of_block(parameters, density, block, h, rows)
        for t in range(block.shape[0]):
            for i in range(k):
                total = 0.0
                for j in range(k):
                    total += inverse[i, j] * rows[kept[j], t]
                influence[begin + t, i] = total


@kernel(fast=True)
def garch_residual_slopes(parameters, returns, weights, slopes):
    """Overwrite ``slopes`` (6,) with sum_t weights_t dz_t / d parameters, z the residuals.

    ``weights`` (n_dates,) are the derivatives of some function with respect to z_t. Derivatives are
    dz_t = -z_t / (2 h_t) dh_t, minus 1 / sqrt(h_t) for mu; none depends on nu.
    """
    mu = parameters[0]
    h = np.empty(BLOCK)
    rows = np.empty((5, BLOCK))
    state = first_state(parameters, returns)
    for i in range(6):
        slopes[i] = 0.0
    for begin in range(0, returns.shape[0], BLOCK):
        block = returns[begin : begin + BLOCK]
        advance_block(parameters, block, state, h, rows)
        by_mean = 0.0
        for t in range(block.shape[0]):
            by_mean += weights[begin + t] / math.sqrt(h[t])
        slopes[0] -= by_mean
        for t in range(block.shape[0]):
            root = 1.0 / math.sqrt(h[t])
            h[t] = -0.5 * weights[begin + t] * (block[t] - mu) * root * root * root
        for i in range(5):
            slopes[i] += sum_of_products(h, rows[i], block.shape[0])
