"""Coordinates of the search for Markov-switching GARCH(1,1), for a series of unit variance.

The coordinates of a regime are its log unconditional variance, the persistence alpha + gamma / 2 +
beta, the share of news in it, the share of bad news in news, and 1 / nu. Those of a row of the
transition matrix are the probability to stay and then each regime's share of what is left.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch.estimation.parameter_name import ParameterName
from hedgeresearch.regimes.markov_switching.garch_likelihood import split_parameters
from hedgeresearch.typing import Array

REGIME_COORDINATES = (
    "variance",
    "persistence",
    "share of news in the persistence",
    "share of bad news in news",
    "1 / nu",
)
"""Coordinates of a regime."""
REGIME_BOUNDS = (
    (np.log(1e-5), np.log(1e5)),  # log of the unconditional variance
    (0.0, 1.0 - 1e-6),  # persistence, alpha + gamma / 2 + beta
    (0.0, 1.0),  # share of news in it, (alpha + gamma / 2) / persistence
    (0.0, 1.0),  # share of bad news in news, (alpha + gamma) / (2 alpha + gamma)
    (1 / 500, 1 / 2.02),  # 1 / degrees of freedom
)
"""Bounds of the coordinates of a regime."""
STAY_BOUNDS = (1e-6, 1.0 - 1e-6)
"""Bounds of the probability to stay in a regime."""
SHARE_BOUNDS = (0.0, 1.0)
"""Bounds of a regime's share of the probability that is left."""


class CoordinateName(ParameterName):
    """Name of a coordinate, whose label holds a place for the regime: "1 / nu of regime {}"."""

    def __str__(self) -> str:
        return self.label.format(*self.regimes)


def coordinate_names(k: int) -> list[ParameterName]:
    """Return the names of all coordinates, m of them."""
    names: list[ParameterName] = []
    for i in range(k):
        names += [CoordinateName(f"{label} of regime {{}}", (i,)) for label in REGIME_COORDINATES]
    for i in range(k):
        shares = [CoordinateName("a share in row {} of p", (i,))] * (k - 2)
        names += [ParameterName("p", (i, i)), *shares] if k > 1 else []
    return names


def search_box(k: int) -> Array:
    """Return the bounds of all coordinates, (m, 2)."""
    rows = [STAY_BOUNDS, *[SHARE_BOUNDS] * (k - 2)] * k if k > 1 else []
    return np.array([*REGIME_BOUNDS * k, *rows])


def starting_points(k: int, n_starts: int, own: tuple[float, float], seed: int) -> Array:
    """Return points of the box to start from, (n_starts, m).

    The regimes of the first point differ in variance only; the other points are random. ``own`` is
    the share of bad news in news and 1 / nu, the same for all regimes.
    """
    rng = np.random.default_rng(seed)
    points = []
    for start in range(n_starts):
        point = np.tile([0.0, 0.9, 0.1, *own], (k, 1))
        rows = np.full((k, k - 1), 0.5)
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
    """Return the parameters at a point of the box and their derivatives, (m,) and (m, m)."""
    m = 5 * k + k * (k - 1)
    parameters = np.empty(m)
    jacobian = np.zeros((m, m))
    for i in range(k):
        own = slice(5 * i, 5 * i + 5)
        row = slice(5 * k + (k - 1) * i, 5 * k + (k - 1) * (i + 1))
        parameters[own], jacobian[own, own] = _regime_parameters(x[own])
        parameters[row], jacobian[row, row] = _row_of_transition(x[row], i)
    return parameters, jacobian


def _regime_parameters(x: Array) -> tuple[Array, Array]:
    """Return (omega, alpha, gamma, beta, nu) of a regime and their derivatives, (5,) and (5, 5)."""
    log_variance, p, s, b, inverse_nu = x
    variance = np.exp(log_variance)
    omega = variance * (1.0 - p)
    gamma = 2.0 * p * s * (2.0 * b - 1.0)
    nu = 1.0 / inverse_nu if inverse_nu > 0.0 else NORMAL
    jacobian = np.zeros((5, 5))
    jacobian[0, :2] = omega, -variance
    jacobian[1, 1:4] = 2.0 * s * (1.0 - b), 2.0 * p * (1.0 - b), -2.0 * p * s
    jacobian[2, 1:4] = 2.0 * s * (2.0 * b - 1.0), 2.0 * p * (2.0 * b - 1.0), 4.0 * p * s
    jacobian[3, 1:3] = 1.0 - s, -p
    jacobian[4, 4] = -nu * nu if inverse_nu > 0.0 else 0.0
    return np.array([omega, 2.0 * p * s * (1.0 - b), gamma, p * (1.0 - s), nu]), jacobian


def _row_of_transition(shares: Array, i: int) -> tuple[Array, Array]:
    """Return row i of the transition without its last column, and its derivatives.

    They are with respect to the shares.
    """
    k = len(shares) + 1
    row = np.empty(k)
    by_shares = np.zeros((k, k - 1))
    left = 1.0
    by_left = np.zeros(k - 1)
    order = [i, *(j for j in range(k) if j != i)]
    for step, share in enumerate(shares):
        row[order[step]] = left * share
        by_shares[order[step]] = by_left * share
        by_shares[order[step], step] += left
        by_left *= 1.0 - share
        by_left[step] -= left
        left *= 1.0 - share
    row[order[-1]] = left
    by_shares[order[-1]] = by_left
    return row[:-1], by_shares[:-1]


def renumber_regimes(x: Array, k: int) -> Array:
    """Return the point of the box whose regimes are ordered by their unconditional variances."""
    order = np.argsort(x[0 : 5 * k : 5], kind="stable")
    _, _, transition = split_parameters(from_box(x, k)[0], k)
    shares = []
    for i in order:
        left = 1.0
        for j in [i, *order[order != i]][:-1]:
            shares.append(transition[i, j] / left if left > 0.0 else 0.0)
            left -= transition[i, j]
    return np.append(x[: 5 * k].reshape(k, 5)[order], np.clip(shares, 0.0, 1.0))
