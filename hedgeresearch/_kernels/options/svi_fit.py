"""Least squares of an SVI smile from one start, with a density that is not negative.

Steps in five coordinates, see ``svi_search``, reach the least squares. Where g is negative there,
or w beyond that of another expiry, rounds of multipliers follow with the same steps. Between the
points of the grid g is looked at on a finer one; where it is negative there, the margin of the
constraints grows.

Data are n_quotes of k, w and a weight of each, scaled so that the sum of squares of weight times w
is 1: the loss is a relative one.
"""

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.options.svi import (
    N_PARAMETERS,
    loss_at,
    svi_density,
    svi_raw,
)
from hedgeresearch._kernels.options.svi_search import descend, rise

MAX_ROUNDS = 16
"""Rounds of multipliers."""
MAX_MARGINS = 4
"""Rounds of margins."""
FIRST_MARGIN = 1e-5
FIRST_PENALTY = 0.05
"""Largest penalty of the first round."""
FIRST_SHARE = 10.0
"""Largest share of the violations in the first Lagrangian, in units of the loss."""
LEAST_LOSS = 1e-8
MAX_PENALTY = 1e6
VIOLATION = 1e-7
"""Violation of a constraint from which another round is made."""
FINER = 8
"""Points of the finer grid between two of the grid."""


@kernel
def worst_violation(raw, grid, other, scale, margin, multiplier, penalty):
    """Return the largest violation of a constraint, or of its complement, and move multipliers."""
    worst = 0.0
    n = grid.size
    for j in range(n):
        slack = svi_density(raw, grid[j]) - margin
        worst = max(worst, abs(min(slack, multiplier[j] / penalty)))
        multiplier[j] = max(0.0, multiplier[j] - penalty * slack)
        if other.size:
            slack = rise(raw, other, grid[j]) * scale - margin
            worst = max(worst, abs(min(slack, multiplier[n + j] / penalty)))
            multiplier[n + j] = max(0.0, multiplier[n + j] - penalty * slack)
    return worst


@kernel
def least_slack(raw, grid, other, scale):
    """Return the least g, or scaled distance to the other expiry, on the finer grid.

    Where g has a least value there, it is that of the parabola through the points around.
    """
    least = np.inf
    older = np.inf
    old = np.inf
    for j in range((grid.size - 1) * FINER + 1):
        first = min(j // FINER, grid.size - 2)
        share = (j - first * FINER) / FINER
        k = grid[first] + (grid[first + 1] - grid[first]) * share
        if other.size:
            least = min(least, rise(raw, other, k) * scale)
        new = svi_density(raw, k)
        least = min(least, new)
        if old < older and old < new and older < np.inf:
            fall = (new - older) ** 2 / (8.0 * (older - 2.0 * old + new))
            least = min(least, old - fall)
        older = old
        old = new
    return least


@kernel
def squared_lack(raw, grid, other, scale, margin):
    """Return the sum of squares of what the constraints lack."""
    total = 1e-30
    for j in range(grid.size):
        total += min(svi_density(raw, grid[j]) - margin, 0.0) ** 2
        if other.size:
            total += min(rise(raw, other, grid[j]) * scale - margin, 0.0) ** 2
    return total


@kernel
def search_svi(point, low, high, k, w, weight, grid, other, scale, is_free, penalty):
    """Move the point to a minimum; return its least slack, 0 where there are no constraints.

    Parameters
    ----------
    point, low, high : arrays (5,)
    k, w, weight : arrays (n,), scaled as above
    grid : array (n_grid,), ascending
    other : array (6,), raw parameters of the next expiry on one side, and 1.0 where w must be
        above that of the other, -1.0 where below; empty where there is none
    scale : float, one over the size of w
    is_free : bool, whether there are constraints
    penalty : float, that of the first round; 0.0 to look for the least squares first
    """
    raw = np.zeros(N_PARAMETERS)
    multiplier = np.zeros(2 * grid.size)
    margin = FIRST_MARGIN
    last = np.inf
    n_margins = 0
    n_rounds = 0
    while True:
        descend(point, low, high, k, w, weight, grid, other, scale, multiplier, penalty, margin)
        if not is_free:
            return 0.0
        svi_raw(point, raw)
        if penalty > 0.0:
            worst = worst_violation(raw, grid, other, scale, margin, multiplier, penalty)
            n_rounds += 1
            if worst >= VIOLATION and n_rounds < MAX_ROUNDS:
                if worst > 0.25 * last and penalty < MAX_PENALTY:
                    penalty *= 10.0
                last = worst
                continue
        least = least_slack(raw, grid, other, scale)
        if least >= 0.0 or n_margins == MAX_MARGINS:
            return least
        if penalty > 0.0:
            margin -= 1.5 * least
        if penalty <= 0.0:
            # violations that count much more than the errors would lead into another minimum
            lack = squared_lack(raw, grid, other, scale, margin)
            penalty = 2.0 * FIRST_SHARE * (loss_at(raw, k, w, weight) + LEAST_LOSS) / lack
        penalty = min(penalty, FIRST_PENALTY)
        last = np.inf
        n_margins += 1
        n_rounds = 0
