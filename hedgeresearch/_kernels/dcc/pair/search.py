"""Searches for the maximum of the likelihood of dynamic correlations of pairs of series.

Arguments are those of ``dcc.pair.passes`` and ``dcc.box``. Where searches begin and which of them
counts is decided in ``covariance.dcc.likelihoods.pair_search``.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.arithmetic.lanes import WIDTH
from hedgeresearch._kernels.arithmetic.segments import in_segments
from hedgeresearch._kernels.compilation.kernels import kernel
from hedgeresearch._kernels.dcc.box import (
    ASYMMETRIC_SHARE,
    HIGH,
    LOW,
    NEWS_SHARE,
    PERSISTENCE,
    box_jacobian,
    parameters_at,
    to_searched,
)
from hedgeresearch._kernels.dcc.pair.grid import largest_news_share, leads_to_earlier
from hedgeresearch._kernels.dcc.pair.passes import pair_evaluation
from hedgeresearch._kernels.search.box_search import (
    VALUE,
    advance_search,
    begin_search,
    gradient_norm,
)


@kernel(steers=True)
def maximize_pairs(  # noqa: C901 - loops over coordinates
    starts, pairs, basins, searched, corrected, first, second, targets, found
):
    """Search for the maximum from each of some starts.

    Parameters
    ----------
    starts : array (n_starts, 4)
    pairs : array (n_starts, 2) of int
        The two series of each start.
    basins : array (n_rows, 8) of int
        Numbers of the starts to which a path on the grid leads uphill: a search that comes to where
        one before it began is left. It has no rows if the starts are not those of a grid.
    searched : array (k,) of int
        Coordinates that are searched, in their order.
    corrected : bool
        Whether innovations are those of Aielli (2013).
    first, second : array (n_series, n_dates)
        Standardized residuals.
    targets : array (n_first, n_second, 6)
        Elements of S and N of each pair.
    found : array (n_starts, 11)
        Overwritten with the mean log-density, the point (4,), the gradient there (4,), which is
        zero in coordinates that are not searched, the largest component of the projected gradient,
        and one if no searched coordinate is at its limit, else zero.
    """
    k = searched.shape[0]
    asymmetric = False
    start = np.empty(k)
    low = np.empty(k)
    high = np.empty(k)
    for i in range(k):
        asymmetric = asymmetric or searched[i] == ASYMMETRIC_SHARE
        low[i] = LOW[searched[i]]
        high[i] = HIGH[searched[i]]
    n_rows = (first.shape[1] + WIDTH - 1) // WIDTH
    segments = np.empty((2, n_rows * WIDTH))
    trial = np.empty(4)
    parameters = np.empty(4)
    jacobian = np.empty((4, 4))
    by_parameter = np.empty(4)
    information = np.empty((4, 4))
    box_gradient = np.empty(k)
    box_information = np.empty((k, k))
    for s in range(starts.shape[0]):
        x = first[pairs[s, 0]]
        y = second[pairs[s, 1]]
        segments[0] = in_segments(x)
        segments[1] = in_segments(y)
        moments = targets[pairs[s, 0], pairs[s, 1]]
        delta = largest_news_share(moments, asymmetric)
        for c in range(4):
            trial[c] = starts[s, c]
            found[s, 1 + c] = starts[s, c]
            found[s, 5 + c] = 0.0
        for i in range(k):
            start[i] = trial[searched[i]]
        search = begin_search(start, low, high)
        more = True
        while more:
            for i in range(k):
                trial[searched[i]] = search.trial[i]
            parameters_at(trial, delta, parameters)
            sample = (x, y, segments, moments)
            value = pair_evaluation(
                parameters, asymmetric, corrected, *sample, by_parameter, information
            )
            box_jacobian(trial, delta, jacobian)
            to_searched(
                jacobian, searched, by_parameter, information, box_gradient, box_information
            )
            more = advance_search(search, value, box_gradient, box_information, x.shape[0])
            for i in range(k):
                found[s, 1 + searched[i]] = search.point[i]
            if leads_to_earlier(found[s, 1 + PERSISTENCE], found[s, 1 + NEWS_SHARE], basins, s):
                more = False
        found[s, 0] = search.numbers[VALUE]
        found[s, 9] = gradient_norm(search.point, search.gradient, low, high)
        found[s, 10] = 1.0
        for i in range(k):
            found[s, 5 + searched[i]] = search.gradient[i]
            if not low[i] < search.point[i] < high[i]:
                found[s, 10] = 0.0
