"""Local averages, nearest centers and moments of groups, against NumPy."""

import numpy as np
import pytest

from hedgeresearch._kernels.regimes.grouping import group_moments, local_averages, nearest_centers

RNG = np.random.default_rng(0)
VALUES = RNG.standard_normal((60, 3))


@pytest.mark.parametrize("width", [1, 5, 20])
@pytest.mark.parametrize("squared", [False, True])
def test_local_averages_are_means_of_windows(width, squared):
    combinations = RNG.standard_normal((3, 2))
    combined = VALUES @ combinations
    combined = combined**2 if squared else combined
    expected = [
        combined[max(t - width // 2, 0) : t + width // 2 + 1].mean(axis=0) for t in range(60)
    ]
    found = local_averages(VALUES, combinations, width, squared)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_centers_move_to_the_means_of_their_points():
    centers = np.vstack([VALUES[:2], [[50.0, 50.0, 50.0]]])
    expected = ((VALUES[:, None] - centers[None]) ** 2).sum(axis=2).argmin(axis=1)
    labels = np.empty(60, dtype=np.intp)
    nearest_centers(VALUES, centers, labels)
    assert labels.tolist() == expected.tolist()
    for i in range(2):
        np.testing.assert_allclose(centers[i], VALUES[expected == i].mean(axis=0), rtol=1e-12)
    assert centers[2].tolist() == [50.0, 50.0, 50.0]  # nearest to no point


def test_moments_of_groups_are_means():
    labels = np.repeat([0, 2], 30)
    sizes, means, products = group_moments(VALUES, labels, 3)
    assert sizes.tolist() == [30, 0, 30]
    for i in (0, 2):
        group = VALUES[labels == i]
        np.testing.assert_allclose(means[i], group.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(products[i], group.T @ group / 30, rtol=1e-12)
    assert not means[1].any()
