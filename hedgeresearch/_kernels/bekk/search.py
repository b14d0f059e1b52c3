"""Search of the Gaussian likelihood of a BEKK model, its scores and Hessian, by the parameters.

Each is one compiled call. ``is_full`` says whether A, B and G are other than diagonal; it is None
for two series, which have kernels of their own, so that only what is called is compiled.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.bekk.gradient import diagonal_gradient, full_gradient
from hedgeresearch._kernels.bekk.pair import pair_gradient, pair_scores
from hedgeresearch._kernels.bekk.parameters import BEKKMap, empty_matrices, fill_matrices
from hedgeresearch._kernels.bekk.scores import diagonal_scores, full_scores
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.search.box_search import VALUE, advance_search, begin_search

MAX_RESTARTS = 20
"""Number of searches that begin where one stopped, with the curvature of the scores there."""
FLAT_GRADIENT = 1e-8
"""Gradient, per date, at which no search begins again."""
FLAT_GAIN = 1e-5
"""Gain in the log-likelihood of all dates after which no search begins again."""

BEKKScratch = namedtuple("BEKKScratch", "matrices path by_intercept by_blocks")
BEKKScratch.__doc__ = """Room for an evaluation: see ``BEKKMatrices`` and ``full_gradient``."""


@kernel
def evaluate_bekk(x, model, is_full, shocks, scratch, gradient):
    """Return the mean log-likelihood at a point and fill its gradient (k,), zero where it is -inf.

    Parameters
    ----------
    x : array (k,)
    model : BEKKMap
    is_full : bool or None
    shocks : array (n_dates, m, n)
    scratch : BEKKScratch
    gradient : array (k,)
    """
    n_dates, m, n = shocks.shape
    _, path, by_intercept, by_blocks = scratch
    fill_matrices(x, model, scratch.matrices)
    _, blocks, intercept, first, _, _, jacobian = scratch.matrices
    loadings = blocks[:m]
    g = blocks[m]
    by_loadings = by_blocks[:m]
    by_g = by_blocks[m]
    arguments = (intercept, loadings, g, shocks, first, path, by_intercept, by_loadings, by_g)
    if is_full is None:
        value = pair_gradient(*arguments)
    elif is_full:
        value = full_gradient(*arguments)
    else:
        value = diagonal_gradient(*arguments)
    if not np.isfinite(value):
        gradient[:] = 0.0
        return -np.inf
    r = intercept.shape[0]
    for p in range(gradient.shape[0]):
        gradient[p] = 0.0
        for i in range(r):
            gradient[p] += by_intercept[i] * jacobian[i, p]
        row = r
        for s in range(m + 1):
            for i in range(n):
                for j in range(n):
                    gradient[p] += by_blocks[s, i, j] * jacobian[row, p]
                    row += 1
        gradient[p] /= n_dates
    return value / n_dates


def empty_scratch(model: BEKKMap, n_dates: int) -> BEKKScratch:
    """Return room for evaluations."""
    r = len(model.root_basis) * (len(model.root_basis) + 1) // 2
    return BEKKScratch(
        empty_matrices(model),
        np.empty((n_dates, 2 * r)),
        np.empty(r),
        np.empty(model.block_basis.shape[:3]),
    )


@kernel
def bekk_scores(matrices, is_full, shocks, log_likelihood, scores, information):
    """Fill log-likelihoods, scores and the sum of their outer products: see ``full_scores``.

    Returns the derivatives (p, k) of what the scores are taken by: C C' and the elements of the
    blocks, or their diagonals.
    """
    _, m, n = shocks.shape
    _, blocks, intercept, first, _, _, jacobian = matrices
    loadings = blocks[:m]
    g = blocks[m]
    arguments = (intercept, loadings, g, shocks, first, log_likelihood, scores, information)
    if is_full is None:
        pair_scores(*arguments)
    elif is_full:
        full_scores(*arguments)
    else:
        diagonal_scores(*arguments)
        r = intercept.shape[0]
        for s in range(m + 1):
            for i in range(n):
                diagonal = r + s * n * n + i * n + i
                for p in range(jacobian.shape[1]):
                    jacobian[r + s * n + i, p] = jacobian[diagonal, p]
    return jacobian[: information.shape[0]]


@kernel
def _fill_information(matrices, is_full, shocks, log_likelihood, products, information):
    """Fill the mean outer product (k, k) of the scores, from sums ``products`` (p, p)."""
    p = products.shape[0]
    k = information.shape[0]
    last = np.empty((1, p))
    jacobian = bekk_scores(matrices, is_full, shocks, log_likelihood, last, products)
    half = np.zeros((p, k))
    for i in range(p):
        for q in range(p):
            for j in range(k):
                half[i, j] += products[i, q] * jacobian[q, j]
    for i in range(k):
        for j in range(k):
            information[i, j] = 0.0
        for q in range(p):
            for j in range(k):
                information[i, j] += jacobian[q, i] * half[q, j] / shocks.shape[0]


@kernel
def evaluate_with_information(x, model, is_full, shocks, scratch, gradient, information):
    """Do what ``evaluate_bekk`` does and fill the mean outer product of the scores (k, k)."""
    n_dates, m, n = shocks.shape
    p = n * (n + 1) // 2 + (m + 1) * (n if is_full is False else n * n)
    value = evaluate_bekk(x, model, is_full, shocks, scratch, gradient)
    room = np.empty(n_dates)
    _fill_information(scratch.matrices, is_full, shocks, room, np.empty((p, p)), information)
    return value


@kernel
def search_bekk(start, model, is_full, shocks, scratch):
    """Follow quasi-Newton steps from a start (k,); the parameters have no bounds.

    Returns
    -------
    point : array (k,)
    value : float
        Mean log-likelihood.
    gradient : array (k,)
    """
    n_dates, m, n = shocks.shape
    k = start.shape[0]
    p = n * (n + 1) // 2 + (m + 1) * (n if is_full is False else n * n)
    low = np.full(k, -np.inf)
    high = np.full(k, np.inf)
    gradient = np.zeros(k)
    information = np.zeros((k, k))
    products = np.empty((p, p))
    log_likelihood = np.empty(n_dates)
    point = start.copy()
    best = -np.inf
    for _ in range(MAX_RESTARTS):
        search = begin_search(point, low, high)
        is_first = True
        more = True
        while more:
            value = evaluate_bekk(search.trial, model, is_full, shocks, scratch, gradient)
            if is_first:
                matrices = scratch.matrices
                _fill_information(matrices, is_full, shocks, log_likelihood, products, information)
                is_first = False
            more = advance_search(search, value, gradient, information, n_dates)
        gain = n_dates * (search.numbers[VALUE] - best)
        best = search.numbers[VALUE]
        largest = 0.0
        for i in range(k):
            point[i] = search.point[i]
            gradient[i] = search.gradient[i]
            largest = max(largest, abs(gradient[i]))
        if not gain > FLAT_GAIN or largest < FLAT_GRADIENT:
            break
    return point, best, gradient


@kernel
def bekk_hessian(point, model, is_full, shocks, scratch, steps):
    """Return the Hessian (k, k) of the mean log-likelihood by differences of its gradient."""
    k = point.shape[0]
    hessian = np.zeros((k, k))
    gradient = np.empty(k)
    x = point.copy()
    for i in range(k):
        for sign in (1.0, -1.0):
            x[i] = point[i] + sign * steps[i]
            evaluate_bekk(x, model, is_full, shocks, scratch, gradient)
            for j in range(k):
                half = 0.25 * sign * gradient[j] / steps[i]  # of the symmetric Hessian
                hessian[i, j] += half
                hessian[j, i] += half
        x[i] = point[i]
    return hessian
