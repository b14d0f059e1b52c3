"""Orthogonal GARCH: likelihood, limits and refusals."""

import numpy as np
import pytest

import hedgeresearch as hr


def test_log_likelihood_is_that_of_the_path(simulated_panel):
    fit = hr.OrthogonalGARCH(2).fit(simulated_panel.iloc[:800])
    values = simulated_panel.iloc[:800].to_numpy()
    errors = values - fit.initial_state.means(values)[:-1]
    total = 0.0
    for h, e in zip(fit.path(), errors, strict=True):
        total -= 0.5 * (3 * np.log(2 * np.pi) + np.linalg.slogdet(h)[1] + e @ np.linalg.solve(h, e))
    assert fit.log_likelihood == pytest.approx(total, abs=1e-6)
    # parameters of two components, six covariances, one mean
    n_estimated = 8 + 6 + 1
    assert fit.aic == pytest.approx(-2 * total + 2 * n_estimated)


def test_components_left_out_keep_a_constant_covariance(simulated_panel):
    fit = hr.OrthogonalGARCH(1).fit(simulated_panel.iloc[:800])
    state = fit.initial_state
    of_factor = fit.path() - state.rest
    assert np.linalg.matrix_rank(of_factor[5], tol=1e-8 * np.trace(of_factor[5])) == 1
    assert np.linalg.matrix_rank(state.rest, tol=1e-8 * np.trace(state.rest)) == 2


def test_mean_of_the_covariances_is_that_of_the_sample(simulated_panel):
    """GARCH variances of the components average to about the sample variances of these."""
    sample = simulated_panel.iloc[:800]
    mean = hr.OrthogonalGARCH().fit(sample).path().mean(axis=0)
    scale = np.sqrt(np.diag(sample.cov()))
    units = np.outer(scale, scale)
    np.testing.assert_allclose(mean / units, sample.corr(), atol=0.1)


def test_impossible_settings_and_samples_are_refused(simulated_panel):
    with pytest.raises(hr.DataError, match="n_factors must be a whole number of at least 1; got 0"):
        hr.OrthogonalGARCH(0)
    with pytest.raises(hr.DataError, match="univariate must be one model for all components"):
        hr.OrthogonalGARCH(univariate={"factor 1": hr.GARCH()})
    with pytest.raises(hr.DataError, match="n_factors must be at most the number of series, 3"):
        hr.OrthogonalGARCH(4).fit(simulated_panel)
