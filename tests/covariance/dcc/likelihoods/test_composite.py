"""Composite likelihood: pairs one by one, threads, and a shrunk target of constant correlations."""

import os

import numpy as np
import pytest

from hedgeresearch._kernels.arithmetic.densities import NORMAL, density_constants
from hedgeresearch._kernels.dcc.pair.likelihood import dcc_pair_scores
from hedgeresearch.covariance.dcc.estimation.second_step import estimate_correlation
from hedgeresearch.covariance.dcc.likelihoods.composite import CompositeCorrelation
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from hedgeresearch.covariance.dcc.likelihoods.panel import PanelCorrelation
from hedgeresearch.covariance.shrinkage import shrink_nonlinear


def residuals_of_one_factor(n_dates, n, seed):
    """Residuals of constant correlations, which differ from pair to pair."""
    rng = np.random.default_rng(seed)
    loadings = rng.uniform(0.3, 0.8, n)
    common = rng.standard_normal((n_dates, 1)) * loadings
    residuals = common + rng.standard_normal((n_dates, n)) * np.sqrt(1 - loadings**2)
    return residuals / residuals.std(axis=0)


@pytest.mark.parametrize("nu", [NORMAL, 6.0])
@pytest.mark.parametrize("rules", [{}, {"asymmetric": True}, {"corrected": True}], ids=str)
def test_pass_equals_all_pairs_one_by_one(rules, nu):
    """Twelve series are eleven pairs: a full register and three pairs in a second one."""
    z = residuals_of_one_factor(60, 12, 1)
    parameters = np.array([0.05, 0.9, 0.03 * rules.get("asymmetric", False)])
    composite = CompositeCorrelation(z, **rules)
    means, log_density, scores = composite.evaluation(parameters, nu)
    expected = np.zeros((60, 5))
    for i in range(11):
        pair = CorrelationLikelihood(np.ascontiguousarray(z[:, i : i + 2]), **rules)
        rest = (density_constants(nu, 2), pair.residuals, *pair.matrices(parameters))
        by_date, by_parameter = dcc_pair_scores(parameters, pair.corrected, *rest)
        expected += np.column_stack([by_date, by_parameter]) / 11
    estimated = [0, 1, *([2] if rules.get("asymmetric") else []), *([3] if nu != NORMAL else [])]
    np.testing.assert_allclose(log_density, expected[:, 0], rtol=1e-11)
    np.testing.assert_allclose(
        scores[:, estimated], expected[:, 1:][:, estimated], rtol=1e-8, atol=1e-10
    )
    assert means.value == pytest.approx(log_density.mean(), rel=1e-14)
    assert composite.value(parameters, nu) == pytest.approx(means.value, rel=1e-12)


@pytest.mark.long
def test_threads_do_not_change_a_bit(monkeypatch):
    """The pairs of 300 series are three chunks."""
    composite = CompositeCorrelation(residuals_of_one_factor(80, 300, 2))
    parameters = np.array([0.05, 0.9, 0.0, NORMAL])
    steps = np.array([1e-5, 1e-5, 0.0, 0.0])
    results = []
    for n_threads in (1, 2, 5):
        monkeypatch.setattr(os, "cpu_count", lambda n=n_threads: n)
        _, *by_date = composite.evaluation(parameters[:3], NORMAL)
        results.append([*by_date, *composite.sensitivity(parameters, steps, np.zeros(4, bool))])
    for other in results[1:]:
        for values, expected in zip(other, results[0], strict=True):
            np.testing.assert_array_equal(values, expected)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_constant_correlations_stay_constant_with_a_shrunk_target(seed):
    """With the pairs of the shrunk S estimates are a + b = .99 and .999."""
    z = residuals_of_one_factor(500, 200, seed)
    shrunk = CorrelationLikelihood(z, composite=True, shrunk_target=shrink_nonlinear(z))
    found = estimate_correlation(shrunk, student=False, model_name="DCC")
    sample = CorrelationLikelihood(z, composite=True)
    expected = estimate_correlation(sample, student=False, model_name="DCC")
    np.testing.assert_allclose(found.parameters, expected.parameters, atol=1e-12)
    assert found.parameters[0] < 0.001
    assert found.parameters[:2].sum() < 0.5


def test_wrong_target_makes_constant_correlations_integrated():
    """Gain of a + b = 1 for pairs whose S is off by .1, against the formula of the module."""
    rho, delta, a, n_dates = 0.4, 0.1, 0.01, 1000
    rng = np.random.default_rng(3)
    root = np.linalg.cholesky([[1.0, rho], [rho, 1.0]])
    targets = np.zeros((2, 2, 2))
    targets[0] = [[1.0, rho - delta], [rho - delta, 1.0]]
    gains = []
    for _ in range(150):
        z = rng.standard_normal((n_dates, 2)) @ root.T
        pair = PanelCorrelation.of(z, targets, shrunk=True)
        integrated = pair.value(np.array([a, 1.0 - a, 0.0]), NORMAL)
        gains.append(n_dates * (integrated - pair.value(np.zeros(3), NORMAL)))
    distance = n_dates * delta**2 / (2 * (1 - rho**2) ** 2)
    expected = (1 + rho**2) * (distance - n_dates * a / 4)
    assert np.mean(gains) == pytest.approx(expected, abs=3 * np.std(gains) / np.sqrt(150) + 0.7)
    assert np.mean(gains) > 3
