"""Coordinates in which the parameters (a, b, g, nu) of a dynamic correlation are searched.

A point (4,) has the persistence p = a + b + delta g, the share of news in it,
s = (a + delta g) / p, the share k of the asymmetric term in that, and 1 / nu. delta is the largest
eigenvalue of S^-1/2 N S^-1/2, so that p < 1 keeps the intercept positive definite. 1 / nu = 0 is
the normal density.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.compilation.kernels import kernel

PERSISTENCE, NEWS_SHARE, ASYMMETRIC_SHARE, INVERSE_NU = range(4)
LOW = np.array([0.0, 0.0, 0.0, 1 / 500])
HIGH = np.array([1.0 - 1e-6, 1.0, 1.0, 1 / 2.02])
"""Smallest and largest value of each coordinate."""


@kernel(steers=True)
def parameters_at(point, delta, parameters):
    """Overwrite ``parameters`` (4,) with (a, b, g, nu) at a point."""
    news = point[PERSISTENCE] * point[NEWS_SHARE]
    parameters[0] = news * (1.0 - point[ASYMMETRIC_SHARE])
    parameters[1] = point[PERSISTENCE] * (1.0 - point[NEWS_SHARE])
    parameters[2] = news * point[ASYMMETRIC_SHARE] / delta
    parameters[3] = 1.0 / point[INVERSE_NU] if point[INVERSE_NU] > 0.0 else NORMAL


@kernel(steers=True)
def box_jacobian(point, delta, jacobian):
    """Overwrite ``jacobian`` (4, 4) with the derivatives of (a, b, g, nu) by the coordinates."""
    p = point[PERSISTENCE]
    s = point[NEWS_SHARE]
    k = point[ASYMMETRIC_SHARE]
    for i in range(4):
        for j in range(4):
            jacobian[i, j] = 0.0
    jacobian[0, 0] = s * (1.0 - k)
    jacobian[0, 1] = p * (1.0 - k)
    jacobian[0, 2] = -p * s
    jacobian[1, 0] = 1.0 - s
    jacobian[1, 1] = -p
    jacobian[2, 0] = s * k / delta
    jacobian[2, 1] = p * k / delta
    jacobian[2, 2] = p * s / delta
    if point[INVERSE_NU] > 0.0:
        jacobian[3, 3] = -1.0 / (point[INVERSE_NU] * point[INVERSE_NU])


@kernel(steers=True)
def to_searched(jacobian, searched, by_parameter, information, box_gradient, box_information):
    """Overwrite the last two arguments with gradient and information in searched coordinates.

    Parameters
    ----------
    jacobian : array (4, 4)
        See ``box_jacobian``.
    searched : array (k or more,) of int
        Coordinates that are searched.
    by_parameter : array (4,)
        Gradient with respect to (a, b, g, nu).
    information : array (4, 4)
        Mean outer product of the scores with respect to (a, b, g, nu).
    box_gradient : array (k,)
    box_information : array (k, k)
    """
    for i in range(box_gradient.shape[0]):
        total = 0.0
        for p in range(4):
            total += jacobian[p, searched[i]] * by_parameter[p]
        box_gradient[i] = total
        for j in range(i + 1):
            total = 0.0
            for p in range(4):
                for q in range(4):
                    product = jacobian[p, searched[i]] * jacobian[q, searched[j]]
                    total += product * information[p, q]
            box_information[i, j] = total
            box_information[j, i] = total
