"""DCC kernels against the definition, their derivatives against differences."""

import numpy as np
import pytest
from scipy import stats

from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.dcc.recursion import dcc_correlation, dcc_equicorrelation, dcc_last
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood

POINTS = [(0.05, 0.9, 0.0), (0.2, 0.3, 0.1), (0.01, 0.985, 0.002)]
RULES = {
    "plain": {},
    "asymmetric": {"asymmetric": True},
    "corrected": {"corrected": True},
    "equicorrelation": {"equicorrelation": True},
    "corrected equicorrelation": {"corrected": True, "equicorrelation": True},
    "composite": {"composite": True},
}


def sample(n_series, n_dates=250):
    rng = np.random.default_rng(n_series)
    mixing = np.eye(n_series) + 0.3 * rng.standard_normal((n_series, n_series))
    residuals = rng.standard_normal((n_dates, n_series)) @ mixing
    return residuals / residuals.std(axis=0)


def correlation_of(q):
    return q / np.sqrt(np.outer(np.diag(q), np.diag(q)))


def slow_path(parameters, residuals, rules):
    """Return Q of n + 1 dates and the intercept by the definition that the model documents."""
    a, b, g = parameters
    n = residuals.shape[1]
    asymmetric = rules.get("asymmetric", False)
    corrected = rules.get("corrected", False)
    target = np.cov(residuals, rowvar=False)
    falls = np.minimum(residuals, 0)
    news = np.mean([np.outer(f, f) for f in falls], axis=0) if asymmetric else np.zeros((n, n))
    if corrected:
        x = np.empty_like(residuals)
        q = np.ones(n)
        for t, z in enumerate(residuals):
            x[t] = z * np.sqrt(q)
            q = 1 - a - b + a * x[t] ** 2 + b * q
        target = np.corrcoef(x, rowvar=False)
    g = g if asymmetric else 0.0
    intercept = (1 - a - b) * target - g * news
    path = [target if corrected else intercept + b * target]
    for z in residuals:
        x = z * np.sqrt(np.diag(path[-1])) if corrected else z
        fall = np.minimum(x, 0)
        path.append(intercept + a * np.outer(x, x) + g * np.outer(fall, fall) + b * path[-1])
    return np.array(path), intercept


def slow_density(z, r, nu):
    zero = np.zeros(len(z))
    if nu == NORMAL:
        return stats.multivariate_normal(zero, r).logpdf(z)
    return stats.multivariate_t(zero, r * (nu - 2) / nu, nu).logpdf(z)


def slow_log_likelihood(parameters, nu, residuals, rules):
    n = residuals.shape[1]
    if rules.get("composite"):
        plain = {k: v for k, v in rules.items() if k != "composite"}
        pairs = [
            slow_log_likelihood(parameters, nu, residuals[:, i : i + 2], plain)
            for i in range(n - 1)
        ]
        return np.mean(pairs, axis=0)
    path = slow_path(parameters, residuals, rules)[0]
    values = []
    for q, z in zip(path, residuals, strict=False):
        r = correlation_of(q)
        if rules.get("equicorrelation"):
            rho = (r.sum() - n) / (n * (n - 1))
            r = rho * np.ones((n, n)) + (1 - rho) * np.eye(n)
        values.append(slow_density(z, r, nu))
    return np.array(values)


def fourth_order(function, step):
    return (8 * (function(step) - function(-step)) - (function(2 * step) - function(-2 * step))) / (
        12 * step
    )


@pytest.mark.parametrize("n_series", [2, 3, 5])
@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("parameters", POINTS)
def test_correlations_follow_the_recursion(parameters, rules, n_series):
    residuals = sample(n_series)
    parameters = np.array(parameters) * [1, 1, rules.get("asymmetric", False)]
    likelihood = CorrelationLikelihood(residuals, **rules)
    intercept, first, _ = likelihood.matrices(parameters)
    path, expected_intercept = slow_path(parameters, residuals, rules)
    np.testing.assert_allclose(intercept, expected_intercept, rtol=1e-10, atol=1e-13)
    arguments = (parameters, likelihood.corrected, residuals, intercept, first)
    expected = np.array([correlation_of(q) for q in path])
    np.testing.assert_allclose(dcc_correlation(*arguments), expected, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(dcc_last(*arguments), path[-1], rtol=1e-11, atol=1e-13)
    mean = (expected.sum(axis=(1, 2)) - n_series) / (n_series * (n_series - 1))
    np.testing.assert_allclose(dcc_equicorrelation(*arguments), mean, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("n_series", [2, 4])
@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("nu", [NORMAL, 6.5])
def test_scores_are_derivatives_of_the_log_likelihood(nu, rules, n_series):
    residuals = sample(n_series, 120)
    likelihood = CorrelationLikelihood(residuals, **rules)
    for parameters in np.array(POINTS) * [1, 1, rules.get("asymmetric", False)]:
        by_date, scores = likelihood.scores(parameters, nu)
        expected = slow_log_likelihood(parameters, nu, residuals, rules)
        np.testing.assert_allclose(by_date, expected, rtol=1e-9, atol=1e-11)
        moved = [0, 1, *([2] if rules.get("asymmetric") else [])]
        for i in moved:
            direction = np.eye(3)[i]
            numerical = fourth_order(
                lambda h, p=parameters, d=direction: likelihood.scores(p + h * d, nu)[0], 1e-5
            )
            np.testing.assert_allclose(scores[:, i], numerical, atol=1e-6 * np.abs(numerical).max())
        if nu != NORMAL:
            numerical = fourth_order(lambda h, p=parameters: likelihood.scores(p, nu + h)[0], 1e-3)
            np.testing.assert_allclose(scores[:, 3], numerical, atol=1e-6 * np.abs(numerical).max())


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("nu", [NORMAL, 6.5])
def test_sensitivity_is_the_derivative_of_the_mean_score(nu, rules):
    """Parameters move, or the residuals of one series in a random direction.

    The sample has dates in three segments of the pass back, the last of them not full.
    """
    n_dates = 341
    residuals = sample(3, n_dates)
    g = 0.02 * rules.get("asymmetric", False)
    parameters = np.array([0.06, 0.88, g, nu])
    estimated = [0, 1, *([2] if g else []), *([3] if nu != NORMAL else [])]
    steps = np.zeros(4)
    steps[estimated] = np.array([1e-5, 1e-5, 1e-5, 1e-4 * nu])[estimated]
    passes = CorrelationLikelihood(residuals, **rules).passes
    information, by_residuals, _ = passes.sensitivity(parameters, steps, np.zeros(4, bool))

    def mean_score(change, direction=np.zeros_like(residuals)):
        moved = CorrelationLikelihood(residuals + direction, **rules)
        at = parameters + change
        return moved.scores(at[:3], at[3])[1].mean(axis=0)[estimated]

    for i in estimated:
        slope = fourth_order(lambda h, i=i: mean_score(h * np.eye(4)[i]), 10 * steps[i])
        np.testing.assert_allclose(-information[i, estimated], slope, rtol=1e-5, atol=1e-5)
    for series in range(3):
        direction = np.zeros_like(residuals)
        direction[:, series] = np.random.default_rng(5).standard_normal(n_dates)
        slope = fourth_order(lambda h, d=direction: mean_score(np.zeros(4), h * d), 1e-4)
        found = by_residuals[estimated, series] @ direction[:, series]
        np.testing.assert_allclose(found, slope, rtol=1e-5, atol=1e-7)


def test_singular_correlation_has_minimal_likelihood():
    twice = np.repeat(sample(1), 2, axis=1)
    by_date, _ = CorrelationLikelihood(twice).scores(np.array([0.05, 0.9, 0.0]), NORMAL)
    assert by_date.sum() < -1e6 or np.isneginf(by_date).any()
