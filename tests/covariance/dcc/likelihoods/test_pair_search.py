"""Compiled search for the correlation of two series: no other start ends higher."""

from itertools import product

import numpy as np
import pytest
from scipy.linalg import eigh

import hedgeresearch as hr
from hedgeresearch._kernels.dcc.box import ASYMMETRIC_SHARE, HIGH, LOW
from hedgeresearch._kernels.dcc.pair.grid import largest_news_share, values_on_grid
from hedgeresearch._kernels.dcc.pair.search import maximize_pairs
from hedgeresearch._kernels.dcc.pair.targets import pair_targets
from hedgeresearch._kernels.search.box_search import CONVERGED
from hedgeresearch.covariance.dcc.likelihoods.pair_search import (
    GRID,
    NO_BASINS,
    PairSearch,
    local_maxima,
)

SEARCHED = {
    "plain": [0, 1],
    "corrected": [0, 1],
    "asymmetric": [0, 1, 2],
    "student": [0, 1, 3],
    "asymmetric student": [0, 1, 2, 3],
    "integrated": [1],
}
WEAK = [(0.0, 0.0, 500), (0.02, 0.5, 300), (0.05, 0.9, 1000)]


def sample(a, b, n_dates, seed):
    returns = hr.data.simulate_dcc(n_dates, a=a, b=b, seed=seed).returns.to_numpy()
    return np.ascontiguousarray(((returns - returns.mean(axis=0)) / returns.std(axis=0)).T)


def search(model, x, y):
    targets = pair_targets(x, y, "asymmetric" in model)[None, None]
    return PairSearch(np.array(SEARCHED[model]), model == "corrected", x[None], y[None], targets)


def maximum(model, x, y, near=None):
    return search(model, x, y).maximize(near)


def end_from(model, start, x, y):
    one = search(model, x, y)
    return one.best_of(start[None], one.searched).value


@pytest.mark.parametrize("model", SEARCHED)
@pytest.mark.parametrize(("a", "b", "n_dates"), WEAK)
def test_no_other_start_ends_higher(model, a, b, n_dates):
    for seed in (11, 12):
        x, y = sample(a, b, n_dates, seed)
        value, point, *_ = maximum(model, x, y)
        persistence = [1.0] if model == "integrated" else [0.02, 0.2, 0.5, 0.85, 0.97, 0.9995]
        asymmetry = [0.05, 0.9] if "asymmetric" in model else [0.0]
        for p, s, k in product(persistence, [0.002, 0.03, 0.2, 0.95], asymmetry):
            start = np.array([p, s, k, point[3]])
            assert end_from(model, start, x, y) <= value + 1e-6 / n_dates, (seed, start)


@pytest.mark.parametrize("model", SEARCHED)
def test_projected_gradient_vanishes_at_the_maximum(model):
    x, y = sample(0.03, 0.8, 700, seed=5)
    _, point, gradient, norm, _ = maximum(model, x, y)
    searched = SEARCHED[model]
    moved = np.clip(point + gradient, LOW, HIGH)[searched]
    np.testing.assert_allclose(moved, point[searched], atol=1e-6)
    assert norm == pytest.approx(np.abs(moved - point[searched]).max(), abs=1e-15)


@pytest.mark.parametrize("model", SEARCHED)
def test_python_finds_what_compiled_code_finds(model):
    x, y = sample(0.04, 0.9, 300, 3)
    of_pair = search(model, x, y)
    found = []
    for maximize, values_of in (
        (maximize_pairs.dispatcher, values_on_grid.dispatcher),
        (maximize_pairs.interpreted, values_on_grid.interpreted),
    ):
        values = np.empty(GRID.shape[:2])
        asymmetric = ASYMMETRIC_SHARE in of_pair.searched
        values_of(GRID, asymmetric, of_pair.corrected, x, y, of_pair.targets[0, 0], values)
        ends = np.empty((1, 11))
        how = (of_pair.searched, of_pair.corrected, of_pair.x, of_pair.y, of_pair.targets)
        maximize(GRID[4, 3:4], np.zeros((1, 2), dtype=np.int64), NO_BASINS, *how, ends)
        assert ends[0, 9] < CONVERGED
        ends[0, 5:10] = 0.0  # the gradient is rounding
        found.append(np.concatenate([values.ravel(), ends[0]]))
    # fast passes may sum in another order
    np.testing.assert_allclose(*found, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("model", ["plain", "asymmetric student"])
def test_a_search_nearby_ends_at_the_same_maximum(model):
    x, y = sample(0.05, 0.9, 1000, seed=1)
    value, point, gradient, *_ = maximum(model, x, y)
    moved = np.clip(point + np.array([-0.01, 0.01, -0.01, 0.01]), LOW, HIGH)
    near = point.copy()
    near[SEARCHED[model]] = moved[SEARCHED[model]]
    again, reached, slope, *_ = maximum(model, x, y, near)
    assert again == pytest.approx(value, abs=1e-11)
    np.testing.assert_allclose(reached, point, atol=1e-5)
    np.testing.assert_allclose(slope, gradient, atol=1e-6)


def test_a_search_that_ends_on_a_bound_starts_from_nothing():
    """From a persistence of zero no step is possible."""
    x, y = sample(0.05, 0.9, 1000, seed=1)
    value, *_ = maximum("plain", x, y)
    again, *_ = maximum("plain", x, y, np.zeros(4))
    assert again == value


def test_largest_news_share_is_the_largest_eigenvalue():
    x, y = sample(0.05, 0.9, 300, seed=2)
    targets = pair_targets(x, y, True)
    s, n = (elements[[0, 1, 1, 2]].reshape(2, 2) for elements in targets.reshape(2, 3))
    assert largest_news_share(targets, True) == pytest.approx(eigh(n, s)[0][-1], rel=1e-12)
    assert largest_news_share(targets, False) == 1.0


def uphill(values, i, j):
    """Walk to the highest neighbor until none is higher."""
    while True:
        around = product(range(max(i - 1, 0), min(i + 2, 9)), range(max(j - 1, 0), min(j + 2, 8)))
        inside = [place for place in around if values[place] > values[i, j]]
        if not inside:
            return i, j
        i, j = max(inside, key=lambda place: values[place])


@pytest.mark.parametrize("missing", [[], [(8, 7), (3, 3), (0, 1)]])
def test_local_maxima_are_where_paths_uphill_end(missing):
    values = np.random.default_rng(3).standard_normal((10, 8))
    values[9] = values.min() - 1.0  # nothing on the edges
    for place in missing:
        values[place] = np.nan
    starts, basins = local_maxima(values)
    grid = np.where(np.isnan(values[:9]), -np.inf, values[:9])
    tops = [divmod(start, 8) for start in starts.tolist()]
    heights = [grid[top] for top in tops]
    assert heights == sorted(heights, reverse=True)
    assert not set(missing) & set(tops)
    for i, j in np.ndindex(9, 8):
        assert tops[basins[i, j]] == uphill(grid, i, j)


def test_edges_have_maxima_above_a_constant_correlation():
    values = np.zeros((10, 8))
    values[9] = [-1.0, 2.0, 1.0, -1.0, 0.5, 0.0, 0.0, 3.0]
    values[8, 1] = 4.0  # next to the last point of the second edge
    starts, _ = local_maxima(values)
    assert starts[0] == 8 * 8 + 1
    assert starts[-2:].tolist() == [72 + 1, 72 + 4]


def test_a_grid_without_values_has_no_maximum():
    starts, basins = local_maxima(np.full((10, 8), np.nan))
    assert len(starts) == 0
    assert (basins == -1).all()
