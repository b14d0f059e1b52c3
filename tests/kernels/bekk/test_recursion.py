"""BEKK kernels against the definition and the R package BEKKs, scores against differences."""

from dataclasses import replace

import numpy as np
import pytest

from hedgeresearch._kernels.bekk.gradient import full_gradient
from hedgeresearch._kernels.bekk.pair import pair_gradient
from hedgeresearch._kernels.bekk.recursion import bekk_covariance, bekk_last
from hedgeresearch._kernels.bekk.stationarity import STATIONARITY_BOUND
from hedgeresearch.covariance.bekk.likelihood import BEKKLikelihood
from hedgeresearch.covariance.bekk.matrices import Matrices, MatrixMap
from hedgeresearch.covariance.bekk.parameters import Layout
from hedgeresearch.covariance.matrix_roots import scaled_roots

FORMS = ["scalar", "diagonal", "full"]


def joint_news(returns):
    """Return the returns of dates on which all series fall, zero otherwise: the rule of BEKKs."""
    return returns * (returns < 0).all(axis=1)[:, None]


def slow_covariances(intercept, loadings, g, shocks, first):
    path = [first]
    for x in shocks:
        news = sum(a.T @ np.outer(e, e) @ a for a, e in zip(loadings, x, strict=True))
        path.append(intercept + news + g.T @ path[-1] @ g)
    return np.array(path)


def slow_log_likelihood(matrices, shocks, first):
    path = slow_covariances(*matrices, shocks, first)[:-1]
    e = shocks[:, 0]
    n = shocks.shape[2]
    quadratic = np.einsum("ti,tij,tj->t", e, np.linalg.inv(path), e)
    return -0.5 * (n * np.log(2 * np.pi) + np.linalg.slogdet(path)[1] + quadratic)


def admissible(form, asymmetric, targeting, n, seed):
    """Return a matrix map, shocks of unit variance and a point of the layout."""
    rng = np.random.default_rng(seed)
    errors = rng.standard_normal((120, n)) @ (np.eye(n) + 0.3 * rng.standard_normal((n, n)))
    errors /= np.sqrt(np.mean(errors**2, axis=0))
    shocks = np.ascontiguousarray(
        np.stack([errors, np.minimum(errors, 0)], axis=1)[:, : 1 + asymmetric]
    )
    layout = Layout(form, asymmetric, targeting, n)
    sizes = [0.2, 0.15, 0.85] if asymmetric else [0.2, 0.85]
    blocks = np.array([size * np.eye(n) + 0.03 * rng.standard_normal((n, n)) for size in sizes])
    root = np.linalg.cholesky(0.1 * np.cov(errors, rowvar=False))
    return (
        MatrixMap(layout, np.einsum("tmi,tmj->mij", shocks, shocks) / len(shocks)),
        shocks,
        layout.pack(root, blocks),
    )


def sixth_order(function, x, step):
    """Return derivatives of a function by each element of x, from six values each."""
    weights = {1: 45.0, 2: -9.0, 3: 1.0}
    rows = []
    for move in step * np.eye(len(x)):
        rows.append(
            sum(w * (function(x + i * move) - function(x - i * move)) for i, w in weights.items())
            / (60 * step)
        )
    return np.stack(rows, axis=-1)


def slow_factors(layout, moments, blocks):
    """Return the factor of each column that leads to the bound of stationarity, 1 within it."""
    weights = [1.0, 0.5, 1.0] if layout.asymmetric else [1.0, 1.0]
    if layout.targeting:
        kinds = [*moments, moments[0]]
        explained = sum(b.T @ s @ b for b, s in zip(blocks, kinds, strict=True))
        sizes = [np.linalg.eigvals(np.linalg.solve(moments[0], explained)).real.max()]
    elif layout.form == "full":
        radius = sum(w * np.kron(b, b) for b, w in zip(blocks, weights, strict=True))
        sizes = [np.abs(np.linalg.eigvals(radius)).max()]
    else:
        sizes = sum(w * np.diag(b) ** 2 for b, w in zip(blocks, weights, strict=True))
    return np.broadcast_to(
        np.sqrt(STATIONARITY_BOUND / np.maximum(sizes, STATIONARITY_BOUND)), layout.n
    )


def slow_matrices(mapping, x):
    """Return the matrices of the recursion at a point, by the definition."""
    layout = mapping.layout
    root, blocks = layout.unpack(x)
    blocks = blocks * slow_factors(layout, mapping.moments, blocks)
    if layout.symmetric_root:
        root = scaled_roots(mapping.moments[0])[0] @ root
    intercept = root @ root.T
    if layout.targeting:
        kinds = [*mapping.moments, mapping.moments[0]]
        explained = sum(b.T @ s @ b for b, s in zip(blocks, kinds, strict=True))
        intercept = mapping.moments[0] - explained
    return Matrices(intercept, blocks[:-1], blocks[-1])


@pytest.mark.long
@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("asymmetric", [False, True])
@pytest.mark.parametrize("targeting", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stretch", [1.0, 1.4], ids=["inside", "beyond the bound"])
def test_scores_are_derivatives_of_the_log_likelihood(form, targeting, asymmetric, n, stretch):
    mapping, shocks, x = admissible(form, asymmetric, targeting, n, seed=10 * n + asymmetric)
    mapping = MatrixMap(replace(mapping.layout, symmetric_root=asymmetric), mapping.moments)
    x[len(mapping.layout.intercept_places) :] *= stretch
    assert (mapping.shrinkage(x)[0] < 1.0).any() == (stretch > 1.0)
    matrices = slow_matrices(mapping, x)
    for found, expected in zip(mapping.matrices(x), matrices, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    first = mapping.moments[0]
    likelihood = BEKKLikelihood(mapping, shocks)
    log_likelihood, scores = likelihood.by_date(x)
    np.testing.assert_allclose(
        log_likelihood, slow_log_likelihood(matrices, shocks, first), rtol=1e-9, atol=1e-12
    )
    numerical = sixth_order(
        lambda y: slow_log_likelihood(slow_matrices(mapping, y), shocks, first), x, 1e-3
    )
    np.testing.assert_allclose(scores, numerical, rtol=1e-6, atol=1e-6 * np.abs(numerical).max())
    value, gradient, information, n_dates = likelihood(x)
    assert value == pytest.approx(log_likelihood.mean(), rel=1e-12)
    scale = np.abs(scores).max()
    np.testing.assert_allclose(gradient, scores.mean(axis=0), atol=1e-12 * scale)
    np.testing.assert_allclose(
        information, scores.T @ scores / n_dates, rtol=1e-10, atol=1e-12 * scale**2
    )
    np.testing.assert_allclose(likelihood.value_and_gradient(x)[1], gradient, rtol=1e-11)


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("form", FORMS)
def test_hessian_is_the_derivative_of_the_gradient(form, n):
    mapping, shocks, x = admissible(form, True, False, n, seed=n)
    likelihood = BEKKLikelihood(mapping, shocks)
    found = likelihood.hessian(x, np.full(len(x), 1e-5))
    expected = sixth_order(lambda y: likelihood.value_and_gradient(y)[1], x, 1e-3)
    np.testing.assert_allclose(found, expected, atol=1e-6 * np.abs(expected).max())
    np.testing.assert_array_equal(found, found.T)


@pytest.mark.parametrize(("n", "form"), [(2, "full"), (3, "full"), (3, "diagonal")])
def test_search_ends_where_the_gradient_vanishes(n, form):
    mapping, _, x = admissible(form, False, False, n, seed=n)
    intercept, loadings, g = mapping.matrices(x)
    rng = np.random.default_rng(n)
    h = mapping.moments[0]
    errors = np.empty((1500, n))
    for t in range(1500):
        errors[t] = np.linalg.cholesky(h) @ rng.standard_normal(n)
        h = intercept + loadings[0].T @ np.outer(errors[t], errors[t]) @ loadings[0] + g.T @ h @ g
    likelihood = BEKKLikelihood.from_shocks(mapping.layout, errors[:, None])
    optimum = likelihood.search(x)
    assert optimum.log_likelihood > likelihood(x).value * 1500
    gradient = likelihood.value_and_gradient(optimum.point)[1]
    assert optimum.gradient_norm == np.abs(gradient).max()
    assert optimum.converged


@pytest.mark.parametrize("n", [2, 3, 5])
def test_covariances_follow_the_recursion(n):
    mapping, shocks, x = admissible("full", True, False, n, seed=n)
    matrices = slow_matrices(mapping, x)
    expected = slow_covariances(*matrices, shocks, mapping.moments[0])
    np.testing.assert_allclose(
        bekk_covariance(*matrices, shocks, mapping.moments[0]), expected, rtol=1e-11
    )
    np.testing.assert_allclose(
        bekk_last(*matrices, shocks, mapping.moments[0]), expected[-1], rtol=1e-11
    )


@pytest.mark.parametrize(("n", "form"), [(2, "full"), (3, "full"), (3, "diagonal")])
def test_singular_covariance_has_likelihood_of_minus_infinity(n, form):
    mapping, shocks, x = admissible(form, False, False, n, seed=1)
    x[:] = 0.0
    likelihood = BEKKLikelihood(mapping, shocks)
    value, gradient, _, _ = likelihood(x)
    assert np.isneginf(value)
    assert (gradient == 0.0).all()
    log_likelihood, _ = likelihood.by_date(x)
    assert np.isneginf(log_likelihood[1])
    assert np.isfinite(log_likelihood[0])
    assert not likelihood.search(x).converged


def of_theta(theta, form, asymmetric, n):
    """Return matrices from the parameters of BEKKs.

    Its scalar model has the squares of our a and g.
    """
    theta = np.array(theta)
    if form == "scalar":
        theta[-2:] = np.sqrt(theta[-2:])
    root, blocks = Layout(form, asymmetric, False, n).unpack(theta)
    return root @ root.T, blocks[:-1], blocks[-1]


def log_likelihood_of_kernel(matrices, shocks, first):
    """Return the log-likelihood of the kernel that also fills the gradient."""
    intercept, loadings, g = matrices
    n_dates, _, n = shocks.shape
    lower = np.tril_indices(n)
    gradients = [np.empty_like(x) for x in (intercept[lower], loadings, g)]
    function = pair_gradient if n == 2 else full_gradient
    path = np.empty((n_dates, n * (n + 1)))
    return function(intercept[lower], loadings, g, shocks, first[lower], path, *gradients)


def own_statistics(path):
    ratio = path[:, 0, 1] / path[:, 1, 1]
    return {
        "first": ratio[0],
        "second": ratio[1],
        "third": ratio[2],
        "mid": ratio[len(ratio) // 2 - 1],
        "last": ratio[-1],
        "mean": ratio.mean(),
        "sd": ratio.std(ddof=1),
        "min": ratio.min(),
        "max": ratio.max(),
    }


def check_against(result, hedge, form, asymmetric, returns):
    shocks = np.stack([returns, joint_news(returns)][: 1 + asymmetric], axis=1)
    n = returns.shape[1]
    first = returns.T @ returns / len(returns)
    matrices = of_theta(result["theta"], form, asymmetric, n)
    assert log_likelihood_of_kernel(matrices, shocks, first) == pytest.approx(
        result["loglik"], rel=1e-8
    )
    path = bekk_covariance(*matrices, shocks, first)[:-1]
    for name, date in {"H_first": 0, "H_second": 1, "H_last": -1}.items():
        if name in result:
            np.testing.assert_allclose(path[date], result[name], rtol=1e-8)
    for name, value in own_statistics(path).items():
        assert value == pytest.approx(result[hedge][name], rel=1e-8), name


@pytest.mark.long
@pytest.mark.parametrize(
    ("form", "asymmetric"), [*((form, False) for form in FORMS), ("full", True)]
)
def test_nasdaq_and_sp500_agree_with_r_package_bekks(
    form, asymmetric, reference, percent_log_returns
):
    returns = percent_log_returns.to_numpy()
    result = reference[f"bekk_{form}{'_asymmetric' * asymmetric}"]
    check_against(result, "hedge_NASDAQ_on_SP500", form, asymmetric, returns - returns.mean(axis=0))


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize(
    ("form", "name"), [("scalar", "sbekk"), ("diagonal", "dbekk"), ("full", "bekk")]
)
def test_simulated_panel_agrees_with_r_package_bekks(
    form, name, n, simulated_reference, simulated_panel
):
    returns = np.ascontiguousarray(simulated_panel.to_numpy()[:, :n])
    check_against(simulated_reference[f"BEKKs_{name}_N{n}"], "hedge12", form, False, returns)
