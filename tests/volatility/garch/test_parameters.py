"""Parameters of GARCH and the box of the search."""

import itertools

import numpy as np
import pytest

from hedgeresearch._kernels.garch.coordinates import BOX
from hedgeresearch.volatility.garch.likelihood import GARCHLikelihood, scores_by_date
from hedgeresearch.volatility.garch.parameters import (
    NAMES,
    GARCHLayout,
    box_jacobian,
    from_box,
)

INSIDE = np.array([0.05, -2.0, 0.9, 0.1, 0.7, 0.15])
LAYOUTS = [GARCHLayout(*flags) for flags in itertools.product([True, False], repeat=3)]


def full_vector(point):
    parameters, nu = from_box(point)
    return np.append(parameters, nu)


def test_jacobian_is_the_derivative_of_the_parameters():
    found = box_jacobian(INSIDE)
    for i, step in enumerate(1e-6 * np.eye(6)):
        slope = (full_vector(INSIDE + step) - full_vector(INSIDE - step)) / 2e-6
        np.testing.assert_allclose(found[:, i], slope, rtol=1e-6, atol=1e-8)


def test_coordinates_are_persistence_and_shares():
    parameters, nu = from_box(INSIDE)
    mu, omega, alpha, gamma, beta = parameters
    assert mu == 0.05
    assert omega == pytest.approx(np.exp(-2.0))
    assert alpha + gamma / 2 + beta == pytest.approx(0.9)
    assert (alpha + gamma / 2) / 0.9 == pytest.approx(0.1)
    assert (alpha + gamma) / (2 * alpha + gamma) == pytest.approx(0.7)
    assert nu == pytest.approx(1 / 0.15)


@pytest.mark.parametrize("layout", LAYOUTS, ids=repr)
def test_layout_keeps_what_it_estimates(layout):
    expected = {"omega", "alpha", "beta"}
    expected |= {"mu"} if layout.constant_mean else set()
    expected |= {"gamma"} if layout.asymmetric else set()
    expected |= {"nu"} if layout.student else set()
    assert set(layout.names) == expected
    assert list(layout.names) == [NAMES[i] for i in layout.kept]
    assert len(layout.coordinates) == len(layout.names)


@pytest.mark.parametrize("layout", LAYOUTS, ids=repr)
def test_what_a_layout_leaves_out_is_fixed(layout):
    """Other parameters stay at mu = 0, gamma = 0 and normal innovations everywhere in the box."""
    returns = np.random.default_rng(0).standard_normal(50)
    likelihood = GARCHLikelihood(returns, layout.coordinates)
    full = full_vector(likelihood.full_point(INSIDE[layout.coordinates]))
    left_out = [i for i in range(6) if i not in layout.kept]
    fixed = np.array([0.0, np.nan, np.nan, 0.0, np.nan, np.inf])
    np.testing.assert_array_equal(full[left_out], fixed[left_out])


@pytest.mark.parametrize("layout", LAYOUTS, ids=repr)
def test_scores_by_coordinates_are_derivatives(layout):
    returns = np.random.default_rng(0).standard_normal(200)
    likelihood = GARCHLikelihood(returns, layout.coordinates)
    x = INSIDE[layout.coordinates]
    found = 200 * likelihood(x).gradient
    slopes = []
    for step in 1e-5 * np.eye(len(x)):
        slopes.append(200 * (likelihood(x + step).value - likelihood(x - step).value) / 2e-5)
    np.testing.assert_allclose(found, slopes, rtol=1e-6, atol=1e-5)
    scores = scores_by_date(full_vector(likelihood.full_point(x)), returns)
    jacobian = box_jacobian(likelihood.full_point(x))[:, layout.coordinates]
    np.testing.assert_allclose(found, scores.sum(axis=0) @ jacobian, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("asymmetric", "coordinate", "end", "formula"),
    [
        (False, 1, 0, "omega = 0"),
        (False, 2, 0, "alpha + beta = 0"),
        (False, 2, 1, "alpha + beta = 1"),
        (True, 2, 1, "alpha + gamma / 2 + beta = 1"),
        (False, 3, 0, "alpha = 0"),
        (False, 3, 1, "beta = 0"),
        (True, 4, 0, "alpha + gamma = 0"),
        (True, 4, 1, "alpha = 0"),
        (False, 5, 0, "nu at its largest: normal"),
    ],
)
def test_bounds_are_formulas(asymmetric, coordinate, end, formula):
    layout = GARCHLayout(constant_mean=True, asymmetric=asymmetric, student=True)
    assert layout.bound_formula(coordinate, BOX[coordinate][end]) == formula
