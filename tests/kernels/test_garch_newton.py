"""Curvature and steps of the Newton search of GARCH against differences and brute force."""

import itertools

import numpy as np
import pytest

from hedgeresearch._kernels.box_search import begin_search
from hedgeresearch._kernels.garch_coordinates import garch_coordinates
from hedgeresearch._kernels.garch_likelihood import garch_evaluate
from hedgeresearch._kernels.garch_newton import fill_curvature, is_hopeless, turn_within_box

POINT = np.array([0.03, -2.5, 0.93, 0.06, 0.6, 0.16])
MODELS = [(True, False, False), (False, True, False), (True, False, True), (True, True, True)]


def unit_returns():
    draws = np.random.default_rng(1).standard_t(6, 300)
    return (draws - draws.mean()) / draws.std()


@pytest.mark.parametrize("flags", MODELS, ids=str)
def test_curvature_has_the_size_of_the_hessian_in_every_direction(flags):
    returns = unit_returns()
    searched = garch_coordinates(*flags)
    k = len(searched)
    point = POINT.copy()
    if not flags[1]:
        point[4] = 0.5
    if not flags[2]:
        point[5] = 0.0

    def gradient_at(x):
        moved = point.copy()
        moved[searched] = x
        gradient = np.empty(k)
        garch_evaluate(moved, searched, returns, gradient, np.empty((k, k)))
        return gradient

    x = point[searched]
    search = begin_search(x, np.full(k, -50.0), np.full(k, 50.0))
    search.gradient[:] = gradient_at(x)
    fill_curvature(search, searched, point.copy(), returns)
    rows = []
    for step in 1e-4 * np.eye(k):
        near = gradient_at(x + step) - gradient_at(x - step)
        far = gradient_at(x + 2 * step) - gradient_at(x - 2 * step)
        rows.append(-(8 * near - far) / 12e-4)
    matrix = 0.5 * (np.array(rows) + np.array(rows).T)
    scale = np.sqrt(np.abs(np.diag(matrix)))
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    assert values.min() < 0.0  # far from a maximum, so that signs are changed
    expected = (vectors * np.abs(values)) @ vectors.T * np.outer(scale, scale)
    np.testing.assert_allclose(search.curvature, expected, rtol=1e-7, atol=1e-9)


def model_gain(search, step):
    return search.gradient @ step - 0.5 * step @ search.curvature @ step


@pytest.mark.parametrize("seed", range(20))
def test_step_is_that_of_the_quadratic_model_within_the_box(seed):
    """The exact maximum where no bound is met; otherwise no worse than stopping at the first."""
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((3, 5))
    search = begin_search(np.zeros(3), -rng.random(3), rng.random(3))
    search.curvature[:] = root @ root.T
    search.gradient[:] = rng.standard_normal(3)
    turn_within_box(search)
    step = search.direction
    assert (step >= search.low - 1e-12).all()
    assert (step <= search.high + 1e-12).all()
    whole = np.linalg.solve(search.curvature, search.gradient)
    if (whole > search.low).all() and (whole < search.high).all():
        np.testing.assert_allclose(step, whole, rtol=1e-6)
    limits = np.where(whole > 0, search.high, search.low)
    length = min(1.0, np.min(limits / whole))
    assert model_gain(search, step) >= model_gain(search, length * whole) - 1e-9
    corners = itertools.product(*zip(search.low, search.high, strict=True))
    assert model_gain(search, step) >= max(model_gain(search, np.array(c)) for c in corners) - 1e-9


def test_search_far_below_with_little_to_gain_is_hopeless():
    search = begin_search(np.zeros(2), -np.ones(2), np.ones(2))
    search.numbers[0] = -1.0
    search.gradient[:] = 1e-5
    search.direction[:] = 1.0
    assert is_hopeless(search, -0.9, 1000)
    assert not is_hopeless(search, -0.9997, 1000)
    assert not is_hopeless(search, -np.inf, 1000)
