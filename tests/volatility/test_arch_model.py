"""Margins of the arch package, every specification: units, sensitivities, no look-ahead, and what is refused."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.estimation.influence import covariance_from_influence
from hedgeresearch.volatility.arch.arch_model import ArchModel

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


def in_words(margin):
    return f"{margin.mean}-{margin.vol}-{margin.dist}"


every_specification = pytest.mark.parametrize("margin", SPECIFICATIONS, ids=in_words)


@pytest.fixture(scope="module")
def returns(simple_returns):
    """Simple returns of the S&P 500, 600 of the estimation sample and 60 later."""
    return simple_returns["SP500"].to_numpy()[:660]


@pytest.fixture(scope="module")
def fits(returns):
    """All specifications, estimated on the first 600 dates."""
    return {margin: margin.estimate_array(returns[:600]) for margin in SPECIFICATIONS}


# --- the likelihood ---


@every_specification
def test_likelihood_is_at_least_that_of_arch(margin, fits, returns):
    ours = fits[margin]
    assert ours.gradient_norm < 1e-5
    if margin.longest_lag:
        return  # arch leaves the first dates out
    percent = margin.build(100 * returns[:600])
    with np.errstate(all="ignore"):
        theirs = percent.fit(disp="off").loglikelihood
    assert ours.log_likelihood - 600 * np.log(100) > theirs - 1e-5


@every_specification
def test_parameters_are_those_of_the_original_series(margin, fits, returns):
    """arch, given our parameters and the returns as they are, finds our likelihood and our volatilities."""
    ours = fits[margin]
    padded = np.concatenate([np.full(margin.longest_lag, returns[:600].mean()), returns[:600]])
    theirs = margin.build(padded).fix(ours.parameters)
    assert theirs.loglikelihood == pytest.approx(ours.log_likelihood, abs=1e-6)
    _, variances, _ = ours.initial_state.filter(returns[:600])
    volatility = np.asarray(theirs.conditional_volatility)[margin.longest_lag :]
    np.testing.assert_allclose(volatility, np.sqrt(variances[:-1]), rtol=1e-8)


@every_specification
def test_units_do_not_matter(margin, fits, returns):
    one, other = fits[margin], margin.estimate_array(returns[:600] * 250.0)
    assert other.log_likelihood == pytest.approx(one.log_likelihood - 600 * np.log(250.0), abs=1e-6)
    means, variances, _ = one.initial_state.filter(returns)
    other_means, other_variances, _ = other.initial_state.filter(returns * 250.0)
    # the last digits of the standardised series differ, and the search stops a little elsewhere
    volatility = np.sqrt(variances)
    np.testing.assert_allclose(other_means / 250.0 / volatility, means / volatility, atol=1e-6)
    np.testing.assert_allclose(np.sqrt(other_variances) / 250.0, volatility, rtol=1e-6)


# --- sensitivities ---


@every_specification
def test_influences_follow_the_units_and_add_up_to_nothing(margin, fits, returns):
    fit = fits[margin]
    found = fit.sensitivities()
    assert found.influence.shape == (600, len(fit.names))
    assert found.derivatives.shape == (len(fit.names), 600)
    spread = found.influence.std(axis=0)
    assert (np.abs(found.influence.mean(axis=0)) < 1e-2 * spread + 1e-300).all()
    x, (_, jacobian) = fit.process.parameters, fit.process.in_units()
    for i, step in enumerate(1e-6 * np.eye(len(x))):
        up, down = (
            replace(fit.process, parameters=x + sign * step).in_units()[0] for sign in (1, -1)
        )
        np.testing.assert_allclose(jacobian[:, i], (up - down) / 2e-6, rtol=1e-6, atol=1e-9)


def test_parameters_on_a_bound_do_not_react(fits):
    fit = fits[ArchModel(mean="HAR", lags=(1, 5, 22), o=1, dist="t")]
    held = [name for name in fit.names if f"{name} = 0" in fit.bounds_hit]
    assert held
    errors = np.diag(covariance_from_influence(fit.sensitivities().influence))
    assert [name for name, error in zip(fit.names, errors, strict=True) if np.isnan(error)] == held


# --- carrying on ---


@every_specification
def test_extension_equals_one_long_filter(margin, fits, returns):
    start = fits[margin].initial_state
    means, variances, last = start.filter(returns)
    _, first_variances, middle = start.filter(returns[:600])
    assert first_variances[-1] == middle.next_variance
    assert first_variances[0] == start.next_variance
    for cut in (601, 640):
        more_means, more_variances, middle = middle.filter(
            returns[600:cut] if cut == 601 else returns[601:cut]
        )
        at = cut - len(more_means) + 1
        np.testing.assert_allclose(more_means, means[at : cut + 1], rtol=1e-12, atol=1e-18)
        np.testing.assert_allclose(more_variances, variances[at : cut + 1], rtol=1e-12)
    np.testing.assert_allclose(
        middle.filter(returns[640:])[2].next_variance, last.next_variance, rtol=1e-12
    )


@every_specification
def test_a_shock_moves_nothing_before_it(margin, fits, returns):
    shocked = returns.copy()
    shocked[630:] *= -30.0
    for state, at in (
        (fits[margin].initial_state, 630),
        (fits[margin].initial_state.filter(returns[:600])[2], 30),
    ):
        seen = 630 - at
        for calm, wild in zip(
            state.filter(returns[seen:])[:2], state.filter(shocked[seen:])[:2], strict=True
        ):
            np.testing.assert_array_equal(calm[: at + 1], wild[: at + 1])


def test_fits_and_states_pickle(fits, returns):
    for fit in fits.values():
        again = pickle.loads(pickle.dumps((fit, fit.initial_state.filter(returns)[2])))
        np.testing.assert_array_equal(again[0].parameters, fit.parameters)
        assert again[1].forecast(1)[0] == pytest.approx(again[1].next_variance, rel=1e-10)


# --- forecasts ---


@every_specification
def test_forecasts_begin_with_the_next_variance(margin, fits, returns):
    state = fits[margin].initial_state.filter(returns)[2]
    forecast = state.forecast(5)
    assert forecast.shape == (5,)
    assert forecast[0] == pytest.approx(state.next_variance, rel=1e-10)
    np.testing.assert_array_equal(forecast, state.forecast(5))


def test_garch_forecasts_are_those_of_this_package(fits, returns):
    fit = fits[ArchModel()]
    state = fit.initial_state.filter(returns)[2]
    _, omega, alpha, beta = fit.parameters
    expected = [state.next_variance]
    for _ in range(9):
        expected.append(omega + (alpha + beta) * expected[-1])
    np.testing.assert_allclose(state.forecast(10), expected, rtol=1e-10)


# --- what is refused ---


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
    assert ArchModel(mean="HAR", lags=(1, 5)).names == (
        "Const",
        "y[0:1]",
        "y[0:5]",
        "omega",
        "alpha[1]",
        "beta[1]",
    )
