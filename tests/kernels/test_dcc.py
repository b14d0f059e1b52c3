"""The DCC kernels against the definition, against rmgarch, and their scores against differences."""

import numpy as np
import pytest

from hedgeresearch._kernels.dcc import dcc_correlation, dcc_scores
from hedgeresearch._kernels.garch import garch_variance

POINTS = [(0.05, 0.9), (0.2, 0.3), (0.01, 0.985)]


def sample(n_series, n_dates=300):
    rng = np.random.default_rng(n_series)
    mixing = np.eye(n_series) + 0.3 * rng.standard_normal((n_series, n_series))
    residuals = rng.standard_normal((n_dates, n_series)) @ mixing
    return residuals / residuals.std(axis=0)


def slow_correlations(a, b, residuals, target, first):
    q, path = first, []
    for z in residuals:
        path.append(q / np.sqrt(np.outer(np.diag(q), np.diag(q))))
        q = (1 - a - b) * target + a * np.outer(z, z) + b * q
    path.append(q / np.sqrt(np.outer(np.diag(q), np.diag(q))))
    return np.array(path), q


def slow_log_likelihood(a, b, residuals, target):
    path, _ = slow_correlations(a, b, residuals, target, (1 - a) * target)
    terms = [np.linalg.slogdet(r)[1] + z @ np.linalg.solve(r, z) - z @ z for r, z in zip(path, residuals, strict=False)]
    return -0.5 * np.array(terms)


@pytest.mark.parametrize("n_series", [2, 3, 5])
@pytest.mark.parametrize(("a", "b"), POINTS)
def test_correlations_are_the_recursion(a, b, n_series):
    residuals = sample(n_series)
    target = np.cov(residuals, rowvar=False)
    path, q = dcc_correlation(a, b, residuals, target, target)
    expected_path, expected_q = slow_correlations(a, b, residuals, target, target)
    np.testing.assert_allclose(path, expected_path, rtol=1e-12)
    np.testing.assert_allclose(q, expected_q, rtol=1e-12)


@pytest.mark.parametrize("n_series", [2, 3, 5])
@pytest.mark.parametrize(("a", "b"), POINTS)
def test_scores_are_the_derivatives_of_the_log_likelihood(a, b, n_series):
    residuals = sample(n_series)
    target = np.cov(residuals, rowvar=False)
    start = np.stack([-target, np.zeros_like(target)])  # of Q_1 = (1 - a) Qbar
    log_likelihood, scores = dcc_scores(a, b, residuals, target, (1 - a) * target, start)
    np.testing.assert_allclose(log_likelihood, slow_log_likelihood(a, b, residuals, target), rtol=1e-10, atol=1e-12)
    for i, step in enumerate(1e-5 * np.eye(2)):
        up = slow_log_likelihood(a + step[0], b + step[1], residuals, target)
        down = slow_log_likelihood(a - step[0], b - step[1], residuals, target)
        numerical = (up - down) / 2e-5
        np.testing.assert_allclose(scores[:, i], numerical, atol=1e-6 * np.abs(numerical).max(), rtol=1e-6)


def test_a_singular_correlation_has_no_likelihood():
    twice = np.repeat(sample(1), 2, axis=1)
    target = np.cov(twice, rowvar=False)
    log_likelihood, _ = dcc_scores(0.05, 0.9, twice, target, target, np.zeros((2, 2, 2)))
    assert log_likelihood.sum() < -1e6 or np.isneginf(log_likelihood[0])


def test_path_and_log_likelihood_of_rmgarch_everywhere(reference, reference_path, percent_log_returns):
    """rmgarch reports with Q_0 = Qbar and z_0 = (1, 1): Q_1 = (1 - a) Qbar + a 11'; margins start at mean(e^2)."""
    values = list(reference["dcc"]["coef"].values())
    margins, (a, b) = np.reshape(values[:8], (2, 4)), values[8:]
    returns = percent_log_returns.to_numpy()
    variances = np.stack(
        [garch_variance(p, r.copy(), np.mean((r - p[0]) ** 2)) for p, r in zip(margins, returns.T, strict=True)], axis=1
    )
    residuals = (returns - margins[:, 0]) / np.sqrt(variances[:-1])
    target = np.cov(residuals, rowvar=False)
    np.testing.assert_allclose(target, reference["dcc"]["Qbar"], atol=1e-12)
    first = (1 - a) * target + a * np.ones((2, 2))
    path, _ = dcc_correlation(a, b, residuals, target, first)
    by_date, _ = dcc_scores(a, b, residuals, target, first, np.zeros((2, 2, 2)))
    margins_part = -0.5 * (np.log(2 * np.pi * variances[:-1]) + residuals**2).sum()
    assert by_date.sum() + margins_part == pytest.approx(reference["dcc"]["loglik"], abs=1e-8)
    np.testing.assert_allclose(path[:-1, 0, 1], reference_path["rho"], atol=1e-12)
    np.testing.assert_allclose(variances[:-1], reference_path[["h11", "h22"]], rtol=1e-12)
    assert path[-1, 0, 1] == pytest.approx(reference["dcc"]["R_next"][0][1], abs=1e-12)
