"""Cheapest path of regimes against all paths of a short sample."""

from itertools import pairwise, product

import numpy as np
import pytest

from hedgeresearch._kernels.regimes.jump_model import (
    cheapest_path,
    descend_coordinates,
    value_functions,
)


@pytest.mark.parametrize("penalty", [0.0, 0.4, 5.0])
@pytest.mark.parametrize("seed", range(4))
def test_path_is_the_cheapest_of_all(penalty, seed):
    losses = np.random.default_rng(seed).random((7, 3))
    values = value_functions(losses, penalty, np.zeros(3))

    def cost(path):
        changes = sum(a != b for a, b in pairwise(path))
        return losses[np.arange(7), list(path)].sum() + penalty * changes

    best = min(product(range(3), repeat=7), key=cost)
    assert cheapest_path(values, penalty).tolist() == list(best)


def test_value_functions_continue_from_the_last_row():
    losses = np.random.default_rng(9).random((12, 2))
    whole = value_functions(losses, 0.3, np.zeros(2))
    first = value_functions(losses[:5], 0.3, np.zeros(2))
    second = value_functions(losses[5:], 0.3, first[-1])
    np.testing.assert_allclose(second, whole[5:], atol=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_descent_alternates_paths_and_centers(seed):
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((120, 2)) + np.repeat(rng.normal(0.0, 2.0, (6, 2)), 20, axis=0)
    # the last center is nearest to no point, and stays
    start = np.vstack([points[rng.choice(120, 3, replace=False)], [[90.0, 90.0]]])
    centers = start.copy()
    lowest = np.inf
    while True:
        losses = 0.5 * ((points[:, None] - centers[None]) ** 2).sum(axis=2)
        path = cheapest_path(value_functions(losses, 0.5, np.zeros(4)), 0.5)
        cost = losses[np.arange(120), path].sum() + 0.5 * np.count_nonzero(np.diff(path))
        if not cost < lowest - 1e-9:
            break
        lowest = cost
        for i in range(4):
            if (path == i).any():
                centers[i] = points[path == i].mean(axis=0)
    found, found_path = descend_coordinates(points, start, 0.5)
    assert found == pytest.approx(lowest, rel=1e-12)
    assert found_path.tolist() == path.tolist()
    np.testing.assert_allclose(start, centers, rtol=1e-12)
