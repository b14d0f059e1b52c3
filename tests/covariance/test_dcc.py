"""DCC: rmgarch's estimates and path on the same data, limits, and hard cases."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.dcc import DCCRecursion


@pytest.fixture(scope="module")
def fit(percent_log_returns):
    return hr.DCC().fit(percent_log_returns)


def test_estimates_of_rmgarch(fit, reference):
    expected = reference["dcc"]
    assert fit.parameters["a"] == pytest.approx(expected["coef"]["[Joint]dcca1"], abs=1e-5)
    assert fit.parameters["b"] == pytest.approx(expected["coef"]["[Joint]dccb1"], abs=1e-5)
    # rmgarch reports its likelihood with another start than it estimates with: -10177.568 against our -10177.293
    assert expected["loglik"] < fit.log_likelihood < expected["loglik"] + 0.5
    ratio = fit.hedge_ratio("NASDAQ", ["SP500"])["SP500"]
    assert ratio.mean() == pytest.approx(1.21756, abs=2e-5)
    assert ratio.iloc[-1] == pytest.approx(1.10461, abs=2e-5)


def test_path_of_rmgarch_once_the_start_is_forgotten(fit, reference_path):
    late = slice(400, None)
    assert (fit.dates == reference_path.index).all()
    correlation = fit.correlation("NASDAQ", "SP500")
    ratio = fit.hedge_ratio("NASDAQ", ["SP500"])["SP500"]
    np.testing.assert_allclose(correlation[late], reference_path["rho"][late], atol=1e-4)
    np.testing.assert_allclose(ratio[late], (reference_path["h12"] / reference_path["h22"])[late], atol=1e-4)
    # variances carry the margins' other start-up rule in their estimates, one in ten thousand
    np.testing.assert_allclose(fit.volatility[late] ** 2, reference_path[["h11", "h22"]][late], rtol=2e-4)


def test_log_likelihood_is_that_of_the_path(percent_log_returns):
    sample = percent_log_returns.iloc[:600]
    fit = hr.DCC().fit(sample)
    means = fit.parameters[["NASDAQ mu", "SP500 mu"]].to_numpy()
    total = 0.0
    for h, e in zip(fit.path, sample.to_numpy() - means, strict=True):
        total -= 0.5 * (2 * np.log(2 * np.pi) + np.linalg.slogdet(h)[1] + e @ np.linalg.solve(h, e))
    assert fit.log_likelihood == pytest.approx(total, abs=1e-8)


def test_without_dynamics_the_correlation_is_constant():
    target = np.array([[1.1, 0.4], [0.4, 0.9]])
    margins = np.array([[0.0, 0.1, 0.05, 0.9], [0.0, 0.2, 0.1, 0.8]])
    still = DCCRecursion(margins, 0.0, 0.0, target, np.ones(2), target)
    path, _ = still.advance(np.random.default_rng(0).standard_normal((50, 2)))
    correlations = path[:, 0, 1] / np.sqrt(path[:, 0, 0] * path[:, 1, 1])
    np.testing.assert_allclose(correlations, 0.4 / np.sqrt(0.99), rtol=1e-12)


def test_parameters_and_ratio_of_a_known_process_are_found():
    truth = hr.simulate_dcc(n_dates=3000, a=0.05, b=0.93, seed=4)
    fit = hr.DCC().fit(truth.returns)
    assert fit.parameters["a"] == pytest.approx(0.05, abs=0.02)
    assert fit.parameters["b"] == pytest.approx(0.93, abs=0.03)
    error = (fit.hedge_ratio("asset", ["hedge"]) - truth.hedge_ratio).abs().mean().item()
    static = (truth.hedge_ratio - hr.OLSHedge().fit(truth.returns["asset"], truth.returns["hedge"]).ratio).abs()
    assert error < 0.5 * static.mean().item()


@pytest.mark.slow
def test_estimates_are_centred_on_the_truth():
    found = np.array(
        [
            hr.DCC().fit(hr.simulate_dcc(n_dates=2000, a=0.05, b=0.93, seed=seed).returns).parameters[["a", "b"]]
            for seed in range(60)
        ]
    )
    deviation = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert np.abs(found.mean(axis=0) - [0.05, 0.93]) == pytest.approx([0, 0], abs=4 * deviation.max() + 0.005)


def test_an_estimate_on_a_bound_warns():
    independent = hr.simulate_dcc(n_dates=400, a=0.0, b=0.0, seed=3).returns
    with pytest.warns(hr.ConvergenceWarning, match=r"the DCC estimate lies on a bound: .*= 0"):
        hr.DCC().fit(independent)


def test_settings_and_samples_that_cannot_work_are_refused(percent_log_returns):
    with pytest.raises(hr.DataError, match="margins must be a margin such as GARCH"):
        hr.DCC(margins="GARCH")
    with pytest.raises(hr.DataError, match="DCC needs two series or more"):
        hr.DCC().fit(percent_log_returns[["SP500"]])
    with pytest.raises(hr.DataError, match="at least 40 rows; got 30"):
        hr.DCC().fit(percent_log_returns.iloc[:30])
    with pytest.raises(hr.DataError, match="series must not be collinear; SP500, twice are"):
        hr.DCC().fit(percent_log_returns.assign(twice=2 * percent_log_returns["SP500"]))
