"""Starts of searches of an SVI smile: least squares of three parameters at many values of two.

Quasi-explicit (De Marco and Martini 2009): for each m and sigma of a table, a and the slopes of
both wings by linear least squares, with slopes that are not negative and within Lee's bound. In
terms of these w = a + right (R + x) / 2 + left (R - x) / 2, with x = k - m and R = sqrt(x^2 +
sigma^2).
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.options.svi import CENTER, FLOOR, LEFT, N_PARAMETERS, RIGHT, WIDTH
from hedgeresearch.typing import Array

N_CENTERS = 9
N_WIDTHS = 8
"""Values of m and sigma in the table."""
NARROWEST = 0.02
WIDEST = 2.0
"""Smallest and largest sigma, in units of the range of the quotes."""
LEAST_FLOOR = 1e-4
"""Least minimum of w, in units of its mean over the quotes."""
SLOPES = (1e-9, 1.999)
"""Least and largest slope of a wing."""
RIDGE = 1e-10
"""Relative increase of the diagonal, for smiles that do not say which of the three it is."""


def best_starts(k: Array, w: Array, weight: Array, number: int) -> list[Array]:
    """Return the coordinates, see ``_kernels.options.svi``, of the best starts of the table.

    None is a neighbor of a better one in the table: neighbors lead to the same minimum.

    Parameters
    ----------
    k, w, weight : arrays (n,)
    number : int, starts at most
    """
    points, losses = _table(k, w, weight)
    left = losses.reshape(N_CENTERS, N_WIDTHS)
    chosen: list[Array] = []
    while len(chosen) < number and np.isfinite(left).any():
        place = int(np.argmin(left))
        row, column = divmod(place, N_WIDTHS)
        left[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = np.inf
        chosen.append(points[place].copy())
    return chosen


def _table(k: Array, w: Array, weight: Array) -> tuple[Array, Array]:
    """Return the points of the table, (n_table, 5), and their losses, (n_table,)."""
    span = k[-1] - k[0]
    centers = k[0] + span * (np.arange(N_CENTERS) + 0.5) / N_CENTERS
    widths = span * np.geomspace(NARROWEST, WIDEST, N_WIDTHS)
    center = np.repeat(centers, N_WIDTHS)
    width = np.tile(widths, N_CENTERS)
    x = k - center[:, None]
    root = np.hypot(x, width[:, None])
    parts = np.stack([np.ones_like(x), (root + x) / 2.0, (root - x) / 2.0], axis=2)
    found = _least_squares(parts * weight[:, None], weight * w)
    slopes = np.clip(found[:, 1:], *SLOPES)
    mean = width * np.sqrt(slopes[:, 0] * slopes[:, 1])
    level = np.maximum(found[:, 0] + mean, LEAST_FLOOR * w.mean())
    coefficients = np.column_stack([level - mean, slopes])
    errors = weight * (np.einsum("tnp,tp->tn", parts, coefficients) - w)
    points = np.empty((len(center), N_PARAMETERS))
    points[:, RIGHT] = np.log(slopes[:, 0] / (2.0 - slopes[:, 0]))
    points[:, LEFT] = np.log(slopes[:, 1] / (2.0 - slopes[:, 1]))
    points[:, FLOOR] = np.log(level)
    points[:, CENTER] = center
    points[:, WIDTH] = np.log(width)
    return points, np.einsum("tn,tn->t", errors, errors)


def _least_squares(parts: Array, target: Array) -> Array:
    """Return the coefficients of each row of the table, slopes that come out negative being zero.

    Parameters
    ----------
    parts : array (n_table, n, 3)
    target : array (n,)
    """
    gram = np.swapaxes(parts, 1, 2) @ parts
    diagonal = np.einsum("tpp->tp", gram)
    diagonal *= 1.0 + RIDGE
    right = np.einsum("tnp,n->tp", parts, target)
    found = np.linalg.solve(gram, right[:, :, None])[:, :, 0]
    for _ in range(2):
        negative = found < 0.0
        negative[:, 0] = False
        if not negative.any():
            break
        gram[negative] = 0.0
        np.swapaxes(gram, 1, 2)[negative] = 0.0
        np.einsum("tpp->tp", gram)[negative] = 1.0
        right[negative] = 0.0
        found = np.linalg.solve(gram, right[:, :, None])[:, :, 0]
    return np.asarray(found)
