"""Margins of the arch package against definitions, rugarch, the GARCH of this package, and simulated paths."""

import warnings

import numpy as np
import pytest
import rdata

from hedgeresearch._kernels.garch import garch_residuals
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.estimation.influence import covariance_from_influence
from hedgeresearch.volatility.arch.arch_model import ArchModel
from hedgeresearch.volatility.arch.likelihood import refine
from hedgeresearch.volatility.arch.process import ArchProcess, ArchState
from hedgeresearch.volatility.garch.garch import GARCH
from hedgeresearch.volatility.garch.likelihood import from_box, maximise_garch, scores_by_date


@pytest.fixture(scope="module")
def returns(simple_returns):
    """Simple returns of the S&P 500."""
    return simple_returns["SP500"].to_numpy()[:600]


@pytest.fixture(scope="module")
def dem_gbp(data_dir):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdata speaks of classes of R that it does not know
        return np.ravel(next(iter(rdata.read_rda(data_dir / "dem2gbp.rda").values()))).astype(float)


# --- the likelihood ---


def slow_egarch_over_har(x, returns, presample, backcast):
    """Means over 1 and 3 lags; log h = omega + alpha (|z| - E|z|) + gamma z + beta log h, date by date."""
    constant, one, three, omega, alpha, gamma, beta = x
    past = [presample] * 3
    log_variance, shock = backcast, None
    means, variances = [], []
    for value in [*returns, 0.0]:
        means.append(constant + one * past[-1] + three * sum(past[-3:]) / 3)
        news = 0.0 if shock is None else alpha * (abs(shock) - np.sqrt(2 / np.pi)) + gamma * shock
        log_variance = omega + news + beta * log_variance
        variances.append(np.exp(log_variance))
        shock = (value - means[-1]) / np.sqrt(variances[-1])
        past.append(value)
    return np.array(means), np.array(variances)


def test_paths_are_those_of_the_definition(returns):
    fit = ArchModel(mean="HAR", lags=(1, 3), vol="EGARCH", o=1).estimate_array(returns)
    means, variances, _ = fit.initial_state.filter(returns)
    process, scale = fit.process, returns.std()
    expected = slow_egarch_over_har(
        process.parameters, returns / scale, (returns / scale).mean(), process.backcast
    )
    np.testing.assert_allclose(means, expected[0] * scale, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(variances, expected[1] * scale**2, rtol=1e-9)
    errors = returns - means[:-1]
    by_date = -0.5 * (np.log(2 * np.pi * variances[:-1]) + errors**2 / variances[:-1])
    assert fit.log_likelihood == pytest.approx(by_date.sum(), rel=1e-11)


RUGARCH_EGARCH = [
    -0.0116092252017115,
    -0.126623723534909,
    0.332793469232817,
    -0.0384569758489879,
    0.912492893762741,
]
"""rugarch 1.5-6: mu, omega, then its gamma1 and alpha1, which arch calls alpha and gamma, beta."""


def test_egarch_is_that_of_rugarch_from_the_same_start(dem_gbp):
    x = np.array(RUGARCH_EGARCH)
    first = np.mean((dem_gbp - x[0]) ** 2)  # rugarch sets the first variance
    model = ArchModel(vol="EGARCH", o=1)
    process = ArchProcess(
        model, x, scale=1.0, presample=0.0, backcast=(np.log(first) - x[1]) / x[4]
    )
    series = process.over(dem_gbp)
    assert series.log_likelihoods(x).sum() == pytest.approx(-1102.25798924244, abs=1e-8)
    assert np.sqrt(series.path(x)[1][-1]) == pytest.approx(0.367897968712929, rel=1e-10)
    series.arch.fit(disp="off")
    better = refine(series, x, dem_gbp, model.names)
    assert -1102.25798924244 - 1e-6 < better.log_likelihood < -1102.25798924244 + 0.01
    assert better.gradient_norm < 1e-6


def test_egarch_from_the_start_of_arch_is_no_worse(dem_gbp):
    """A first variance of 0.09 instead of 0.22, nearer to the first returns, is worth 1.9."""
    assert ArchModel(vol="EGARCH", o=1).estimate_array(dem_gbp).log_likelihood == pytest.approx(
        -1100.3468871, abs=1e-5
    )


def test_a_flat_likelihood_is_searched_to_its_end(ten_series):
    """Normal data: arch stops at 100 degrees of freedom, the likelihood rises up to its bound."""
    values = ten_series.iloc[:, 3].to_numpy()
    margin = ArchModel(o=1, dist="t")
    fit = margin.estimate_array(values)
    assert "nu = 500" in fit.bounds_hit
    assert fit.log_likelihood > margin.build(values).fit(disp="off").loglikelihood + 0.05


# --- GARCH twice ---


def test_garch_is_that_of_this_package_from_the_same_start(dem_gbp):
    fit = ArchModel().estimate_array(dem_gbp)
    unit, backcast = dem_gbp / dem_gbp.std(), fit.process.backcast

    def start_of_arch(parameters, _):
        persistence = parameters[2] + 0.5 * parameters[3] + parameters[4]
        return parameters[1] + persistence * backcast, np.array(
            [0.0, 1.0, backcast, 0.5 * backcast, backcast]
        )

    optimum, point = maximise_garch(unit, [0, 1, 2, 3], start_of_arch)
    ours, nu = from_box(point)
    np.testing.assert_allclose(fit.process.parameters, ours[[0, 1, 2, 4]], rtol=1e-4, atol=1e-6)
    assert fit.optimum.log_likelihood == pytest.approx(optimum.log_likelihood, abs=1e-8)
    series, x = fit.process.over(fit.unit_returns), fit.process.parameters
    full = np.array([x[0], x[1], x[2], 0.0, x[3]])
    analytic = scores_by_date(np.append(full, nu), unit, start_of_arch)[:, [0, 1, 2, 4]]
    np.testing.assert_allclose(series.scores(x), analytic, rtol=1e-5, atol=1e-5)
    _, derivatives = garch_residuals(full, unit, *start_of_arch(full, unit))
    units = np.array([fit.process.scale, fit.process.scale**2, 1.0, 1.0])
    expected = derivatives[[0, 1, 2, 4]] / units[:, None]
    np.testing.assert_allclose(fit.sensitivities().derivatives, expected, rtol=1e-5, atol=1e-5)


def test_garch_is_near_that_of_this_package_from_its_own_start(percent_log_returns):
    """The starts, an average of the first 75 dates or of all, matter to the first dates only: .1 standard errors."""
    values = percent_log_returns["SP500"].to_numpy()
    ours, other = GARCH().estimate_array(values), ArchModel().estimate_array(values)
    errors = np.sqrt(np.diag(covariance_from_influence(ours.sensitivities().influence)))
    theirs = np.sqrt(np.diag(covariance_from_influence(other.sensitivities().influence)))
    assert (np.abs(other.parameters - ours.parameters) < 0.1 * errors).all()
    np.testing.assert_allclose(theirs, errors, rtol=0.02)


# --- robust errors ---


@pytest.mark.parametrize(
    "margin",
    [
        ArchModel(),
        ArchModel(vol="EGARCH", o=1, dist="skewt"),
        ArchModel(vol="FIGARCH"),
        ArchModel(vol="ARCH", p=3),
    ],
    ids=["GARCH", "EGARCH", "FIGARCH", "ARCH"],
)
def test_robust_errors_are_those_of_arch(margin, percent_log_returns):
    """One per cent: arch takes second differences with other steps, and demeans the scores."""
    values = percent_log_returns["SP500"].to_numpy()[:1500]
    fit = margin.estimate_array(values)
    assert fit.bounds_hit == ()
    theirs = margin.build(values).fit(disp="off", tol=1e-10, cov_type="robust")
    ours = np.sqrt(np.diag(covariance_from_influence(fit.sensitivities().influence)))
    np.testing.assert_allclose(ours, theirs.std_err.to_numpy(), rtol=0.01)


# --- forecasts ---


def draw_ar_egarch(process, history, normal):
    """Returns of the next dates, (n_paths, n_dates), by the definition."""
    constant, slope, omega, alpha, gamma, beta = process.parameters
    means, variances = process.path(history)
    mean, log_variance, drawn = means[-1], np.log(variances[-1]), []
    for z in normal.T:
        drawn.append(mean + np.exp(0.5 * log_variance) * z)
        mean = constant + slope * drawn[-1]
        log_variance = (
            omega + alpha * (np.abs(z) - np.sqrt(2 / np.pi)) + gamma * z + beta * log_variance
        )
    return np.stack(drawn, axis=1)


def draw_har_harch(process, history, normal):
    """Returns of the next dates, (n_paths, n_dates), by the definition."""
    constant, one, three, omega, short, long = process.parameters
    errors = [np.full(len(normal), e) for e in history - process.path(history)[0][:-1]]
    past = [np.full(len(normal), r) for r in history]
    for z in normal.T:
        mean = constant + one * past[-1] + three * np.mean(past[-3:], axis=0)
        variance = omega + short * errors[-1] ** 2 + long * np.mean(np.square(errors[-5:]), axis=0)
        errors.append(np.sqrt(variance) * z)
        past.append(mean + errors[-1])
    return np.stack(past[len(history) :], axis=1)


@pytest.mark.parametrize(
    ("margin", "parameters", "draw"),
    [
        (
            ArchModel(mean="AR", lags=1, vol="EGARCH", o=1),
            [0.1, 0.4, 0.0, 0.3, -0.1, 0.9],
            draw_ar_egarch,
        ),
        (
            ArchModel(mean="HAR", lags=(1, 3), vol="HARCH", p=(1, 5)),
            [0.0, 0.2, 0.1, 0.1, 0.3, 0.5],
            draw_har_harch,
        ),
    ],
    ids=["AR-EGARCH", "HAR-HARCH"],
)
def test_forecasts_are_the_variances_of_simulated_returns(margin, parameters, draw):
    """Within 2 per cent: five standard errors of a variance from 200 000 paths, two of arch's own 10 000."""
    rng = np.random.default_rng(3)
    process = ArchProcess(margin, np.array(parameters), scale=2.0, presample=0.3, backcast=0.5)
    history = rng.standard_normal(30)
    drawn = draw(process, history, rng.standard_normal((200_000, 4)))
    np.testing.assert_allclose(
        ArchState(process, history, np.nan).forecast(4) / 4.0, drawn.var(axis=0), rtol=0.02
    )


def test_forecasts_that_arch_gets_wrong_are_refused(returns):
    process = ArchProcess(
        ArchModel(vol="APARCH", p=2, o=2),
        np.array([0, 0.05, 0.05, 0.08, 0.4, 0.4, 0.83, 1.3]),
        1.0,
        0.0,
        1.0,
    )
    state = ArchState(process, returns / returns.std(), np.nan)
    assert state.forecast(1).shape == (1,)
    with pytest.raises(
        DataError, match="must have p = 1 or a horizon of 1; got p = 2 and a horizon of 2"
    ):
        state.forecast(2)


# --- no optimum ---


def test_what_is_no_optimum_is_not_returned(ten_series):
    """An APARCH whose power goes to 0 has a likelihood full of spikes in its mean."""
    with pytest.raises(
        ConvergenceError, match="in unit variance, with a gradient of .* while arch said"
    ):
        ArchModel(vol="APARCH", o=1).estimate_array(ten_series.iloc[:500, 7].to_numpy())
