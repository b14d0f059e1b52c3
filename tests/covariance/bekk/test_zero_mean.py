"""BEKK on returns as they are: the likelihood, its errors and criteria without means."""

import numpy as np
import pytest

from hedgeresearch.covariance import BEKK


@pytest.fixture(scope="module")
def small(percent_log_returns):
    return percent_log_returns.iloc[-900:] / 100


@pytest.mark.parametrize(
    "settings",
    [("scalar", False, False), ("diagonal", True, False), ("full", False, True)],
    ids=str,
)
def test_zero_mean_of_demeaned_returns_is_the_constant_one(settings, small):
    constant = BEKK(*settings).fit(small)
    zero = BEKK(*settings, mean="zero").fit(small - small.mean())
    np.testing.assert_allclose(zero.parameters, constant.parameters, rtol=1e-6)
    np.testing.assert_allclose(zero.path(), constant.path(), rtol=1e-6)
    assert zero.log_likelihood == pytest.approx(constant.log_likelihood, abs=1e-8)
    errors = constant.standard_errors
    np.testing.assert_allclose(zero.standard_errors, errors, rtol=1e-5)
    assert zero.parameters.index.equals(constant.parameters.index)
    # the two means are not estimated
    assert zero.aic == pytest.approx(constant.aic - 2 * 2)
    assert zero.bic == pytest.approx(constant.bic - 2 * np.log(len(small)))


def test_zero_mean_likelihood_is_by_definition(small):
    """Raw returns, with means of a third of their volatility."""
    returns = small + 0.3 * small.std()
    fit = BEKK("diagonal", mean="zero").fit(returns)
    root, (a, g) = fit.model.layout(2).unpack(fit.parameters.to_numpy())
    values = returns.to_numpy()
    h = values.T @ values / len(values)
    total = 0.0
    for r in values:
        total -= 0.5 * (2 * np.log(2 * np.pi) + np.linalg.slogdet(h)[1] + r @ np.linalg.solve(h, r))
        h = root @ root.T + a.T @ np.outer(r, r) @ a + g.T @ h @ g
    assert fit.log_likelihood == pytest.approx(total, abs=1e-7)
    np.testing.assert_allclose(fit.next_covariance, h, rtol=1e-9)
    assert (fit.initial_state.mean == 0.0).all()
    assert fit.aic == pytest.approx(-2 * total + 2 * 7)
    constant = BEKK("diagonal").fit(returns)
    assert constant.log_likelihood > fit.log_likelihood
    draws = fit.simulate(5000, seed=1)
    size = draws.std() / np.sqrt(len(draws))
    assert (draws.mean().abs() < 5 * size).all()


def test_zero_mean_influences_are_those_of_the_parameters(small):
    """The delta method on the raw returns: no date is left over, and the state is the fit's."""
    returns = small + 0.3 * small.std()
    fit = BEKK("diagonal", asymmetric=True, targeting=True, mean="zero").fit(returns)
    delta = fit.estimates.errors.delta_method()
    last = delta.estimated_state.advance(returns.to_numpy())
    np.testing.assert_allclose(last.next_covariance, fit.next_covariance, rtol=1e-10)

    def ratio(state):
        h = state.advance(returns.to_numpy()).next_covariance
        return np.array([h[0, 1] / h[1, 1]])

    by_date = delta.influence_on(ratio)
    error = by_date.std(axis=0) / np.sqrt(len(returns))
    assert (error > 1e-3).all()
    assert (np.abs(by_date.mean(axis=0)) < 0.01 * error).all()
