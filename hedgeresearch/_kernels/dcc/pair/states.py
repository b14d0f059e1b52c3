"""Ends of the recursion of Q for many pairs of series, given their estimates."""

from __future__ import annotations

import math

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.box import parameters_at
from hedgeresearch._kernels.dcc.pair.grid import largest_news_share
from hedgeresearch._kernels.dcc.pair.targets import pair_matrices, pair_targets

DELTA = 4
INTERCEPT = 5
Q = 8
SIZE = 11
"""Columns of a state after its parameters (a, b, g, nu): delta, elements of C and of Q of the date
after the last; and their number."""


@kernel
def targets_of_pairs(first, second, asymmetric, targets):
    """Overwrite ``targets`` (n_first, n_second, 6) with the elements of S and N of each pair."""
    for s in range(first.shape[0]):
        for f in range(second.shape[0]):
            of_pair = pair_targets(first[s], second[f], asymmetric)
            for i in range(6):
                targets[s, f, i] = of_pair[i]


@kernel
def states_of_pairs(points, is_known, asymmetric, corrected, first, second, targets, states):
    """Overwrite the states of pairs with those at points of the box.

    Parameters
    ----------
    points : array (n_first, n_second, 4)
    is_known : array (n_first, n_second) of bool
        Pairs whose states are wanted.
    asymmetric, corrected : bool
    first, second : array (n_series, n_dates)
        Standardized residuals.
    targets : array (n_first, n_second, 6)
    states : array (n_first, n_second, 11)
        The constants of this module say with what.
    """
    for s in range(first.shape[0]):
        for f in range(second.shape[0]):
            if is_known[s, f]:
                of_pair = targets[s, f]
                state = states[s, f]
                state[DELTA] = largest_news_share(of_pair, asymmetric)
                parameters_at(points[s, f], state[DELTA], state)
                matrices = pair_matrices(state, corrected, first[s], second[f], of_pair)
                for i in range(3):
                    state[INTERCEPT + i] = matrices[0, i]
                    state[Q + i] = matrices[1, i]
                for t in range(first.shape[1]):
                    advance_q(state, corrected, first[s, t], second[f, t])


@kernel
def advance_q(state, corrected, x, y):
    """Overwrite Q of a state with that of the next date: Q_{t+1} = C + a x x' + g n n' + b Q_t.

    It keeps the order of operations, so that its bits do not depend on the kernel that calls it.
    """
    a = state[0]
    b = state[1]
    g = state[2]
    scale_x = state[Q] if corrected else 1.0
    scale_y = state[Q + 2] if corrected else 1.0
    weight_x = a + g if x < 0.0 else a
    weight_y = a + g if y < 0.0 else a
    weight_xy = a + g if x < 0.0 and y < 0.0 else a
    state[Q] = state[INTERCEPT] + weight_x * x * x * scale_x + b * state[Q]
    news = weight_xy * x * y * math.sqrt(scale_x * scale_y)
    state[Q + 1] = state[INTERCEPT + 1] + news + b * state[Q + 1]
    state[Q + 2] = state[INTERCEPT + 2] + weight_y * y * y * scale_y + b * state[Q + 2]
