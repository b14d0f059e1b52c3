"""Compiled search for the correlation of two series: no other start ends higher."""

from itertools import product

import numpy as np
import pytest
from scipy.linalg import eigh

import hedgeresearch as hr
from hedgeresearch._kernels.dcc_box import HIGH, LOW
from hedgeresearch._kernels.dcc_pair_search import climb, largest_news_share, search_pair
from hedgeresearch._kernels.dcc_pair_targets import pair_targets

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


def maximum(model, x, y, near=None):
    point = np.zeros(4) if near is None else near.copy()
    if model == "integrated":
        point[0] = 1.0
    gradient = np.empty(4)
    targets = pair_targets(x, y, "asymmetric" in model)
    how = (np.array(SEARCHED[model]), near is not None, model == "corrected")
    value = search_pair(point, *how, x, y, targets, gradient)
    return value, point, gradient


def climb_from(model, start, x, y):
    targets = pair_targets(x, y, "asymmetric" in model)
    delta = largest_news_share(targets, "asymmetric" in model)
    coordinates = np.array((SEARCHED[model] + [-1] * 4)[:4])
    how = (delta, model == "corrected", x, y, targets)
    nowhere = np.full((9, 8), -1)
    return climb(start[None], 1, nowhere, coordinates, *how, -np.inf, np.empty(4), np.empty(4))


@pytest.mark.parametrize("model", SEARCHED)
@pytest.mark.parametrize(("a", "b", "n_dates"), WEAK)
def test_no_other_start_ends_higher(model, a, b, n_dates):
    for seed in (11, 12):
        x, y = sample(a, b, n_dates, seed)
        value, point, _ = maximum(model, x, y)
        persistence = [1.0] if model == "integrated" else [0.02, 0.2, 0.5, 0.85, 0.97, 0.9995]
        asymmetry = [0.05, 0.9] if "asymmetric" in model else [0.0]
        for p, s, k in product(persistence, [0.002, 0.03, 0.2, 0.95], asymmetry):
            start = np.array([p, s, k, point[3]])
            assert climb_from(model, start, x, y) <= value + 1e-6 / n_dates, (seed, start)


@pytest.mark.parametrize("model", SEARCHED)
def test_projected_gradient_vanishes_at_the_maximum(model):
    x, y = sample(0.03, 0.8, 700, seed=5)
    _, point, gradient = maximum(model, x, y)
    searched = SEARCHED[model]
    moved = np.clip(point + gradient, LOW, HIGH)[searched]
    np.testing.assert_allclose(moved, point[searched], atol=1e-6)


@pytest.mark.parametrize("model", ["plain", "asymmetric student"])
def test_a_search_nearby_ends_at_the_same_maximum(model):
    x, y = sample(0.05, 0.9, 1000, seed=1)
    value, point, gradient = maximum(model, x, y)
    moved = np.clip(point + np.array([-0.01, 0.01, -0.01, 0.01]), LOW, HIGH)
    near = point.copy()
    near[SEARCHED[model]] = moved[SEARCHED[model]]
    again, reached, slope = maximum(model, x, y, near)
    assert again == pytest.approx(value, abs=1e-11)
    np.testing.assert_allclose(reached, point, atol=1e-5)
    np.testing.assert_allclose(slope, gradient, atol=1e-6)


def test_a_search_that_ends_on_a_bound_starts_from_nothing():
    """From a persistence of zero no step is possible."""
    x, y = sample(0.05, 0.9, 1000, seed=1)
    value, _, _ = maximum("plain", x, y)
    again, _, _ = maximum("plain", x, y, np.zeros(4))
    assert again == value


def test_largest_news_share_is_the_largest_eigenvalue():
    x, y = sample(0.05, 0.9, 300, seed=2)
    targets = pair_targets(x, y, True)
    s, n = (elements[[0, 1, 1, 2]].reshape(2, 2) for elements in targets.reshape(2, 3))
    assert largest_news_share(targets, True) == pytest.approx(eigh(n, s)[0][-1], rel=1e-12)
    assert largest_news_share(targets, False) == 1.0
