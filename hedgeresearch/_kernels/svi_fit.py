"""Least squares of an SVI smile from one start, with a density that is not negative.

Steps in five coordinates, see ``svi_search``, reach the least squares. Where g is negative there,
or w below that of the expiry before, rounds of multipliers follow with the same steps. Between the
points of the grid g is looked at on a finer one; where it is negative there, the margin of the
constraints grows.

Data are n_quotes of k, w and a weight of each, scaled so that the sum of squares of weight times w
is 1: the loss is a relative one.
"""

import numpy as np

from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.svi import (
    N_PARAMETERS,
    svi_density,
    svi_raw,
)
from hedgeresearch._kernels.svi_search import descend, rise

MAX_ROUNDS = 14
"""Rounds of multipliers."""
MAX_MARGINS = 4
"""Rounds of margins."""
FIRST_MARGIN = 1e-6
FIRST_PENALTY = 0.05
MAX_PENALTY = 1e6
VIOLATION = 1e-7
"""Violation of a constraint from which another round is made."""
FINER = 8
"""Points of the finer grid between two of the grid."""


@kernel
def worst_violation(raw, grid, before, scale, margin, multiplier, penalty):
    """Return the largest violation of a constraint, or of its complement, and move multipliers."""
    worst = 0.0
    n = grid.size
    for j in range(n):
        slack = svi_density(raw, grid[j]) - margin
        worst = max(worst, abs(min(slack, multiplier[j] / penalty)))
        multiplier[j] = max(0.0, multiplier[j] - penalty * slack)
        if before.size:
            slack = rise(raw, before, grid[j]) * scale - margin
            worst = max(worst, abs(min(slack, multiplier[n + j] / penalty)))
            multiplier[n + j] = max(0.0, multiplier[n + j] - penalty * slack)
    return worst


@kernel
def least_slack(raw, grid, before, scale):
    """Return the least g, or scaled rise over the expiry before, on the finer grid.

    Where g has a least value there, it is that of the parabola through the points around.
    """
    least = np.inf
    older = np.inf
    old = np.inf
    for j in range((grid.size - 1) * FINER + 1):
        first = min(j // FINER, grid.size - 2)
        share = (j - first * FINER) / FINER
        k = grid[first] + (grid[first + 1] - grid[first]) * share
        if before.size:
            least = min(least, rise(raw, before, k) * scale)
        new = svi_density(raw, k)
        least = min(least, new)
        if old < older and old < new and older < np.inf:
            fall = (new - older) ** 2 / (8.0 * (older - 2.0 * old + new))
            least = min(least, old - fall)
        older = old
        old = new
    return least


@kernel
def search_svi(point, low, high, k, w, weight, grid, before, scale, is_free):
    """Move the point to a minimum; return its least slack, 0 where there are no constraints.

    Parameters
    ----------
    point, low, high : arrays (5,)
    k, w, weight : arrays (n,), scaled as above
    grid : array (n_grid,), ascending
    before : array (5,), raw parameters of the expiry before; empty for the first
    scale : float, one over the size of w
    is_free : bool, whether there are constraints
    """
    raw = np.zeros(N_PARAMETERS)
    multiplier = np.zeros(2 * grid.size)
    margin = FIRST_MARGIN
    penalty = 0.0
    last = np.inf
    n_margins = 0
    n_rounds = 0
    while True:
        descend(point, low, high, k, w, weight, grid, before, scale, multiplier, penalty, margin)
        if not is_free:
            return 0.0
        svi_raw(point, raw)
        if penalty > 0.0:
            worst = worst_violation(raw, grid, before, scale, margin, multiplier, penalty)
            n_rounds += 1
            if worst >= VIOLATION and n_rounds < MAX_ROUNDS:
                if worst > 0.25 * last and penalty < MAX_PENALTY:
                    penalty *= 10.0
                last = worst
                continue
        least = least_slack(raw, grid, before, scale)
        if least >= 0.0 or n_margins == MAX_MARGINS:
            return least
        if penalty > 0.0:
            margin -= 1.5 * least
        penalty = FIRST_PENALTY
        last = np.inf
        n_margins += 1
        n_rounds = 0
