"""Properties of every volatility model."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.data.quality.once import data_checked

MODELS = {
    "garch": hr.GARCH(),
    "garch, asymmetric": hr.GARCH(asymmetric=True),
    "garch, student": hr.GARCH(density="student"),
    "garch, zero mean": hr.GARCH(mean="zero"),
    "garch, asymmetric student zero mean": hr.GARCH(True, "student", "zero"),
    "arch": hr.ArchModel(),
    "arch, egarch skewed": hr.ArchModel(vol="EGARCH", o=1, dist="skewt"),
    "arch, har": hr.ArchModel(mean="HAR", lags=(1, 5), o=1, dist="t"),
    "arch, zero mean": hr.ArchModel(mean="Zero", vol="ARCH", p=2),
}
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*lies on a bound:hedgeresearch.errors.ConvergenceWarning"
)
SPLIT = 600


@pytest.fixture(scope="module")
def returns():
    simulated = hr.data.simulate_dcc(n_dates=900, alpha=0.1, beta=0.85, seed=8)
    return simulated.returns["asset"]


@pytest.fixture(scope="module", params=MODELS, ids=str)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def fit(name, returns):
    return MODELS[name].fit(returns.iloc[:SPLIT])


def tolerance(name):
    """Within which searches that end at the same optimum agree: arch's has numerical gradients."""
    return 2e-4 if name.startswith("arch") else 1e-6


def test_path_is_dated_and_positive(fit, returns):
    sample = returns.iloc[:SPLIT]
    for path in (fit.volatility, fit.mean, fit.standardized_residuals):
        pd.testing.assert_index_equal(path.index, sample.index)
        assert path.name == "asset"
    assert fit.last_date == fit.sample_end == sample.index[-1]
    assert (fit.volatility > 0).all()


def test_residuals_are_returns_standardized(fit, returns):
    expected = (returns.iloc[:SPLIT] - fit.mean) / fit.volatility
    np.testing.assert_allclose(fit.standardized_residuals, expected, rtol=1e-12)
    assert fit.standardized_residuals.std() == pytest.approx(1.0, abs=0.02)


def test_arrow_of_time_holds(fit, returns):
    new = returns.iloc[SPLIT:]
    day = 100
    shocked = new.copy()
    shocked.iloc[day:] = 10 * shocked.iloc[day:] + 0.1
    calm = fit.extend(new)
    wild = fit.extend(shocked)
    for path in ("volatility", "mean"):
        np.testing.assert_array_equal(
            getattr(calm, path)[: day + 1], getattr(wild, path)[: day + 1]
        )


def test_next_value_is_first_of_an_extension(fit, returns):
    extended = fit.extend(returns.iloc[SPLIT:])
    assert extended.volatility.iloc[0] == pytest.approx(fit.next_volatility, rel=1e-12)
    assert extended.mean.iloc[0] == pytest.approx(fit.next_mean, rel=1e-12, abs=1e-18)
    assert fit.next_variance == pytest.approx(fit.next_volatility**2, rel=1e-12)
    assert extended.sample_end == fit.sample_end
    assert extended.parameters is fit.parameters


@pytest.mark.long
def test_bar_by_bar_equals_one_long_filter(name, fit):
    # the recursion of all GARCH models is one; a bar of arch's costs as much as all before it
    n_dates = 3700 if name == "garch" else 900
    new = hr.data.simulate_dcc(n_dates=n_dates, seed=9).returns["asset"].iloc[SPLIT:]
    once = fit.extend(new)
    step = fit
    volatility = []
    for i in range(len(new)):
        step = step.extend(new.iloc[i : i + 1])
        volatility.append(step.volatility.iloc[0])
    np.testing.assert_allclose(volatility, once.volatility, rtol=1e-12)
    assert step.next_volatility == pytest.approx(once.next_volatility, rel=1e-12)


def test_fit_then_extend_equals_the_filter_of_all(fit, returns):
    whole = fit.initial_state.filter(returns.to_numpy())
    means, variances, last = whole
    extended = fit.extend(returns.iloc[SPLIT:])
    both = pd.concat([fit.volatility, extended.volatility])
    np.testing.assert_allclose(both, np.sqrt(variances[:-1]), rtol=1e-12)
    both = pd.concat([fit.mean, extended.mean])
    np.testing.assert_allclose(both, means[:-1], rtol=1e-12, atol=1e-18)
    assert extended.next_variance == pytest.approx(last.next_variance, rel=1e-12)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_scale_the_volatility(name, fit, returns, scale):
    scaled = fit.model.fit(returns.iloc[:SPLIT] * scale)
    np.testing.assert_allclose(scaled.volatility, fit.volatility * scale, rtol=tolerance(name))
    shift = SPLIT * np.log(scale)
    assert scaled.log_likelihood == pytest.approx(fit.log_likelihood - shift, abs=1e-4)
    size = np.abs(fit.parameters / fit.standard_errors)
    scaled_size = np.abs(scaled.parameters / scaled.standard_errors)
    if name.startswith("garch"):
        np.testing.assert_allclose(scaled_size, size, rtol=1e-4)


def test_shift_changes_the_mean_only(name, fit, returns):
    if "zero mean" in name:
        return
    shift = 0.005 if name.startswith("arch") else 0.5  # arch searches the mean from zero
    with data_checked():  # a mean of 0.5 a row is refused
        shifted = fit.model.fit(returns.iloc[:SPLIT] + shift)
    np.testing.assert_allclose(shifted.volatility, fit.volatility, rtol=tolerance(name))


def test_sign_does_not_matter_without_leverage(name, fit, returns):
    if fit.model in (hr.GARCH(), hr.GARCH(mean="zero"), hr.GARCH(density="student")):
        mirrored = fit.model.fit(-returns.iloc[:SPLIT])
        np.testing.assert_allclose(mirrored.volatility, fit.volatility, rtol=tolerance(name))


def test_same_data_give_the_same_bytes(fit, returns):
    again = fit.model.fit(returns.iloc[:SPLIT])
    assert again.volatility.to_numpy().tobytes() == fit.volatility.to_numpy().tobytes()
    assert again.parameters.to_numpy().tobytes() == fit.parameters.to_numpy().tobytes()


def test_threads_give_the_same_bytes(fit, returns):
    with ThreadPoolExecutor(2) as pool:
        extensions = list(pool.map(fit.extend, [returns.iloc[SPLIT:]] * 4))
    expected = fit.extend(returns.iloc[SPLIT:]).volatility.to_numpy().tobytes()
    assert all(one.volatility.to_numpy().tobytes() == expected for one in extensions)


def test_fit_survives_pickling_and_copying(fit, returns):
    new = returns.iloc[SPLIT:]
    for again in (pickle.loads(pickle.dumps(fit)), copy.deepcopy(fit)):
        np.testing.assert_array_equal(again.extend(new).volatility, fit.extend(new).volatility)
        np.testing.assert_array_equal(again.standard_errors, fit.standard_errors)


def test_input_is_not_changed_or_shared(fit, returns):
    sample = returns.iloc[:SPLIT].copy()
    own = fit.model.fit(sample)
    before = own.volatility.copy()
    sample.iloc[:] = 0.0
    pd.testing.assert_series_equal(own.returns, returns.iloc[:SPLIT])
    pd.testing.assert_series_equal(own.volatility, before)


def test_bad_input_is_refused(fit, returns):
    sample = returns.iloc[:SPLIT]
    gap = sample.copy()
    gap.iloc[50] = np.nan
    infinity = sample.copy()
    infinity.iloc[50] = np.inf
    for bad, message in [
        (gap, "'asset' has a gap"),
        (infinity, "'asset' has an infinity"),
        (sample * 0.0 + 0.1, "'asset' is constant"),
        (sample.iloc[::-1], "sorted by date"),
        (sample.iloc[[0, 0, *range(1, SPLIT)]], "every date once"),
        (sample.astype(object), "must contain numbers"),
        (sample.iloc[:7], r"at least \d+ rows, ten for each parameter; got 7"),
        (sample.iloc[:1], "at least 2 rows; got 1"),
        (sample.to_numpy(), "must be a pandas Series"),
        (pd.DataFrame({"a": sample, "b": sample}), r"must be one series; got .*'a', 'b'"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            fit.model.fit(bad)


def test_bad_extensions_are_refused(fit, returns):
    sample = returns.iloc[:SPLIT]
    new = returns.iloc[SPLIT:]
    gap = new.copy()
    gap.iloc[5] = np.nan
    for bad, message in [
        (sample, "must start after"),
        (new.rename("other"), r"must have the columns \['asset'\]"),
        (new.tz_localize("UTC"), "must be dated like the fit"),
        (gap, "has a gap"),
        (new.iloc[:0], "at least 1 rows; got 0"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            fit.extend(bad)


def test_settings_of_methods_are_checked(fit):
    with pytest.raises(
        hr.DataError,
        match="horizon must be a whole number of rows of at least 1, or a time.*; got 0",
    ):
        fit.forecast(0)
    with pytest.raises(hr.DataError, match="n_dates must be a whole number of at least 1; got 0"):
        fit.simulate(0)
    with pytest.raises(hr.DataError, match="seed must be a whole number of at least 0; got -1"):
        fit.simulate(5, seed=-1)
    with pytest.raises(hr.DataError, match="kind must be one of 'robust'"):
        fit.with_standard_errors("white")


def test_warm_start_reaches_the_same_optimum(name, fit, returns):
    later = returns.iloc[3 : SPLIT + 3]
    cold = fit.model.fit(later)
    warm = fit.model.fit(later, warm_start=fit)
    assert warm.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-6)
    np.testing.assert_allclose(warm.volatility, cold.volatility, rtol=10 * tolerance(name))


def test_warm_starts_of_other_models_are_refused(fit, returns):
    later = returns.iloc[3 : SPLIT + 3]
    other = hr.GARCH(mean="zero") if fit.model != hr.GARCH(mean="zero") else hr.GARCH()
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of .* to 'asset'"):
        other.fit(later, warm_start=fit)
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of .* to 'other'"):
        fit.model.fit(later.rename("other"), warm_start=fit)
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit .*; got 1"):
        fit.model.fit(later, warm_start=1)


def test_description_names_model_and_series(fit):
    assert repr(fit).startswith(f"VolatilityFit({type(fit.model).__name__}(")
    assert "asset, 600 dates to" in repr(fit)
    assert "\n" not in repr(fit)
    assert "estimate" in fit._repr_html_()


def test_plot_draws_on_the_axes_it_is_given(fit):
    import matplotlib.pyplot as plt

    _, (left, right) = plt.subplots(1, 2)
    assert fit.plot(ax=left) is left
    assert left.get_ylabel() == "volatility, % per period"
    assert left.get_title(loc="right") == "in sample"
    np.testing.assert_allclose(left.lines[0].get_ydata(), 100 * fit.volatility)
    assert not right.lines


def test_estimates_have_errors_and_criteria(fit):
    assert fit.summary.columns.tolist() == ["estimate", "standard error", "t", "p"]
    assert fit.parameters.index.tolist() == list(fit.model.names)
    held = fit.standard_errors.isna()
    assert held.sum() <= 2 * len(fit.convergence["bounds hit"])
    assert (fit.standard_errors[~held] > 0).all()
    assert fit.convergence["gradient norm"] < 1e-4
    n_parameters = len(fit.parameters)
    assert fit.aic == pytest.approx(-2 * fit.log_likelihood + 2 * n_parameters)
    assert fit.bic == pytest.approx(-2 * fit.log_likelihood + np.log(SPLIT) * n_parameters)


def test_forecast_begins_with_the_next_variance(fit):
    forecast = fit.forecast(5)
    assert forecast.index.tolist() == [1, 2, 3, 4, 5]
    assert forecast["variance"].iloc[0] == pytest.approx(fit.next_variance, rel=1e-10)
    np.testing.assert_allclose(forecast["volatility"] ** 2, forecast["variance"], rtol=1e-12)
    pd.testing.assert_frame_equal(forecast, fit.forecast(5))


@pytest.mark.long
def test_simulated_returns_have_the_next_mean_and_variance(name, fit):
    n_draws = 500 if name.startswith("arch") else 3000  # every draw of arch filters its history
    draws = np.array([fit.simulate(1, seed=seed).iloc[0] for seed in range(n_draws)])
    standardized = (draws - fit.next_mean) / fit.next_volatility
    # five standard errors, of a kurtosis of 9 for the variance
    assert standardized.mean() == pytest.approx(0.0, abs=5 / np.sqrt(n_draws))
    assert standardized.var() == pytest.approx(1.0, abs=5 * np.sqrt(8 / n_draws))


def test_innovations_have_unit_variance(fit):
    draws = fit.final_state.innovations(100_000, np.random.default_rng(1))
    assert draws.mean() == pytest.approx(0.0, abs=0.02)
    assert draws.var() == pytest.approx(1.0, abs=0.03)


def test_simulation_is_the_filter_in_reverse(fit):
    path = fit.simulate(20, seed=3)
    pd.testing.assert_series_equal(path, fit.simulate(20, seed=3))
    pd.testing.assert_series_equal(path.iloc[:5], fit.simulate(5, seed=3))
    assert not path.equals(fit.simulate(20, seed=4))
    innovations = fit.final_state.innovations(20, np.random.default_rng(3))
    means, variances, _ = fit.final_state.filter(path.to_numpy())
    residuals = (path.to_numpy() - means[:-1]) / np.sqrt(variances[:-1])
    np.testing.assert_allclose(residuals, innovations, rtol=1e-9, atol=1e-12)


def test_covariance_models_accept_it(name, fit, returns):
    """The log-likelihood of independent series is the sum of theirs."""
    if name not in ("garch", "garch, zero mean", "arch"):
        return
    other = hr.data.simulate_dcc(n_dates=900, alpha=0.1, beta=0.85, seed=18).returns["asset"]
    sample = pd.DataFrame({"asset": returns, "other": other.to_numpy()}).iloc[:SPLIT]
    ccc = hr.CCC(univariate=fit.model).fit(sample)
    single = [fit, fit.model.fit(sample["other"])]
    correlation = ccc.parameters["correlation asset other"]
    z = np.stack([one.standardized_residuals for one in single])
    quadratic = (z**2).sum() - 2 * correlation * (z[0] * z[1]).sum()
    quadratic = quadratic / (1 - correlation**2) - (z**2).sum()
    joint = -0.5 * (SPLIT * np.log(1 - correlation**2) + quadratic)
    total = sum(one.log_likelihood for one in single) + joint
    assert ccc.log_likelihood == pytest.approx(total, rel=1e-12)
    for column, one in zip(sample, single, strict=True):
        np.testing.assert_array_equal(
            ccc.parameters.filter(like=f"{column} ").iloc[: len(one.parameters)], one.parameters
        )
        np.testing.assert_allclose(ccc.volatility[column], one.volatility, rtol=1e-12)
