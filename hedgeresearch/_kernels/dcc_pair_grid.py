"""Grid of cheap values of the likelihood of two series, whose local maxima are starts of searches.

Coordinates are those of ``dcc_box``: the grid is one of the persistence and of the share of news in
it. Eight values take little longer than one.
"""

from __future__ import annotations

import numpy as np

from hedgeresearch._kernels.compilation import kernel
from hedgeresearch._kernels.dcc_box import HIGH, NEWS_SHARE, PERSISTENCE, parameters_at
from hedgeresearch._kernels.dcc_pair_passes import pair_values
from hedgeresearch._kernels.lanes import WIDTH

GRID_PERSISTENCE = np.array([0.05, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999])
GRID_NEWS = np.array([0.0, 0.005, 0.02, 0.05, 0.1, 0.3, 0.6, 0.9])
"""Coordinates of the grid; without news the correlation is constant."""
EDGE_PERSISTENCE = np.array([1e-4, 1e-3, 5e-3, 0.02, *[HIGH[PERSISTENCE]] * 4])
EDGE_NEWS = np.array([*[HIGH[NEWS_SHARE]] * 4, 1e-5, 1e-4, 5e-4, 2e-3])
"""Coordinates of points on two edges next to a constant correlation, where maxima may hide."""
N_ON_EDGE = 4
EDGES = -1
"""Stands for a row of the grid."""
MAX_STARTS = (GRID_PERSISTENCE.shape[0] + 1) * WIDTH


@kernel
def find_starts(any_persistence, delta, corrected, x, y, targets, starts, basins):
    """Fill rows of ``starts`` (m, 4) with the local maxima on a grid; return their number.

    The first row holds the asymmetry and the degrees of freedom of the grid, and its persistence
    unless ``any_persistence``. The highest maximum comes first, those on the edges last.
    ``basins`` (n_rows, 8) is overwritten with the number of the maximum to which a path leads
    uphill from each point of the grid.
    """
    n_rows = GRID_PERSISTENCE.shape[0] if any_persistence else 1
    values = np.empty((n_rows, WIDTH))
    on_edges = np.empty(WIDTH)
    base = np.empty(4)
    parameters = np.empty((WIDTH, 4))
    for c in range(4):
        base[c] = starts[0, c]
    for i in range(n_rows):
        for j in range(WIDTH):
            _place(i, j, any_persistence, base, starts[0])
            parameters_at(starts[0], delta, parameters[j])
        pair_values(parameters, corrected, x, y, targets, values[i])
    for j in range(WIDTH):
        _place(EDGES, j, any_persistence, base, starts[0])
        parameters_at(starts[0], delta, parameters[j])
    pair_values(parameters, corrected, x, y, targets, on_edges)
    m = _number_maxima(values, basins)
    for i in range(n_rows):
        for j in range(WIDTH):
            if _uphill(values, i, j) == i * WIDTH + j:
                _place(i, j, any_persistence, base, starts[basins[i, j]])
    for j in range(WIDTH):
        inner = values[0, WIDTH - 1] if j < N_ON_EDGE else values[n_rows - 1, 1]
        if _is_top_of_edge(on_edges, j, values[0, 0], inner):
            _place(EDGES, j, any_persistence, base, starts[m])
            m += 1
    return m


@kernel
def _place(i, j, any_persistence, base, trial):
    """Overwrite a trial (4,) with a point of the grid, or of the edges."""
    for c in range(4):
        trial[c] = base[c]
    trial[NEWS_SHARE] = EDGE_NEWS[j] if i == EDGES else GRID_NEWS[j]
    if any_persistence:
        trial[PERSISTENCE] = EDGE_PERSISTENCE[j] if i == EDGES else GRID_PERSISTENCE[i]


@kernel
def _uphill(values, i, j):
    """Return the number of the highest point among one of the grid and its neighbors.

    It is the point itself if none is higher. Points are numbered row by row.
    """
    best = i * WIDTH + j
    highest = values[i, j]
    for row in range(max(i - 1, 0), min(i + 2, values.shape[0])):
        for column in range(max(j - 1, 0), min(j + 2, WIDTH)):
            if values[row, column] > highest:
                highest = values[row, column]
                best = row * WIDTH + column
    return best


@kernel
def _number_maxima(values, basins):
    """Return the number of local maxima on a grid, which are numbered from the highest on.

    ``basins`` is overwritten with the number of the maximum that is uphill from each point.
    """
    m = 0
    basins[:] = -1
    while True:
        best = -1
        for point in range(values.size):
            i = point // WIDTH
            j = point % WIDTH
            is_new = basins[i, j] < 0 and _uphill(values, i, j) == point
            if is_new and (best < 0 or values[i, j] > values[best // WIDTH, best % WIDTH]):
                best = point
        if best < 0:
            break
        basins[best // WIDTH, best % WIDTH] = m
        m += 1
    for point in range(values.size):
        top = point
        while basins[top // WIDTH, top % WIDTH] < 0:
            top = _uphill(values, top // WIDTH, top % WIDTH)
        basins[point // WIDTH, point % WIDTH] = basins[top // WIDTH, top % WIDTH]
    return m


@kernel
def _is_top_of_edge(values, j, constant, inner):
    """Return whether a point of an edge is above its neighbors and a constant correlation.

    The last neighbor is a point of the grid, whose value is ``inner``.
    """
    before = constant if j % N_ON_EDGE == 0 else values[j - 1]
    after = values[j + 1] if j % N_ON_EDGE < N_ON_EDGE - 1 else inner
    return values[j] > constant and values[j] >= before and values[j] >= after


@kernel
def leads_to_earlier(trial, basins, s):
    """Return whether a point between rows of the grid is in the basin of a maximum before number s.

    Below the smallest share of news on the grid, its row decides.
    """
    persistence = trial[PERSISTENCE]
    news = trial[NEWS_SHARE]
    n_rows = basins.shape[0]
    if persistence < GRID_PERSISTENCE[0] or persistence > GRID_PERSISTENCE[n_rows - 1]:
        return False
    if news > GRID_NEWS[WIDTH - 1]:
        return False
    i = 0
    while i < n_rows - 1 and 2.0 * persistence > GRID_PERSISTENCE[i] + GRID_PERSISTENCE[i + 1]:
        i += 1
    j = 0 if news < GRID_NEWS[1] else 1
    while 0 < j < WIDTH - 1 and 2.0 * news > GRID_NEWS[j] + GRID_NEWS[j + 1]:
        j += 1
    return 0 <= basins[i, j] < s
