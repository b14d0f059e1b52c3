"""VolatilityFit: values by hand, and the familiar words of arch. The harness tests every model."""

import numpy as np
import pandas as pd
import pytest
from arch import arch_model

import hedgeresearch as hr
from hedgeresearch.volatility import VolatilityFit

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning"
)


@pytest.fixture(scope="module")
def returns(simple_returns):
    return simple_returns["NASDAQ"].iloc[:1200]


@pytest.fixture(scope="module")
def fit(returns):
    return hr.GARCH(asymmetric=True).fit(returns.iloc[:1000])


def test_path_is_the_recursion(fit, returns):
    mu, omega, alpha, gamma, beta = fit.parameters
    errors = returns.to_numpy() - mu
    h = omega + (alpha + gamma / 2 + beta) * np.mean(errors[:1000] ** 2)
    volatility = []
    for e in errors:
        volatility.append(np.sqrt(h))
        h = omega + (alpha + gamma * (e < 0)) * e**2 + beta * h
    np.testing.assert_allclose(fit.volatility, volatility[:1000], rtol=1e-12)
    extended = fit.extend(returns.iloc[1000:])
    np.testing.assert_allclose(extended.volatility, volatility[1000:], rtol=1e-12)
    assert extended.next_variance == pytest.approx(h, rel=1e-12)
    assert extended.next_volatility == pytest.approx(np.sqrt(h), rel=1e-12)
    assert extended.next_mean == mu


def test_arch_users_find_their_numbers(percent_log_returns):
    """Estimates, criteria, volatility and errors of ``arch_model(...).fit()`` on 5030 returns.

    arch starts the recursion with another variance, which matters to the first dates only: its
    log-likelihood is .53 higher.
    """
    series = percent_log_returns["NASDAQ"]
    ours = hr.GARCH().fit(series)
    theirs = arch_model(series, mean="Constant", vol="GARCH").fit(disp="off")
    np.testing.assert_allclose(ours.parameters, theirs.params, rtol=0.02)
    np.testing.assert_allclose(ours.standard_errors, theirs.std_err, rtol=0.03)
    assert ours.log_likelihood == pytest.approx(theirs.loglikelihood, abs=0.6)
    assert ours.aic == pytest.approx(theirs.aic, abs=1.2)
    late = slice(500, None)
    np.testing.assert_allclose(
        ours.volatility.iloc[late], theirs.conditional_volatility.iloc[late], rtol=2e-3
    )
    forecast = theirs.forecast(horizon=5).variance.to_numpy()[-1]
    np.testing.assert_allclose(ours.forecast(5)["variance"], forecast, rtol=5e-3)


def test_volatility_finds_a_known_one():
    truth = hr.data.simulate_dcc(n_dates=4000, alpha=0.08, beta=0.9, seed=6)
    fit = hr.GARCH().fit(truth.returns["asset"])
    expected = np.sqrt(truth.covariance[:, 0, 0])
    assert np.abs(fit.volatility / expected - 1).mean() < 0.03
    assert np.abs(fit.volatility.std() / fit.volatility.mean()) > 0.1
    assert fit.parameters["alpha"] == pytest.approx(0.08, abs=0.025)
    assert fit.parameters["beta"] == pytest.approx(0.9, abs=0.03)


def test_forecast_falls_back_to_the_unconditional_variance(fit):
    _, omega, alpha, gamma, beta = fit.parameters
    persistence = alpha + gamma / 2 + beta
    forecast = fit.forecast(3000)["variance"]
    unconditional = omega / (1 - persistence)
    assert forecast.iloc[-1] == pytest.approx(unconditional, rel=1e-6)
    distance = forecast - unconditional
    np.testing.assert_allclose(distance[11] / distance[1], persistence**10, rtol=1e-9)


@pytest.mark.long
def test_long_simulation_has_the_unconditional_variance(fit):
    _, omega, alpha, gamma, beta = fit.parameters
    path = fit.simulate(100_000, seed=2)
    assert path.index.tolist()[:3] == [1, 2, 3]
    assert path.name == "NASDAQ"
    unconditional = omega / (1 - alpha - gamma / 2 - beta)
    assert path.var() == pytest.approx(unconditional, rel=0.1)


def test_frames_of_one_column_and_any_index_are_accepted(returns):
    sample = returns.iloc[:300]
    expected = hr.GARCH().fit(sample).parameters
    pd.testing.assert_series_equal(hr.GARCH().fit(sample.to_frame()).parameters, expected)
    for index in (pd.RangeIndex(300), pd.period_range("1950-01", periods=300, freq="M")):
        fit = hr.GARCH().fit(sample.set_axis(index))
        pd.testing.assert_series_equal(fit.parameters, expected)
        assert fit.volatility.index.equals(index)
    unnamed = hr.GARCH().fit(sample.rename(None))
    assert unnamed.returns.name == "returns"


def test_plot_of_an_extension_is_out_of_sample(fit, returns):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    assert fit.extend(returns.iloc[1000:]).plot(ax).get_title(loc="right") == "out of sample"


def test_fit_belongs_to_its_room(fit):
    assert type(fit) is VolatilityFit
    assert VolatilityFit.__module__ == "hedgeresearch.volatility"
    assert repr(fit) == "VolatilityFit(GARCH(asymmetric=True), NASDAQ, 1000 dates to 2002-12-26)"


def test_estimates_of_other_models_have_no_array_estimate(fit):
    from dataclasses import replace

    from hedgeresearch.estimation.estimates import Estimates
    from hedgeresearch.volatility.fit import array_estimate

    empty = replace(fit, estimates=Estimates(values={}, n_dates=0))
    with pytest.raises(TypeError, match="estimates of a volatility model are needed; got None"):
        array_estimate(empty)
