"""Parameter vectors of BEKK models, and the bound of stationarity."""

import itertools

import numpy as np
import pytest

from hedgeresearch._kernels.bekk.stationarity import STATIONARITY_BOUND
from hedgeresearch.covariance.bekk.matrices import MatrixMap
from hedgeresearch.covariance.bekk.parameters import Layout

LAYOUTS = [
    Layout(form, asymmetric, targeting, n)
    for form, asymmetric, targeting, n in itertools.product(
        ("scalar", "diagonal", "full"), (False, True), (False, True), (2, 3)
    )
]
every_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=str)


def random_point(layout, seed=0):
    return np.random.default_rng(seed).standard_normal(layout.size)


@every_layout
def test_unpacked_matrices_pack_to_the_same_parameters(layout):
    x = random_point(layout)
    np.testing.assert_array_equal(layout.pack(*layout.unpack(x)), x)
    assert len(layout.names) == len(set(layout.names)) == layout.size


def test_names_are_in_order_of_columns():
    layout = Layout("full", True, False, 2)
    c = ["C[1,1]", "C[2,1]", "C[2,2]"]
    a = ["A[1,1]", "A[2,1]", "A[1,2]", "A[2,2]"]
    assert layout.names == [
        *c,
        *a,
        *(n.replace("A", "B") for n in a),
        *(n.replace("A", "G") for n in a),
    ]
    assert Layout("diagonal", False, True, 2).names == ["A[1,1]", "A[2,2]", "G[1,1]", "G[2,2]"]
    root, blocks = layout.unpack(np.arange(1.0, 16.0))
    np.testing.assert_array_equal(root, [[1, 0], [2, 3]])
    np.testing.assert_array_equal(blocks[0], [[4, 6], [5, 7]])


@every_layout
def test_signs_leave_the_model_as_it_is(layout):
    x = random_point(layout, seed=1)
    signed = layout.with_signs(x)
    root, blocks = layout.unpack(x)
    signed_root, signed_blocks = layout.unpack(signed)
    np.testing.assert_allclose(signed_root @ signed_root.T, root @ root.T)
    np.testing.assert_allclose(np.abs(signed_blocks), np.abs(blocks))
    assert (np.diag(signed_root) >= 0).all()
    assert (signed_blocks[:, 0, 0] > 0).all()
    np.testing.assert_array_equal(layout.with_signs(signed), signed)


@every_layout
def test_units_turn_parameters_into_those_of_the_returns(layout):
    """D C~, D^-1 A~ D with D the standard deviations."""
    scale = np.array([2.0, 0.1, 30.0])[: layout.n]
    if layout.form == "scalar":
        scale = np.full(layout.n, 2.0)  # one number cannot have several units
    x = random_point(layout, seed=2)
    root, blocks = layout.unpack(x * layout.units(scale))
    unit_root, unit_blocks = layout.unpack(x)
    d = np.diag(scale)
    np.testing.assert_allclose(root, d @ unit_root)
    np.testing.assert_allclose(blocks, np.linalg.inv(d) @ unit_blocks @ d)


def test_what_is_held_at_zero_is_named():
    layout = Layout("diagonal", True, False, 2)
    x = np.array([0.5, 0.1, 1e-5, 0.3, 0.2, 1e-6, -1e-5, 0.9, 0.9])
    held = layout.held_at_zero(x)
    assert list(held) == ["C[2,2] = 0", "B = 0"]
    np.testing.assert_array_equal(np.flatnonzero(held["C[2,2] = 0"]), [2])
    np.testing.assert_array_equal(np.flatnonzero(held["B = 0"]), [5, 6])
    scalar = Layout("scalar", False, True, 2)
    assert list(scalar.held_at_zero(np.array([1e-6, 0.9]))) == ["a = 0"]


def moments_of(layout, seed=3):
    rng = np.random.default_rng(seed)
    errors = rng.standard_normal((200, layout.n)) @ rng.standard_normal((layout.n, layout.n))
    errors /= np.sqrt(np.mean(errors**2, axis=0))
    kinds = [errors, np.minimum(errors, 0)][: 1 + layout.asymmetric]
    return np.stack([kind.T @ kind / len(kind) for kind in kinds])


@every_layout
def test_points_beyond_the_bound_stand_for_points_on_it(layout):
    mapping = MatrixMap(layout, moments_of(layout))
    x = 2.0 * random_point(layout, seed=4)
    factors, _ = mapping.shrinkage(x)
    assert (factors < 1.0).any()
    projected, _ = mapping.project(x)
    _, blocks = layout.unpack(projected)
    if layout.targeting:
        weights = [*mapping.moments, mapping.moments[0]]
        explained = sum(b.T @ s @ b for b, s in zip(blocks, weights, strict=True))
        roots = np.linalg.eigvals(np.linalg.solve(mapping.moments[0], explained))
    else:
        halves = [1.0, 0.5, 1.0] if layout.asymmetric else [1.0, 1.0]
        roots = np.linalg.eigvals(
            sum(w * np.kron(b, b) for b, w in zip(blocks, halves, strict=True))
        )
    assert np.abs(roots).max() == pytest.approx(STATIONARITY_BOUND, rel=1e-9)
    matrices = mapping.matrices(x)
    same = mapping.matrices(projected)
    for one, other in zip(matrices, same, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


@every_layout
def test_projection_has_the_derivatives_it_says(layout):
    mapping = MatrixMap(layout, moments_of(layout))
    x = 2.0 * random_point(layout, seed=5)
    _, found = mapping.project(x)
    for i, step in enumerate(1e-6 * np.eye(layout.size)):
        slope = (mapping.project(x + step)[0] - mapping.project(x - step)[0]) / 2e-6
        np.testing.assert_allclose(found[:, i], slope, rtol=1e-4, atol=1e-6)
