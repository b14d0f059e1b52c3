"""Maximization of a mean log-likelihood over a box, one evaluation at a time.

Quasi-Newton steps whose first curvature is the outer product of the scores (Berndt, Hall, Hall and
Hausman 1974, section 4) and which damped BFGS updates correct (Nocedal and Wright 2006, eq.
18.14-18.16). Coordinates on a bound that the gradient pushes against are held there.

The search does not call the likelihood: the kernel of a model evaluates it at ``search.trial`` and
reports what it found, until the search has ended. So each model has its own compiled loop:

    search = begin_search(start, low, high)
    more = True
    while more:
        value = evaluate(search.trial, ..., gradient, information)
        more = advance_search(search, value, gradient, information, n_observations)
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel

GAIN_TOLERANCE = 1e-14
"""Expected gain of a step, in the log-likelihood of all observations, at which a search ends."""
GAIN_ROUNDING = 1e-17
"""The same for each observation, in long samples: below it the gradient is rounding."""
VALUE_ROUNDING = 1e-7
"""Gain in the log-likelihood that rounding may hide; below it the gradient judges a step."""
VALUE_ROUNDING_EACH = 1e-12
"""The same for each observation, in long samples."""
SUFFICIENT_INCREASE = 1e-4
"""Share of the expected gain that a step must reach (Nocedal and Wright 2006, eq. 3.4)."""
MAX_STEP_CUTS = 25
"""Number of lengths of a step that are tried, each a third of the one before."""
MAX_HIDDEN_CUTS = 2
"""Number of cuts of a step whose expected gain rounding may hide."""
MAX_STEPS = 300
CONVERGED = 1e-4
"""Largest component of the projected gradient, per date, at an accepted optimum."""
RIDGE = 1e-9
"""Part of the diagonal that is added to the scaled curvature."""

# What the numbers of a search are.
VALUE, LENGTH, CUTS, FRESH, STEPS, EVALUATIONS, STARTED, SCORING = range(8)

BoxSearch = namedtuple(
    "BoxSearch", "point trial low high gradient direction information curvature numbers"
)
BoxSearch.__doc__ = """State of a search in arrays that ``advance_search`` overwrites.

Attributes
----------
point, trial : array (k,)
    Best point so far, and the point that is to be evaluated next.
low, high : array (k,)
    Box.
gradient, direction : array (k,)
    Gradient at the point, and direction of the step that is being tried.
information, curvature : array (k, k)
    Mean outer product of the scores at the point, and curvature that the steps use.
numbers : array (8,)
    Value at the point, length of the step, number of its cuts, whether the curvature is the outer
    product of the point, number of steps, number of evaluations, whether the start was evaluated,
    and the gain of a step in the log-likelihood of all observations above which the next one has
    the curvature of its own point instead of an update; infinite unless a kernel sets it.
"""


@kernel(steers=True)
def begin_search(start, low, high):
    """Return a search whose first trial is the start (k,), moved into the box."""
    k = start.shape[0]
    trial = np.empty(k)
    for i in range(k):
        trial[i] = min(max(start[i], low[i]), high[i])
    numbers = np.zeros(8)
    numbers[VALUE] = -np.inf
    numbers[SCORING] = np.inf
    return BoxSearch(
        trial.copy(),
        trial,
        low,
        high,
        np.zeros(k),
        np.zeros(k),
        np.zeros((k, k)),
        np.zeros((k, k)),
        numbers,
    )


@kernel(steers=True)
def advance_search(search, value, gradient, information, n_observations):
    """Return whether another evaluation is needed, given that of the trial.

    Parameters
    ----------
    search : BoxSearch
    value : float
        Mean log-likelihood at ``search.trial``; -inf or NaN outside its domain.
    gradient : array (k,)
        Its derivatives.
    information : array (k, k)
        Mean outer product of the scores.
    n_observations : int
    """
    numbers = search.numbers
    numbers[EVALUATIONS] += 1.0
    if numbers[STARTED] == 0.0:
        numbers[STARTED] = 1.0
        if not np.isfinite(value):
            return False
        _accept(search, value, gradient, information)
        _restart_curvature(search)
        return _next_trial(search, n_observations, True)
    if not _is_accepted(search, value, gradient, n_observations):
        _shorten_step(search)
        return _next_trial(search, n_observations, False)
    gain = n_observations * (value - numbers[VALUE])
    _update_curvature(search, gradient)
    _accept(search, value, gradient, information)
    numbers[FRESH] = 0.0
    if gain > numbers[SCORING]:
        _restart_curvature(search)
    numbers[STEPS] += 1.0
    if numbers[STEPS] >= MAX_STEPS:
        return False
    return _next_trial(search, n_observations, True)


@kernel(steers=True)
def gradient_norm(point, gradient, low, high):
    """Return the largest component of the projected gradient; infinite where one is not known."""
    largest = 0.0
    for i in range(point.shape[0]):
        if np.isnan(gradient[i]):
            return np.inf
        end = min(max(point[i] + gradient[i], low[i]), high[i])
        largest = max(largest, abs(end - point[i]))
    return largest


@kernel(steers=True)
def is_free(search, i):
    """Return whether a coordinate can move: it is not at a bound that its gradient points to."""
    if search.gradient[i] > 0.0:
        return search.point[i] != search.high[i]
    return search.point[i] != search.low[i]


@kernel(steers=True)
def _accept(search, value, gradient, information):
    """Make the trial the point of the search."""
    search.numbers[VALUE] = value
    k = gradient.shape[0]
    for i in range(k):
        search.point[i] = search.trial[i]
        search.gradient[i] = gradient[i]
        for j in range(k):
            search.information[i, j] = information[i, j]


@kernel(steers=True)
def _restart_curvature(search):
    """Take the outer product of the scores at the point as the curvature."""
    search.numbers[FRESH] = 1.0
    k = search.point.shape[0]
    for i in range(k):
        for j in range(k):
            search.curvature[i, j] = search.information[i, j]


@kernel(steers=True)
def _next_trial(search, n_observations, turn):
    """Place the next trial, along another direction if ``turn``; return False if there is none.

    Where a direction has no length that promises a gain, or where all have failed, the search goes
    on with the outer product of the scores at the point; it ends if the curvature was that already.
    """
    while True:
        if turn and not _turn(search, n_observations):
            return False
        if _place_trial(search, n_observations):
            return True
        if search.numbers[FRESH] == 1.0:
            return False
        # the updates may have spoiled the curvature
        _restart_curvature(search)
        turn = True


@kernel(steers=True)
def _turn(search, n_observations):
    """Choose a direction and its full length; return whether a gain is left to expect."""
    ascent_direction(search)
    slope = 0.0
    for i in range(search.point.shape[0]):
        slope += search.direction[i] * search.gradient[i]
    search.numbers[LENGTH] = 1.0
    search.numbers[CUTS] = 0.0
    return n_observations * slope >= max(GAIN_TOLERANCE, GAIN_ROUNDING * n_observations)


@kernel(steers=True)
def _shorten_step(search):
    """Cut the step to thirds until its end, cut at the box, is another point."""
    moved = False
    while not moved and search.numbers[CUTS] < MAX_STEP_CUTS:
        search.numbers[LENGTH] /= 3.0
        search.numbers[CUTS] += 1.0
        for i in range(search.point.shape[0]):
            end = search.point[i] + search.numbers[LENGTH] * search.direction[i]
            moved = moved or min(max(end, search.low[i]), search.high[i]) != search.trial[i]


@kernel(steers=True)
def _place_trial(search, n_observations):
    """Place the trial at the longest step, cut at the box, that promises a gain, if any does."""
    numbers = search.numbers
    while numbers[CUTS] < MAX_STEP_CUTS:
        expected = _move_trial(search)
        if expected > 0.0:
            is_hopeless = numbers[CUTS] > MAX_HIDDEN_CUTS and _is_hidden(expected, n_observations)
            return not is_hopeless
        _shorten_step(search)
    return False


@kernel(steers=True)
def _move_trial(search):
    """Place the trial at the length of the step and return the gain that the gradient expects."""
    expected = 0.0
    length = search.numbers[LENGTH]
    for i in range(search.point.shape[0]):
        end = search.point[i] + length * search.direction[i]
        end = min(max(end, search.low[i]), search.high[i])
        search.trial[i] = end
        expected += search.gradient[i] * (end - search.point[i])
    return expected


@kernel(steers=True)
def _is_hidden(gain, n_observations):
    """Return whether rounding may hide a gain in the mean log-likelihood."""
    return n_observations * gain < max(VALUE_ROUNDING, VALUE_ROUNDING_EACH * n_observations)


@kernel(steers=True)
def _is_accepted(search, value, gradient, n_observations):
    """Return whether the trial reaches a share of its expected gain.

    Where rounding may hide the gain, it must halve the gradient and not lower the value.
    """
    if not np.isfinite(value):
        return False
    before = search.numbers[VALUE]
    expected = 0.0
    for i in range(search.point.shape[0]):
        expected += search.gradient[i] * (search.trial[i] - search.point[i])
    if not _is_hidden(expected, n_observations):
        return value >= before + SUFFICIENT_INCREASE * expected
    if not _is_hidden(before - value, n_observations):
        return False
    norm = gradient_norm(search.trial, gradient, search.low, search.high)
    return norm < 0.5 * gradient_norm(search.point, search.gradient, search.low, search.high)


@kernel(steers=True)
def ascent_direction(search):
    """Overwrite the direction with curvature^-1 gradient over the free coordinates.

    The curvature is scaled to a diagonal of ones, plus 1e-9. A coordinate whose curvature is
    rounding relative to the largest does not move, so that one without effect on the likelihood
    gives no infinite step. Returns whether the curvature is positive definite.
    """
    k = search.point.shape[0]
    largest = 0.0
    for i in range(k):
        largest = max(largest, search.curvature[i, i])
    index = np.empty(k, np.int64)
    m = 0
    for i in range(k):
        search.direction[i] = 0.0
        if is_free(search, i) and search.curvature[i, i] > 1e-24 * largest:
            index[m] = i
            m += 1
    factor = np.empty((m, m))
    right = np.empty(m)
    scale = np.empty(m)
    for i in range(m):
        scale[i] = 1.0 / np.sqrt(search.curvature[index[i], index[i]] + 1e-300)
        right[i] = search.gradient[index[i]] * scale[i]
        for j in range(i + 1):
            factor[i, j] = search.curvature[index[i], index[j]] * scale[i] * scale[j]
        factor[i, i] += RIDGE
    is_definite = _factorize(factor)
    if is_definite:
        _solve(factor, right)
    for i in range(m):
        search.direction[index[i]] = right[i] * scale[i]
    return is_definite


@kernel(steers=True)
def _factorize(matrix):
    """Overwrite the lower triangle with its Cholesky factor; return whether it has one."""
    n = matrix.shape[0]
    for i in range(n):
        for j in range(i + 1):
            total = matrix[i, j]
            for k in range(j):
                total -= matrix[i, k] * matrix[j, k]
            if j < i:
                matrix[i, j] = total / matrix[j, j]
            elif total > 0.0:
                matrix[i, i] = np.sqrt(total)
            else:
                return False
    return True


@kernel(steers=True)
def _solve(factor, x):
    """Overwrite x with the solution of L L' y = x."""
    n = factor.shape[0]
    for i in range(n):
        for k in range(i):
            x[i] -= factor[i, k] * x[k]
        x[i] /= factor[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            x[i] -= factor[k, i] * x[k]
        x[i] /= factor[i, i]


@kernel(steers=True)
def _update_curvature(search, gradient):
    """Update the curvature for the step to the trial, whose gradient is given.

    The BFGS update is damped, so that the curvature stays positive definite.
    """
    k = search.point.shape[0]
    along = np.zeros(k)
    change = np.empty(k)
    expected = 0.0
    seen = 0.0
    for i in range(k):
        for j in range(k):
            along[i] += search.curvature[i, j] * (search.trial[j] - search.point[j])
        change[i] = search.gradient[i] - gradient[i]
        expected += along[i] * (search.trial[i] - search.point[i])
        seen += change[i] * (search.trial[i] - search.point[i])
    if not expected > 0.0:
        return
    if seen < 0.2 * expected:
        weight = 0.8 * expected / (expected - seen)
        for i in range(k):
            change[i] = weight * change[i] + (1.0 - weight) * along[i]
        seen = 0.2 * expected
    for i in range(k):
        for j in range(k):
            search.curvature[i, j] += change[i] * change[j] / seen - along[i] * along[j] / expected
