"""Parameters of GARCH(1,1), and the box over which they are searched.

A full vector is (mu, omega, alpha, gamma, beta, nu), for a series of unit variance. A point of the
box is (mu, log omega, persistence, share of news in it, share of bad news in that, 1 / nu).
"""

from __future__ import annotations

import math

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel

PERSISTENCE_BOUND = 1.0 - 1e-6
BOX = (
    (-1.0, 1.0),  # mu
    (np.log(1e-9), np.log(10.0)),  # log omega
    (0.0, PERSISTENCE_BOUND),  # persistence, alpha + gamma / 2 + beta
    (0.0, 1.0),  # share of news in it, (alpha + gamma / 2) / persistence
    (0.0, 1.0),  # share of bad news in that, (alpha + gamma) / (2 alpha + gamma)
    (1 / 500, 1 / 2.02),  # 1 / degrees of freedom
)
"""Coordinates of the search and their bounds, for a series of unit variance."""
FIXED_POINT = (0.0, 0.0, 0.0, 0.0, 0.5, 0.0)
"""Point of the box whose coordinates hold where a model does not estimate them."""
BOX_EDGES = np.array(BOX)


@kernel(steers=True)
def garch_parameters(point):
    """Return (mu, omega, alpha, gamma, beta, nu) at a point (6,) of the box."""
    news_weight = point[2] * point[3]
    bad = point[4]
    parameters = np.empty(6)
    parameters[0] = point[0]
    parameters[1] = math.exp(point[1])
    parameters[2] = 2.0 * news_weight * (1.0 - bad)
    parameters[3] = 2.0 * news_weight * (2.0 * bad - 1.0)
    parameters[4] = point[2] * (1.0 - point[3])
    parameters[5] = 1.0 / point[5] if point[5] > 0.0 else np.inf
    return parameters


@kernel(steers=True)
def garch_jacobian(point):
    """Return the derivatives of all parameters with respect to the coordinates, (6, 6)."""
    persistence = point[2]
    news = point[3]
    bad = point[4]
    jacobian = np.zeros((6, 6))
    jacobian[0, 0] = 1.0
    jacobian[1, 1] = math.exp(point[1])
    jacobian[2, 2] = 2.0 * news * (1.0 - bad)
    jacobian[2, 3] = 2.0 * persistence * (1.0 - bad)
    jacobian[2, 4] = -2.0 * persistence * news
    jacobian[3, 2] = 2.0 * news * (2.0 * bad - 1.0)
    jacobian[3, 3] = 2.0 * persistence * (2.0 * bad - 1.0)
    jacobian[3, 4] = 4.0 * persistence * news
    jacobian[4, 2] = 1.0 - news
    jacobian[4, 3] = -persistence
    jacobian[5, 5] = -1.0 / (point[5] * point[5]) if point[5] > 0.0 else 0.0
    return jacobian


@kernel(steers=True)
def garch_coordinates(constant_mean, asymmetric, student):
    """Return the positions (k,) in the box of the coordinates that a model searches."""
    searched = np.empty(3 + constant_mean + asymmetric + student, np.int64)
    k = 0
    for position in range(6):
        left_out = position == 0 and not constant_mean
        left_out = left_out or (position == 4 and not asymmetric)
        if not left_out and (position < 5 or student):
            searched[k] = position
            k += 1
    return searched


@kernel(steers=True)
def is_searched(searched, coordinate):
    """Return whether a coordinate is among those that are searched, (k,)."""
    found = False
    for i in range(searched.shape[0]):
        found = found or searched[i] == coordinate
    return found
