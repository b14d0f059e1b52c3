r"""Maximum likelihood of a switching autoregression, from many starts in one compiled call.

.. math:: y_t = m_{s_t} + \sum_j a_j (y_{t-j} - m_{s_{t-j}}) + \sigma_{s_t} e_t

is a switching regression on (1, lags): a state, which holds the regimes of the lags where the mean
switches, has the constant m_{i_0} - sum_j a_j m_{i_j}. Natural parameters are means, variances,
coefficients of the lags, and rows of the transition without their last column. The search moves
means, log variances, partial autocorrelations (Barndorff-Nielsen and Schou 1973, Journal of
Multivariate Analysis 3, section 2) and the log odds of leaving a regime against staying.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.search.box_search import (
    VALUE,
    advance_search,
    begin_search,
    gradient_norm,
)
from hedgeresearch._kernels.switching.em import (
    empty_sums,
    fill_transition,
    filter_forward,
    solve_scaled,
    sum_backward,
    sum_of_squares,
)
from hedgeresearch._kernels.switching.regression import (
    SwitchingStates,
    fill_stationary,
    switching_pass,
)

AutoregressionLayout = namedtuple("AutoregressionLayout", "k order n_means n_variances")
AutoregressionLayout.__doc__ = """Number of regimes, lags, different means and variances."""
SMALLEST = 1e-300
"""Smallest probability whose logarithm is taken."""
EM_GAIN = 0.1
"""Gain in log-likelihood at which EM leaves a start to the quasi-Newton search."""
MIN_VARIANCE = 1e-6
"""Variance of a regime, relative to that of the series, up to which it collapses in EM."""


@kernel
def autoregression_states(layout, natural):
    """Return the states of the regression, at natural parameters (q,)."""
    k, order, n_means, n_variances = layout
    # regimes of earlier dates do not matter where there is one mean
    memory = order if n_means > 1 else 0
    block = 1
    for _ in range(memory):
        block *= k
    n_states = k * block
    coefficients = np.zeros((n_states, 1 + order))
    variances = np.empty(n_states)
    slopes = np.zeros((n_states, 2 + order, natural.shape[0]))
    for s in range(n_states):
        own = s // block
        mean = own if n_means > 1 else 0
        variance = n_means + (own if n_variances > 1 else 0)
        variances[s] = natural[variance]
        slopes[s, 1 + order, variance] = 1.0
        coefficients[s, 0] = natural[mean]
        slopes[s, 0, mean] = 1.0
        stride = block
        for lag in range(1, order + 1):
            stride //= k
            place = n_means + n_variances + lag - 1
            earlier = (s // stride) % k if memory > 0 else 0
            coefficients[s, 0] -= natural[place] * natural[earlier]
            coefficients[s, lag] = natural[place]
            slopes[s, 0, earlier] -= natural[place]
            slopes[s, 0, place] = -natural[earlier]
            slopes[s, lag, place] = 1.0
    begin = n_means + n_variances + order
    transition = np.empty((k, k))
    for i in range(k):
        left = 1.0
        for j in range(k - 1):
            transition[i, j] = natural[begin + i * (k - 1) + j]
            left -= transition[i, j]
        transition[i, k - 1] = max(left, 0.0)
    first = np.zeros(n_states)
    first_slopes = np.zeros((n_states, natural.shape[0]))
    fill_stationary(transition, memory, begin, first, first_slopes)
    return SwitchingStates(coefficients, variances, slopes, transition, first, first_slopes)


@kernel
def natural_parameters(  # noqa: C901, PLR0912 - loops over elements
    layout, coordinates
):
    """Return natural parameters and their derivatives w.r.t. the coordinates, (q,) and (q, q).

    Lags follow from partial autocorrelations r by a_i - r_j a_(j - i) and r_j (Durbin-Levinson), a
    row of the transition from the log odds of the other regimes, in their order, against staying.
    """
    k, order, n_means, n_variances = layout
    q = coordinates.shape[0]
    natural = coordinates.copy()
    jacobian = np.zeros((q, q))
    for i in range(n_means + n_variances):
        if i >= n_means:
            natural[i] = np.exp(coordinates[i])
        jacobian[i, i] = natural[i] if i >= n_means else 1.0
    place = n_means + n_variances
    before = np.empty(order)
    moved = np.empty((order, order))
    for j in range(order):
        r = coordinates[place + j]
        for i in range(j):
            before[i] = natural[place + i]
            for c in range(j):
                moved[i, c] = jacobian[place + i, place + c]
        for i in range(j):
            natural[place + i] = before[i] - r * before[j - 1 - i]
            for c in range(j):
                jacobian[place + i, place + c] = moved[i, c] - r * moved[j - 1 - i, c]
            jacobian[place + i, place + j] = -before[j - 1 - i]
        jacobian[place + j, place + j] = 1.0
    row = np.empty(k)
    for i in range(k):
        begin = place + order + i * (k - 1)
        largest = 0.0
        for c in range(k - 1):
            largest = max(largest, coordinates[begin + c])
        total = 0.0
        for j in range(k):
            odds = 0.0
            if j != i:
                odds = coordinates[begin + (j if j < i else j - 1)]
            row[j] = np.exp(odds - largest)
            total += row[j]
        for j in range(k):
            row[j] /= total
        for j in range(k - 1):
            natural[begin + j] = row[j]
            for c in range(k - 1):
                other = c if c < i else c + 1
                jacobian[begin + j, begin + c] = row[j] * ((j == other) - row[other])
    return natural, jacobian


@kernel
def coordinates_of(layout, natural):
    """Return the coordinates of natural parameters; those of probabilities of zero are large."""
    k, order, n_means, n_variances = layout
    coordinates = natural.copy()
    place = n_means + n_variances
    for i in range(n_means, place):
        coordinates[i] = np.log(natural[i])
    before = np.empty(order)
    for j in range(order - 1, -1, -1):
        r = coordinates[place + j]
        for i in range(j):
            before[i] = coordinates[place + i]
        for i in range(j):
            moved = before[i] + r * before[j - 1 - i]
            coordinates[place + i] = moved / max(1.0 - r * r, SMALLEST)
    for i in range(k):
        begin = place + order + i * (k - 1)
        last = 1.0
        for j in range(k - 1):
            last -= natural[begin + j]
        stay = natural[begin + i] if i < k - 1 else last
        for c in range(k - 1):
            other = c if c < i else c + 1
            leave = natural[begin + other] if other < k - 1 else last
            coordinates[begin + c] = np.log(max(leave, SMALLEST) / max(stay, SMALLEST))
    return coordinates


@kernel
def search_autoregression(layout, y, x, start, low, high):
    """Return where a search from a start ends, in coordinates.

    Returns
    -------
    tuple of array (q,), float, float
        Coordinates, log-likelihood of all dates, and largest component of the projected gradient
        per date.
    """
    q = start.shape[0]
    n_dates = y.shape[0]
    gradient = np.empty(q)
    information = np.empty((q, q))
    score = np.empty(q)
    outer = np.empty((q, q))
    half = np.empty((q, q))
    no_scores = np.empty((0, q))
    search = begin_search(start, low, high)
    more = True
    while more:
        natural, jacobian = natural_parameters(layout, search.trial)
        states = autoregression_states(layout, natural)
        total, _, _ = switching_pass(y, x, states, score, outer, no_scores)
        for a in range(q):
            gradient[a] = 0.0
            for b in range(q):
                gradient[a] += score[b] * jacobian[b, a] / n_dates
                half[a, b] = 0.0
                for c in range(q):
                    half[a, b] += outer[a, c] * jacobian[c, b] / n_dates
        for a in range(q):
            for b in range(q):
                information[a, b] = 0.0
                for c in range(q):
                    information[a, b] += jacobian[c, a] * half[c, b]
        more = advance_search(search, total / n_dates, gradient, information, n_dates)
    norm = gradient_norm(search.point, search.gradient, low, high)
    return search.point, search.numbers[VALUE] * n_dates, norm


@kernel
def improved_by_em(layout, y, x, start, steps):
    """Return coordinates after some steps of EM, from a start in coordinates.

    A step maximizes the expectation over the means, then the lags, then the variances, each given
    the others, with the stationary probabilities of the first date taken as given. Where a regime
    collapses, the start is returned.
    """
    natural, _ = natural_parameters(layout, start)
    states = autoregression_states(layout, natural)
    n_dates, d = x.shape
    n_states = states.variances.shape[0]
    filtered = np.empty((n_dates, n_states))
    densities = np.empty((n_dates, n_states))
    sums = empty_sums(n_states, d, layout.k)
    before = -np.inf
    for _ in range(steps):
        now = filter_forward(
            y,
            x,
            states.coefficients,
            states.variances,
            states.transition,
            states.first,
            filtered,
            densities,
        )
        if now - before < EM_GAIN:
            break
        before = now
        sum_backward(y, x, states.transition, filtered, densities, sums)
        if not _improve_means(layout, sums, states, natural):
            return start
        if layout.order > 0 and not _improve_lags(layout, sums, states, natural):
            return start
        fill_transition(sums.transitions, states.transition)
        begin = natural.shape[0] - layout.k * (layout.k - 1)
        for i in range(layout.k):
            for j in range(layout.k - 1):
                natural[begin + i * (layout.k - 1) + j] = states.transition[i, j]
        states = autoregression_states(layout, natural)
        if not _improve_variances(layout, sums, states, natural):
            return start
    return coordinates_of(layout, natural)


@kernel
def _improve_means(layout, sums, states, natural):
    """Overwrite the means with weighted least squares given the lags; return success."""
    n_means = layout.n_means
    matrix = np.zeros((n_means, n_means))
    right = np.zeros(n_means)
    for s in range(states.variances.shape[0]):
        inverse = 1.0 / states.variances[s]
        rest = sums.products[s, 0]
        for lag in range(1, layout.order + 1):
            rest -= states.coefficients[s, lag] * sums.moments[s, lag, 0]
        for i in range(n_means):
            loading = inverse * states.slopes[s, 0, i]
            right[i] += loading * rest
            for j in range(i + 1):
                matrix[i, j] += loading * states.slopes[s, 0, j] * sums.weights[s]
    if not solve_scaled(matrix, right):
        return False
    for i in range(n_means):
        natural[i] = right[i]
    return True


@kernel
def _improve_lags(layout, sums, states, natural):
    """Overwrite the lags' coefficients with weighted least squares given the means."""
    k, order, n_means, n_variances = layout
    n_states = states.variances.shape[0]
    matrix = np.zeros((order, order))
    right = np.zeros(order)
    mean = np.empty(order)
    for s in range(n_states):
        inverse = 1.0 / states.variances[s]
        weight = sums.weights[s]
        own = natural[s * k // n_states if n_means > 1 else 0]
        stride = n_states // k
        for a in range(order):
            stride //= k
            mean[a] = natural[(s // stride) % k if n_means > 1 else 0]
            # sum of the products of y and the lag in deviations from their means
            product = sums.products[s, a + 1] - mean[a] * sums.products[s, 0]
            product += own * (mean[a] * weight - sums.moments[s, a + 1, 0])
            right[a] += inverse * product
            for b in range(a + 1):
                product = sums.moments[s, a + 1, b + 1] + mean[a] * mean[b] * weight
                product -= mean[a] * sums.moments[s, b + 1, 0]
                product -= mean[b] * sums.moments[s, a + 1, 0]
                matrix[a, b] += inverse * product
    if not solve_scaled(matrix, right):
        return False
    for a in range(order):
        natural[n_means + n_variances + a] = right[a]
    return True


@kernel
def _improve_variances(layout, sums, states, natural):
    """Overwrite variances with the mean squares at the states' coefficients; return success."""
    n_variances = layout.n_variances
    n_states = states.variances.shape[0]
    squares = np.zeros(n_variances)
    weights = np.zeros(n_variances)
    for s in range(n_states):
        own = s * n_variances // n_states
        squares[own] += sum_of_squares(sums, s, states.coefficients[s])
        weights[own] += sums.weights[s]
    for own in range(n_variances):
        if not weights[own] > 0.0:
            return False
    for s in range(n_states):
        own = s * n_variances // n_states
        states.variances[s] = squares[own] / weights[own]
        natural[layout.n_means + own] = states.variances[s]
        if not states.variances[s] > MIN_VARIANCE:
            return False
    return True
