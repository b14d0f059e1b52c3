"""Weights of combinations against the Lagrangian."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.composed.combination_weights import (
    forward_folds,
    inverse_variance_weights,
    stacking_weights,
)


def test_stacking_weights_equal_the_lagrangian():
    rng = np.random.default_rng(3)
    x = 0.01 * rng.normal(size=(500, 3)) @ np.array([[1, 0.3, 0.1], [0, 1, 0.2], [0, 0, 1]])
    s = np.cov(x, rowvar=False)
    expected = np.linalg.solve(s, np.ones(3))
    assert (expected > 0).all()
    np.testing.assert_allclose(stacking_weights(x, 1e-4), expected / expected.sum(), rtol=1e-8)
    worse = np.column_stack([x[:, 0], 3.0 * x[:, 0]])
    np.testing.assert_allclose(stacking_weights(worse, 1e-4), [1.0, 0.0], atol=1e-12)
    twins = stacking_weights(x[:, [0, 0]], 1e-4)
    assert twins.sum() == pytest.approx(1.0)
    nothing_left = np.column_stack([np.zeros(500), x[:, 0]])
    np.testing.assert_allclose(stacking_weights(nothing_left, 1e-4), [1.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(inverse_variance_weights(nothing_left, 1e-4), [1.0, 0.0], atol=1e-12)


def test_folds_cover_the_second_half_once():
    assert list(forward_folds(101, 4)) == [(50, 62), (62, 75), (75, 88), (88, 101)]
    with pytest.raises(hr.DataError, match="at least 12 rows for 6 folds; got 11"):
        list(forward_folds(11, 6))
