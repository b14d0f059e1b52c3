"""Estimation of specifications of arch, against definitions, rugarch and GARCH of this package."""

import numpy as np
import pytest

from hedgeresearch._kernels.garch.recursion import garch_residuals
from hedgeresearch.errors import ConvergenceError
from hedgeresearch.volatility import GARCH, ArchModel
from hedgeresearch.volatility.arch.estimation import refine_optimum
from hedgeresearch.volatility.arch.process import ArchProcess
from hedgeresearch.volatility.garch.likelihood import GARCHLikelihood, scores_by_date
from hedgeresearch.volatility.garch.parameters import from_box
from hedgeresearch.volatility.garch.search import maximize_garch

# --- the likelihood ---


def slow_egarch_over_har(x, returns, presample, backcast):
    """Means over 1 and 3 lags; log h = omega + alpha (|z| - E|z|) + gamma z + beta log h."""
    constant, one, three, omega, alpha, gamma, beta = x
    past = [presample] * 3
    log_variance = backcast
    shock = None
    means = []
    variances = []
    for value in [*returns, 0.0]:
        means.append(constant + one * past[-1] + three * sum(past[-3:]) / 3)
        news = 0.0 if shock is None else alpha * (abs(shock) - np.sqrt(2 / np.pi)) + gamma * shock
        log_variance = omega + news + beta * log_variance
        variances.append(np.exp(log_variance))
        shock = (value - means[-1]) / np.sqrt(variances[-1])
        past.append(value)
    return np.array(means), np.array(variances)


def test_paths_are_those_of_the_definition(simple_returns):
    returns = simple_returns["SP500"].to_numpy()[:600]
    estimate = ArchModel(mean="HAR", lags=(1, 3), vol="EGARCH", o=1).estimate_array(returns)
    means, variances, _ = estimate.initial_state.filter(returns)
    process = estimate.process
    scale = returns.std()
    unit = returns / scale
    expected = slow_egarch_over_har(process.parameters, unit, unit.mean(), process.backcast)
    np.testing.assert_allclose(means, expected[0] * scale, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(variances, expected[1] * scale**2, rtol=1e-9)
    errors = returns - means[:-1]
    by_date = -0.5 * (np.log(2 * np.pi * variances[:-1]) + errors**2 / variances[:-1])
    assert estimate.log_likelihood == pytest.approx(by_date.sum(), rel=1e-11)


RUGARCH_EGARCH = [
    -0.0116092252017115,
    -0.126623723534909,
    0.332793469232817,
    -0.0384569758489879,
    0.912492893762741,
]
"""rugarch 1.5-6: mu, omega, its gamma1 and alpha1 (alpha and gamma of arch), and beta."""


def test_egarch_is_that_of_rugarch_from_the_same_start(dem_gbp):
    x = np.array(RUGARCH_EGARCH)
    first = np.mean((dem_gbp - x[0]) ** 2)  # rugarch sets the first variance
    backcast = (np.log(first) - x[1]) / x[4]
    model = ArchModel(vol="EGARCH", o=1)
    process = ArchProcess(model, x, scale=1.0, presample=0.0, backcast=backcast)
    likelihood = process.likelihood(dem_gbp)
    assert likelihood.log_likelihoods(x).sum() == pytest.approx(-1102.25798924244, abs=1e-8)
    assert np.sqrt(likelihood.path(x)[1][-1]) == pytest.approx(0.367897968712929, rel=1e-10)
    likelihood.arch.fit(disp="off")
    better = refine_optimum(likelihood, x, dem_gbp, model.names)
    assert -1102.25798924244 - 1e-6 < better.log_likelihood < -1102.25798924244 + 0.01
    assert better.gradient_norm < 1e-6


def test_egarch_from_the_start_of_arch_is_no_worse(dem_gbp):
    """A first variance of 0.09 instead of 0.22, nearer to the first returns, is worth 1.9."""
    estimate = ArchModel(vol="EGARCH", o=1).estimate_array(dem_gbp)
    assert estimate.log_likelihood == pytest.approx(-1100.3468871, abs=1e-5)


def test_flat_likelihood_is_searched_to_its_end(ten_series):
    """Normal data: arch stops at 100 degrees of freedom, the likelihood rises up to its bound."""
    values = ten_series.iloc[:, 3].to_numpy()
    model = ArchModel(o=1, dist="t")
    estimate = model.estimate_array(values)
    assert "nu = 500" in estimate.bounds_hit
    assert estimate.log_likelihood > model.build(values).fit(disp="off").loglikelihood + 0.05


# --- GARCH twice ---


def test_garch_is_that_of_this_package_from_the_same_start(dem_gbp):
    estimate = ArchModel().estimate_array(dem_gbp)
    process = estimate.process
    unit = dem_gbp / dem_gbp.std()
    backcast = process.backcast

    def start_of_arch(parameters, _):
        persistence = parameters[2] + 0.5 * parameters[3] + parameters[4]
        gradient = np.array([0.0, 1.0, backcast, 0.5 * backcast, backcast])
        return parameters[1] + persistence * backcast, gradient

    optimum, point = maximize_garch(GARCHLikelihood(unit, [0, 1, 2, 3], start_of_arch))
    ours, nu = from_box(point)
    np.testing.assert_allclose(process.parameters, ours[[0, 1, 2, 4]], rtol=1e-4, atol=1e-6)
    ours_log_likelihood = pytest.approx(optimum.log_likelihood, abs=1e-8)
    assert estimate.optimum.log_likelihood == ours_log_likelihood
    x = process.parameters
    full = np.array([x[0], x[1], x[2], 0.0, x[3]])
    analytic = scores_by_date(np.append(full, nu), unit, start_of_arch)[:, [0, 1, 2, 4]]
    numerical = process.likelihood(estimate.unit_returns).scores(x)
    np.testing.assert_allclose(numerical, analytic, rtol=1e-5, atol=1e-5)
    _, derivatives = garch_residuals(full, unit, *start_of_arch(full, unit))
    units = np.array([process.scale, process.scale**2, 1.0, 1.0])
    expected = derivatives[[0, 1, 2, 4]] / units[:, None]
    found = estimate.sensitivities().derivatives
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_garch_is_near_that_of_this_package(percent_log_returns):
    """The start-up rules matter to the first dates only: .1 standard errors."""
    series = percent_log_returns["SP500"]
    ours = GARCH().fit(series)
    other = ArchModel().fit(series)
    distance = np.abs(other.parameters.to_numpy() - ours.parameters.to_numpy())
    assert (distance < 0.1 * ours.standard_errors.to_numpy()).all()
    np.testing.assert_allclose(other.standard_errors, ours.standard_errors, rtol=0.02)


# --- robust errors ---


@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [
        ArchModel(),
        ArchModel(vol="EGARCH", o=1, dist="skewt"),
        ArchModel(vol="FIGARCH"),
        ArchModel(vol="ARCH", p=3),
    ],
    ids=["GARCH", "EGARCH", "FIGARCH", "ARCH"],
)
def test_robust_errors_are_those_of_arch(model, percent_log_returns):
    """One per cent: arch takes second differences with other steps, and demeans the scores."""
    series = percent_log_returns["SP500"].iloc[:1500]
    fit = model.fit(series)
    assert fit.convergence["bounds hit"] == []
    theirs = model.build(series.to_numpy()).fit(disp="off", tol=1e-10, cov_type="robust")
    np.testing.assert_allclose(fit.standard_errors, theirs.std_err, rtol=0.01)


# --- no optimum ---


def test_what_is_no_optimum_is_not_returned(ten_series):
    """An APARCH whose power goes to 0 has a likelihood full of spikes in its mean."""
    with pytest.raises(
        ConvergenceError, match=r"in unit variance, with a gradient of .* while arch said"
    ):
        ArchModel(vol="APARCH", o=1).fit(ten_series.iloc[:500, 7])
