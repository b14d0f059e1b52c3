"""Steps of Levenberg and Marquardt to the least squares of an SVI smile, with its constraints.

The constraints g(k) >= margin, and w(k) on its side of that of another expiry, on a grid enter by
an augmented Lagrangian (Nocedal and Wright 2006, section 17.4), whose terms are squares: half the
penalty times the square of what a constraint and its multiplier lack.
"""

import math

import numpy as np

from hedgeresearch._kernels.arithmetic.linear_algebra import cholesky_in_place, solve_cholesky
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.options.svi import (
    N_PARAMETERS,
    density_gradient,
    loss_at,
    svi_density,
    svi_raw,
    svi_total_variance,
    variance_gradient,
)

MAX_STEPS = 200
GAIN = 1e-9
"""Relative decrease of the Lagrangian from which a search goes on."""
FIRST_DAMPING = 1e-3
LEAST_GAIN = 1e-30
FULL_STEP = 1e-5
"""Damping below which steps are those of Gauss and Newton."""
LEAST_DAMPING = 1e-12
RAISED_DAMPING = 1e-8
MAX_DAMPING = 1e12


@kernel
def rise(raw, other, k):
    """Return by how much w is on its side of that of the other expiry."""
    return other[N_PARAMETERS] * (svi_total_variance(raw, k) - svi_total_variance(other, k))


@kernel
def lagrangian_at(raw, k, w, weight, grid, other, scale, multiplier, penalty, margin):
    """Return the loss with the squares of the constraints."""
    total = loss_at(raw, k, w, weight)
    if penalty <= 0.0:
        return total
    n = grid.size
    for j in range(n):
        lack = multiplier[j] / penalty - (svi_density(raw, grid[j]) - margin)
        if lack > 0.0:
            total += 0.5 * penalty * lack * lack
        if other.size:
            gap = rise(raw, other, grid[j]) * scale - margin
            lack = multiplier[n + j] / penalty - gap
            if lack > 0.0:
                total += 0.5 * penalty * lack * lack
    return total


@kernel
def normal_equations(
    point, raw, k, w, weight, grid, other, scale, multiplier, penalty, margin, normal
):
    """Write J'J, and the gradient of the Lagrangian in the last row."""
    row = np.zeros(N_PARAMETERS)
    work = np.zeros(N_PARAMETERS)
    normal[:, :] = 0.0
    for i in range(k.size):
        variance_gradient(point, raw, k[i], row)
        error = weight[i] * (svi_total_variance(raw, k[i]) - w[i])
        add_row(row, weight[i], error, normal)
    if penalty > 0.0:
        root = math.sqrt(penalty)
        n = grid.size
        for j in range(n):
            lack = multiplier[j] / penalty - (svi_density(raw, grid[j]) - margin)
            if lack > 0.0:
                density_gradient(point, raw, grid[j], row, work)
                add_row(row, -root, root * lack, normal)
            if other.size:
                gap = rise(raw, other, grid[j]) * scale - margin
                lack = multiplier[n + j] / penalty - gap
                if lack > 0.0:
                    variance_gradient(point, raw, grid[j], row)
                    add_row(row, -root * scale, root * lack, normal)


@kernel
def add_row(row, factor, error, normal):
    """Add one residual, whose derivatives are ``factor * row``."""
    for p in range(N_PARAMETERS):
        scaled = factor * row[p]
        normal[N_PARAMETERS, p] += scaled * error
        for q in range(p + 1):
            normal[p, q] += scaled * factor * row[q]


@kernel
def hold_at_ends(point, low, high, normal):
    """Take coordinates out that the gradient pushes against an end, or that have no effect."""
    matrix = normal[:N_PARAMETERS]
    gradient = normal[N_PARAMETERS]
    for p in range(N_PARAMETERS):
        at_low = point[p] <= low[p] and gradient[p] > 0.0
        at_high = point[p] >= high[p] and gradient[p] < 0.0
        if at_low or at_high or matrix[p, p] <= 0.0:
            matrix[p, :] = 0.0
            matrix[:, p] = 0.0
            matrix[p, p] = 1.0
            gradient[p] = 0.0


@kernel
def damped_step(normal, damping, factor, step):
    """Write the step of a damping, and return whether there is one."""
    for p in range(N_PARAMETERS):
        step[p] = -normal[N_PARAMETERS, p]
        for q in range(p + 1):
            factor[p, q] = normal[p, q]
        factor[p, p] *= 1.0 + damping
    if not cholesky_in_place(factor) > 0.0:
        return False
    solve_cholesky(factor, step)
    return True


@kernel
def descend(point, low, high, k, w, weight, grid, other, scale, multiplier, penalty, margin):
    """Move the point to a minimum of the Lagrangian within the box.

    Parameters
    ----------
    point, low, high : arrays (5,)
    k, w, weight : arrays (n,)
    grid : array (n_grid,), values of k
    other : array (6,), raw parameters of the next expiry on one side, and 1.0 where w must be
        above that of the other, -1.0 where below; empty where there is none
    scale : float, one over the size of w
    multiplier : array (2 n_grid,), those of both kinds of constraints
    penalty, margin : floats; no constraints where the penalty is zero
    """
    raw = np.zeros(N_PARAMETERS)
    trial = point.copy()
    normal = np.zeros((N_PARAMETERS + 1, N_PARAMETERS))
    factor = np.zeros((N_PARAMETERS, N_PARAMETERS))
    step = np.zeros(N_PARAMETERS)
    damping = FIRST_DAMPING
    value = np.inf
    n_steps = 0
    while n_steps < MAX_STEPS and damping < MAX_DAMPING:
        svi_raw(trial, raw)
        new = lagrangian_at(raw, k, w, weight, grid, other, scale, multiplier, penalty, margin)
        if new < value:
            # damped steps are short, and say little of what is left to gain
            is_last = damping < FULL_STEP and value - new <= GAIN * new + LEAST_GAIN
            value = new
            point[:] = trial
            if is_last:
                break
            normal_equations(
                point, raw, k, w, weight, grid, other, scale, multiplier, penalty, margin, normal
            )
            hold_at_ends(point, low, high, normal)
            damping = max(0.1 * damping, LEAST_DAMPING)
            n_steps += 1
        else:
            damping = max(10.0 * damping, RAISED_DAMPING)
        if damped_step(normal, damping, factor, step):
            for p in range(N_PARAMETERS):
                trial[p] = min(max(point[p] + step[p], low[p]), high[p])
