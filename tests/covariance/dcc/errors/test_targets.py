"""Influence on the targets of a correlation, at the truth and by slow formulas."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.dcc.recursion import corrected_residuals
from hedgeresearch.covariance.dcc.errors.targets import target_influence
from hedgeresearch.covariance.dcc.likelihoods.correlation import (
    NO_DERIVATIVES,
    CorrelationLikelihood,
)
from tests.covariance.sums_over_dates import distance_of_sums

TRUTH = np.array([0.05, 0.93, 0.0])


@pytest.fixture(scope="module")
def residuals():
    simulated = hr.data.simulate_dcc(20_000, a=TRUTH[0], b=TRUTH[1], seed=3)
    variances = np.diagonal(simulated.covariance, axis1=1, axis2=2)
    return simulated.returns.to_numpy() / np.sqrt(variances)


@pytest.mark.long
def test_influences_add_up_to_the_products(residuals):
    """Products are correlated over dates; surprises at the truth are not, and have the same sums.

    The distance that remains is the curvature of the correlation in Q.
    """
    products = residuals.prod(axis=1)
    falls = np.minimum(residuals, 0).prod(axis=1)
    by_date = target_influence(CorrelationLikelihood(residuals, asymmetric=True), TRUTH)[:, :, 0, 1]
    assert distance_of_sums(products, by_date[:, 0]) < 0.1
    assert distance_of_sums(falls, by_date[:, 1]) < 0.2
    assert by_date[:, 0].var() > 2 * products.var()
    for lag in (1, 5, 20):
        autocorrelation = np.corrcoef(by_date[lag:, 0], by_date[:-lag, 0])[0, 1]
        assert abs(autocorrelation) < 0.03  # 4 / sqrt(20000)


def test_corrected_influences_add_up_to_the_products(residuals):
    likelihood = CorrelationLikelihood(residuals, corrected=True)
    x = corrected_residuals(*TRUTH[:2], residuals, NO_DERIVATIVES)[0]
    x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    target = likelihood.target(*TRUTH[:2])[0][0, 1]
    products = x.prod(axis=1) - 0.5 * target * (x**2).sum(axis=1)
    surprises = target_influence(likelihood, TRUTH)[:, 0, 0, 1]
    # what remains is due to the first and the last date
    assert distance_of_sums(products, surprises) < 0.1


def test_influence_with_news_is_its_formula(residuals):
    """A change of rho decays by a + b + g f'(rho), f = E[n n']: .912 a date in a simulation."""
    a, b, g = truth = np.array([0.02, 0.85, 0.12])
    z = residuals[:500]
    likelihood = CorrelationLikelihood(z, asymmetric=True)
    intercept, q, _ = likelihood.matrices(truth)
    rows = []
    slopes = []
    for now in z:
        rho = q[0, 1] / np.sqrt(q[0, 0] * q[1, 1])
        angle = np.pi - np.arccos(rho)
        expected = (np.sqrt(1 - rho**2) + rho * angle) / (2 * np.pi)
        fall = np.minimum(now, 0.0)
        zi, zj = now - z.mean(axis=0)
        ni, nj = fall
        products = zi * zj - rho / 2 * (zi**2 + zj**2)
        news = ni * nj - rho / 2 * (ni**2 + nj**2) - (expected - rho / 2)
        rows.append((zi * zj - rho, ni * nj - expected, a * products + g * news))
        slopes.append(angle / (2 * np.pi))
        q = intercept + a * np.outer(now, now) + g * np.outer(fall, fall) + b * q
    rows = np.array(rows)
    slope = np.mean(slopes)
    later = rows[:, 2] / (1 - a - b - g * slope)
    both = np.column_stack([rows[:, 0] + later, rows[:, 1] + slope * later])
    found = target_influence(likelihood, truth)[:, :, 0, 1]
    np.testing.assert_allclose(found, both - both.mean(axis=0), rtol=1e-8, atol=1e-10)
