"""BEKK kernels against the definition and the R package BEKKs, scores against differences."""

import numpy as np
import pytest

from hedgeresearch._kernels.bekk import bekk_covariance, bekk_last, bekk_scores
from hedgeresearch.covariance.bekk.matrices import MatrixMap
from hedgeresearch.covariance.bekk.parameters import Layout

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


@pytest.mark.long
@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("asymmetric", [False, True])
@pytest.mark.parametrize("targeting", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stretch", [1.0, 1.4], ids=["inside", "beyond the bound"])
def test_scores_are_derivatives_of_the_log_likelihood(form, targeting, asymmetric, n, stretch):
    mapping, shocks, x = admissible(form, asymmetric, targeting, n, seed=10 * n + asymmetric)
    x[len(mapping.layout.intercept_places) :] *= stretch
    assert (mapping.shrinkage(x)[0] < 1.0).any() == (stretch > 1.0)
    matrices, derivatives = mapping.matrices(x)
    first = mapping.moments[0]
    log_likelihood, scores = bekk_scores(*matrices, *derivatives, shocks, first)
    np.testing.assert_allclose(
        log_likelihood, slow_log_likelihood(matrices, shocks, first), rtol=1e-10, atol=1e-12
    )
    numerical = sixth_order(
        lambda y: slow_log_likelihood(mapping.matrices(y)[0], shocks, first), x, 1e-3
    )
    np.testing.assert_allclose(scores, numerical, rtol=1e-6, atol=1e-6 * np.abs(numerical).max())


@pytest.mark.parametrize("n", [2, 3, 5])
def test_covariances_follow_the_recursion(n):
    mapping, shocks, x = admissible("full", True, False, n, seed=n)
    matrices, _ = mapping.matrices(x)
    expected = slow_covariances(*matrices, shocks, mapping.moments[0])
    np.testing.assert_allclose(
        bekk_covariance(*matrices, shocks, mapping.moments[0]), expected, rtol=1e-11
    )
    np.testing.assert_allclose(
        bekk_last(*matrices, shocks, mapping.moments[0]), expected[-1], rtol=1e-11
    )


def test_singular_covariance_has_likelihood_of_minus_infinity():
    mapping, shocks, x = admissible("full", False, False, 2, seed=1)
    matrices, derivatives = mapping.matrices(x)
    log_likelihood, _ = bekk_scores(*matrices, *derivatives, shocks, np.zeros((2, 2)))
    assert np.isneginf(log_likelihood[0])


def of_theta(theta, form, asymmetric, n):
    """Return matrices from the parameters of BEKKs.

    Its scalar model has the squares of our a and g.
    """
    theta = np.array(theta)
    if form == "scalar":
        theta[-2:] = np.sqrt(theta[-2:])
    root, blocks = Layout(form, asymmetric, False, n).unpack(theta)
    return root @ root.T, blocks[:-1], blocks[-1]


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
    no_moves = (np.zeros((n, n, 1)), np.zeros((1 + asymmetric, n, n, 1)), np.zeros((n, n, 1)))
    log_likelihood, _ = bekk_scores(*matrices, *no_moves, shocks, first)
    assert log_likelihood.sum() == pytest.approx(result["loglik"], rel=1e-8)
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
