"""Passes over the dates of a dynamic correlation of many series.

Innovations, C and Q_1 at the parameters are found apart from the passes, so that these are compiled
without. ``parameters`` are (a, b, g), zero for what a model has not; ``density`` is (nu, log c,
d log c / d nu). See ``dcc.lanes_of_dates`` for the shapes.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import WIDTH, load, spread, store
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.correlated_density import (
    correlated_log_density,
    equicorrelated_log_density,
)
from hedgeresearch._kernels.dcc.lanes_of_dates import (
    advance,
    advance_derivatives,
    go_back,
)

SEGMENT = 16
"""Number of eights of dates whose Q the backward pass computes again from one that it kept."""

Panel = namedtuple(
    "Panel", "residuals n_dates n_series targets asymmetric corrected equicorrelation"
)
Panel.__doc__ = """Residuals and rules of a dynamic correlation.

Attributes
----------
residuals : array (n_eights * n * 8,)
    Standardized residuals in lanes.
n_dates, n_series : int
targets : array (2, n (n + 1) / 2)
    S and N; S is not used with the correction.
asymmetric, corrected, equicorrelation : bool
    Whether g is estimated, whether innovations are those of Aielli (2013), and whether the
    correlations of a date are equal.
"""


@kernel
def plain_matrices(parameters, targets, matrices, derivatives):
    """Overwrite C, Q_1 and their derivatives, zeros before, without the correction."""
    a = parameters[0]
    b = parameters[1]
    g = parameters[2]
    for p in range(targets.shape[1]):
        s = targets[0, p]
        news = targets[1, p]
        matrices[0, p] = (1.0 - a - b) * s - g * news
        matrices[1, p] = matrices[0, p] + b * s
        derivatives[0, 0, p] = -s
        derivatives[0, 1, p] = -s
        derivatives[0, 2, p] = -news
        derivatives[1, 0, p] = -s
        derivatives[1, 2, p] = -news


@kernel
def corrected_matrices(parameters, target, matrices, derivatives):
    """Overwrite C, Q_1 and their derivatives, zeros before, with the correction.

    ``target`` (3, n (n + 1) / 2) are the correlation of the innovations and its derivatives with
    respect to a and b.
    """
    rest = 1.0 - parameters[0] - parameters[1]
    for p in range(target.shape[1]):
        matrices[0, p] = rest * target[0, p]
        matrices[1, p] = target[0, p]
        for k in range(2):
            derivatives[0, k, p] = rest * target[1 + k, p] - target[0, p]
            derivatives[1, k, p] = target[1 + k, p]


@kernel(fast=True)
def _evaluate_density(q, panel, place, density, only_value, matrix, vectors, terms):
    """Evaluate the density of eight dates: see ``correlated_density``."""
    n = panel.n_series
    z = panel.residuals
    if panel.equicorrelation:
        equicorrelated_log_density(q, z, place, density, n, only_value, vectors, terms)
    else:
        correlated_log_density(q, z, place, density, n, only_value, matrix, vectors, terms)


@kernel(fast=True)
def panel_evaluation(
    parameters,
    density,
    panel,
    innovations,
    moving,
    matrices,
    derivatives,
    stride,
    log_density,
    scores,
):
    """Return the mean log-density; -inf where a Q is not positive definite.

    Parameters
    ----------
    parameters : array (3,)
    density : tuple
    panel : Panel
    innovations : array (n_eights * n * 8,)
        What enters Q, in lanes.
    moving : array (2 or 0, n_eights * n * 8)
        Its derivatives with respect to a and b, if it depends on them.
    matrices : array (2, n (n + 1) / 2)
        C and Q_1.
    derivatives : array (2, 3, n (n + 1) / 2)
        Theirs with respect to (a, b, g).
    stride : int
        The mean is over the first of every ``stride`` eights of dates.
    log_density : array (n_dates,) or (0,)
        Overwritten with the log-density of each date; empty if only the mean is wanted.
    scores : array (n_dates, 4) or (0, 4)
        Overwritten with its derivatives with respect to (a, b, g, nu), zero for what is not
        estimated.
    """
    n = panel.n_series
    only_value = log_density.shape[0] == 0
    size = matrices.shape[1]
    q = np.empty(size * WIDTH)
    dq = np.empty((3, size * WIDTH))
    matrix = np.empty(n * n * WIDTH)
    vectors = np.empty((4 * n + 1) * WIDTH)
    terms = np.empty(5 * WIDTH)
    value = 0.0
    n_used = 0
    for eight in range(panel.residuals.shape[0] // (n * WIDTH)):
        place = eight * n
        advance(parameters, innovations, place, n, matrices[0], matrices[1], q)
        if not only_value:
            advance_derivatives(
                parameters,
                panel.asymmetric,
                innovations,
                moving,
                place,
                n,
                derivatives[0],
                derivatives[1],
                q,
                dq,
            )
        if eight % stride > 0:
            continue
        _evaluate_density(q, panel, place, density, only_value, matrix, vectors, terms)
        n_now = min(WIDTH, panel.n_dates - eight * WIDTH)
        n_used += n_now
        for date in range(n_now):
            value += terms[date]
        if not value > -np.inf:
            return -np.inf
        if not only_value:
            _store_scores(panel, eight * WIDTH, n_now, q, dq, terms, log_density, scores)
    return value / n_used


@kernel(fast=True)
def _store_scores(panel, first_date, n_now, by_density, dq, terms, log_density, scores):
    """Store log-densities and scores of eight dates."""
    along = np.zeros(3 * WIDTH)
    for k in range(3 if panel.asymmetric else 2):
        by_one = dq[k]
        sums = spread(0.0)
        for p in range(by_one.shape[0] // WIDTH):
            sums = sums + load(by_density, p) * load(by_one, p)
        store(along, k, sums)
    for date in range(n_now):
        t = first_date + date
        log_density[t] = terms[date]
        for k in range(3):
            scores[t, k] = along[k * WIDTH + date]
        scores[t, 3] = terms[WIDTH + date]


@kernel(fast=True)
def panel_gradient(parameters, density, panel, innovations, moving, matrices, derivatives):
    """Return the derivatives of the summed log-density in one pass back over the dates.

    The derivative with respect to Q_t is that of the density of date t and b times that with
    respect to Q_{t+1}. Of every 128 dates only the first Q is kept, from which the others are
    computed again.

    Returns
    -------
    by_parameters : array (4,)
        With respect to (a, b, g, nu), of which C and Q_1 are functions.
    by_residuals, by_innovations : array (n_eights * n * 8,)
        At given innovations and at given residuals, S and N; zero after the last date.
    by_matrices : array (2, n (n + 1) / 2)
        With respect to C and Q_1, for both of two symmetric elements.
    """
    n = panel.n_series
    size = matrices.shape[1]
    q = np.empty(size * WIDTH)
    by_density = np.empty(size * WIDTH)
    matrix = np.empty(n * n * WIDTH)
    vectors = np.empty((4 * n + 1) * WIDTH)
    terms = np.empty(5 * WIDTH)
    by_residuals = np.zeros(panel.residuals.shape[0])
    by_innovations = np.zeros(panel.residuals.shape[0])
    by_matrices = np.zeros((2, size))
    by_parameters = np.zeros(4)
    direct = np.zeros(3 * WIDTH)
    kept = _first_of_segments(parameters, innovations, n, matrices, q)
    starts = np.empty((SEGMENT, size))
    is_date = np.ones(WIDTH)
    only_value = panel.n_dates == 0  # a constant would be compiled apart
    for eight in range(panel.residuals.shape[0] // (n * WIDTH) - 1, -1, -1):
        place = eight * n
        if eight % SEGMENT == SEGMENT - 1 or place + n == panel.residuals.shape[0] // WIDTH:
            _restore_segment(parameters, innovations, n, matrices, kept, eight, starts, q)
        advance(parameters, innovations, place, n, matrices[0], starts[eight % SEGMENT], q)
        for p in range(q.shape[0]):
            by_density[p] = q[p]
        _evaluate_density(by_density, panel, place, density, only_value, matrix, vectors, terms)
        for date in range(WIDTH):
            is_date[date] = 1.0 if eight * WIDTH + date < panel.n_dates else 0.0
            by_parameters[3] += is_date[date] * terms[WIDTH + date]
        for i in range(n):
            store(by_residuals, place + i, load(is_date, 0) * load(vectors, n + i))
        go_back(
            parameters,
            is_date,
            innovations,
            place,
            n,
            q,
            by_density,
            by_matrices[1],
            by_matrices[0],
            by_innovations,
            direct,
        )
    _add_indirect(direct, derivatives, by_matrices, moving, by_innovations, by_parameters)
    return by_parameters, by_residuals, by_innovations, by_matrices


@kernel
def _add_indirect(direct, derivatives, by_matrices, moving, by_innovations, by_parameters):
    """Add the effects of (a, b, g) through Q, directly and through C, Q_1 and innovations."""
    # sums are not kept in arrays: their order must not depend on where these lie
    for k in range(3):
        added = 0.0
        for date in range(WIDTH):
            added += direct[k * WIDTH + date]
        for p in range(derivatives.shape[2]):
            added += by_matrices[0, p] * derivatives[0, k, p]
            added += by_matrices[1, p] * derivatives[1, k, p]
        by_parameters[k] += added
    for k in range(moving.shape[0]):
        added = 0.0
        for place in range(by_innovations.shape[0]):
            added += by_innovations[place] * moving[k, place]
        by_parameters[k] += added


@kernel(fast=True)
def _first_of_segments(parameters, innovations, n, matrices, q):
    """Return the first Q of every segment, (n_segments, n (n + 1) / 2)."""
    n_eights = innovations.shape[0] // (n * WIDTH)
    size = matrices.shape[1]
    kept = np.empty(((n_eights + SEGMENT - 1) // SEGMENT, size))
    upcoming = np.empty(size)
    for p in range(size):
        upcoming[p] = matrices[1, p]
    for eight in range(n_eights):
        if eight % SEGMENT == 0:
            for p in range(size):
                kept[eight // SEGMENT, p] = upcoming[p]
        advance(parameters, innovations, eight * n, n, matrices[0], upcoming, q)
    return kept


@kernel(fast=True)
def _restore_segment(parameters, innovations, n, matrices, kept, last, starts, q):
    """Overwrite ``starts`` with the first Q of each eight of a segment, up to ``last``."""
    segment = last // SEGMENT
    size = kept.shape[1]
    upcoming = np.empty(size)
    for p in range(size):
        upcoming[p] = kept[segment, p]
    for eight in range(segment * SEGMENT, last + 1):
        for p in range(size):
            starts[eight - segment * SEGMENT, p] = upcoming[p]
        advance(parameters, innovations, eight * n, n, matrices[0], upcoming, q)
