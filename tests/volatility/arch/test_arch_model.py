"""Every specification of the arch package: units, sensitivities, no look-ahead, refusals."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.influence import covariance_from_influence
from hedgeresearch.volatility import ArchModel

SPECIFICATIONS = [
    ArchModel(),
    ArchModel(p=2, o=1, power=1.5),
    ArchModel(mean="Zero", vol="ARCH", p=3),
    ArchModel(vol="EGARCH", o=1, dist="skewt"),
    ArchModel(vol="APARCH", o=1, dist="ged"),
    ArchModel(vol="HARCH", p=(1, 5, 22)),
    ArchModel(vol="FIGARCH", dist="t"),
    ArchModel(mean="AR", lags=2, vol="Constant"),
    ArchModel(mean="HAR", lags=(1, 5, 22), o=1, dist="t"),
]


def described(model):
    return f"{model.mean}-{model.vol}-{model.dist}"


every_specification = pytest.mark.parametrize("model", SPECIFICATIONS, ids=described)


@pytest.fixture(scope="module")
def returns(simple_returns):
    """Simple returns of the S&P 500, 600 of the estimation sample and 60 later."""
    return simple_returns["SP500"].to_numpy()[:660]


@pytest.fixture(scope="module")
def estimates(returns):
    """All specifications, estimated on the first 600 dates."""
    return {model: model.estimate_array(returns[:600]) for model in SPECIFICATIONS}


# --- the likelihood ---


@pytest.mark.long
@every_specification
def test_likelihood_is_at_least_that_of_arch(model, estimates, returns):
    ours = estimates[model]
    assert ours.gradient_norm < 1e-5
    if model.longest_lag:
        return  # arch leaves the first dates out
    percent = model.build(100 * returns[:600])
    with np.errstate(all="ignore"):
        theirs = percent.fit(disp="off").loglikelihood
    assert ours.log_likelihood - 600 * np.log(100) > theirs - 1e-5


@every_specification
def test_parameters_are_those_of_the_original_series(model, estimates, returns):
    """arch, given our parameters and the original returns, finds our likelihood and path."""
    ours = estimates[model]
    before = np.full(model.longest_lag, returns[:600].mean())
    theirs = model.build(np.concatenate([before, returns[:600]])).fix(ours.parameters)
    assert theirs.loglikelihood == pytest.approx(ours.log_likelihood, abs=1e-6)
    _, variances, _ = ours.initial_state.filter(returns[:600])
    volatility = np.asarray(theirs.conditional_volatility)[model.longest_lag :]
    np.testing.assert_allclose(volatility, np.sqrt(variances[:-1]), rtol=1e-8)


def test_fit_is_that_of_the_array(simple_returns, estimates):
    """The public fit, in the words of arch: parameters, likelihood and conditional volatility."""
    series = simple_returns["SP500"].iloc[:600]
    model = ArchModel(vol="EGARCH", o=1, dist="skewt")
    fit = model.fit(series)
    np.testing.assert_array_equal(fit.parameters, estimates[model].parameters)
    assert fit.log_likelihood == estimates[model].log_likelihood
    theirs = model.build(series.to_numpy()).fix(fit.parameters.to_numpy())
    assert theirs.loglikelihood == pytest.approx(fit.log_likelihood, abs=1e-6)
    np.testing.assert_allclose(theirs.conditional_volatility, fit.volatility, rtol=1e-8)
    np.testing.assert_allclose(theirs.std_resid, fit.standardized_residuals, rtol=1e-6)
    assert (theirs.aic, theirs.bic) == pytest.approx((fit.aic, fit.bic), abs=1e-5)
    with pytest.raises(DataError, match="kind must be one of 'robust'; got 'hessian'"):
        fit.with_standard_errors("hessian")


@every_specification
def test_units_do_not_matter(model, estimates, returns):
    one = estimates[model]
    other = model.estimate_array(returns[:600] * 250.0)
    shift = 600 * np.log(250.0)
    assert other.log_likelihood == pytest.approx(one.log_likelihood - shift, abs=1e-6)
    means, variances, _ = one.initial_state.filter(returns)
    other_means, other_variances, _ = other.initial_state.filter(returns * 250.0)
    # the last digits of the standardized series differ, and the search stops a little elsewhere
    volatility = np.sqrt(variances)
    np.testing.assert_allclose(other_means / 250.0 / volatility, means / volatility, atol=1e-6)
    np.testing.assert_allclose(np.sqrt(other_variances) / 250.0, volatility, rtol=1e-6)


# --- sensitivities ---


@every_specification
def test_influences_add_up_to_nothing(model, estimates):
    estimate = estimates[model]
    found = estimate.sensitivities()
    assert found.influence.shape == (600, len(estimate.names))
    assert found.derivatives.shape == (len(estimate.names), 600)
    spread = found.influence.std(axis=0)
    assert (np.abs(found.influence.mean(axis=0)) < 1e-2 * spread + 1e-300).all()


@every_specification
def test_derivatives_of_units_are_differences(model, estimates):
    process = estimates[model].process
    x = process.parameters
    _, jacobian = process.in_return_units()
    for i, step in enumerate(1e-6 * np.eye(len(x))):
        up, _ = replace(process, parameters=x + step).in_return_units()
        down, _ = replace(process, parameters=x - step).in_return_units()
        np.testing.assert_allclose(jacobian[:, i], (up - down) / 2e-6, rtol=1e-6, atol=1e-9)


def test_parameters_on_a_bound_do_not_react(estimates):
    estimate = estimates[ArchModel(mean="HAR", lags=(1, 5, 22), o=1, dist="t")]
    held = [name for name in estimate.names if f"{name} = 0" in estimate.bounds_hit]
    assert held
    errors = np.diag(covariance_from_influence(estimate.sensitivities().influence))
    without = [name for name, e in zip(estimate.names, errors, strict=True) if np.isnan(e)]
    assert without == held


# --- filtering on ---


@every_specification
def test_extension_equals_one_long_filter(model, estimates, returns):
    start = estimates[model].initial_state
    means, variances, last = start.filter(returns)
    _, first_variances, middle = start.filter(returns[:600])
    assert first_variances[-1] == middle.next_variance
    assert first_variances[0] == start.next_variance
    for begin, end in ((600, 601), (601, 640)):
        more_means, more_variances, middle = middle.filter(returns[begin:end])
        rows = slice(begin, end + 1)
        np.testing.assert_allclose(more_means, means[rows], rtol=1e-12, atol=1e-18)
        np.testing.assert_allclose(more_variances, variances[rows], rtol=1e-12)
    _, _, middle = middle.filter(returns[640:])
    np.testing.assert_allclose(middle.next_variance, last.next_variance, rtol=1e-12)


@every_specification
def test_shock_moves_nothing_before_it(model, estimates, returns):
    shocked = returns.copy()
    shocked[630:] *= -30.0
    start = estimates[model].initial_state
    _, _, middle = start.filter(returns[:600])
    for state, begin in ((start, 0), (middle, 600)):
        calm = state.filter(returns[begin:])
        wild = state.filter(shocked[begin:])
        rows = slice(0, 630 - begin + 1)
        np.testing.assert_array_equal(calm[0][rows], wild[0][rows])
        np.testing.assert_array_equal(calm[1][rows], wild[1][rows])


def test_estimates_and_states_pickle(estimates, returns):
    for estimate in estimates.values():
        _, _, state = estimate.initial_state.filter(returns)
        again, state_again = pickle.loads(pickle.dumps((estimate, state)))
        np.testing.assert_array_equal(again.parameters, estimate.parameters)
        first = state_again.forecast(1)[0]
        assert first == pytest.approx(state_again.next_variance, rel=1e-10)


# --- forecasts ---


@every_specification
def test_forecasts_begin_with_the_next_variance(model, estimates, returns):
    _, _, state = estimates[model].initial_state.filter(returns)
    forecast = state.forecast(5)
    assert forecast.shape == (5,)
    assert forecast[0] == pytest.approx(state.next_variance, rel=1e-10)
    np.testing.assert_array_equal(forecast, state.forecast(5))


def test_garch_forecasts_are_those_of_this_package(estimates, returns):
    estimate = estimates[ArchModel()]
    _, _, state = estimate.initial_state.filter(returns)
    _, omega, alpha, beta = estimate.parameters
    expected = [state.next_variance]
    for _ in range(9):
        expected.append(omega + (alpha + beta) * expected[-1])
    np.testing.assert_allclose(state.forecast(10), expected, rtol=1e-10)


# --- settings ---


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vol": "GRACH"}, "a specification of arch, which says: Unknown model type in vol"),
        ({"dist": "cauchy"}, "which says: Unknown model type in dist"),
        ({"mean": 1}, "must be a specification of arch"),
        ({"p": -1}, "All lags lengths must be non-negative"),
        ({"p": (1, 5)}, "p must be a scalar int"),
        ({"mean": "AR", "lags": -1}, "must be a specification of arch"),
        (
            {"lags": 2},
            "lags must stay 0 where neither mean='Constant' nor vol='GARCH' uses it; got 2",
        ),
        ({"vol": "FIGARCH", "o": 1}, "o must stay 0"),
        ({"vol": "EGARCH", "power": 1.0}, "power must stay 2.0"),
    ],
)
def test_settings_are_checked(settings, message):
    with pytest.raises(DataError, match=message):
        ArchModel(**settings)


def test_names_are_those_of_the_estimates():
    model = ArchModel(mean="HAR", lags=(1, 5))
    assert model.names == ("Const", "y[0:1]", "y[0:5]", "omega", "alpha[1]", "beta[1]")
    assert hr.ArchModel is ArchModel
