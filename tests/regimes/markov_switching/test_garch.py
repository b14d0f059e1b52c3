"""Markov-switching GARCH: likelihoods and optima of MSGARCH, units, errors, extensions."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._kernels.arithmetic.densities import NORMAL
from hedgeresearch._kernels.hidden_markov.filter import smooth_regimes
from hedgeresearch.regimes.markov_switching.garch import MarkovSwitchingGARCH
from hedgeresearch.regimes.markov_switching.garch_likelihood import switching_garch_likelihood
from hedgeresearch.regimes.markov_switching.garch_state import state_before_second
from tests.r_files import read_r_file

REFERENCE = Path(__file__).parents[2] / "reference"
MSGARCH = json.loads((REFERENCE / "switching_garch.json").read_text())
USED = [0, 1, 3, 5, 6, 8, 10, 11]
"""Positions of the parameters of two symmetric normal regimes among all parameters."""
CASES = [name for name in MSGARCH if name != "meta"]
GARCH_CASES = [name for name in CASES if "sARCH" not in name and "nuconst" not in name]


def data_of(name, series, request):
    """Return the series of a case of the reference."""
    if name.startswith("sim_"):
        return series.to_numpy()
    if name.startswith("dem2gbp"):
        return request.getfixturevalue("dem_gbp")
    table = read_r_file(request.getfixturevalue("data_dir") / "SMI.rda")
    return np.ascontiguousarray(np.ravel(table), dtype=float)


def parameters_of(coef):
    """Return all parameters of a reference, and its number of regimes."""
    k = 2 if "alpha0_2" in coef else 1
    absent = {"alpha0": None, "alpha1": None, "alpha2": 0.0, "beta": 0.0, "nu": NORMAL}
    parameters = []
    for i in range(1, k + 1):
        parameters += [coef.get(f"{name}_{i}", value) for name, value in absent.items()]
    if k == 2:
        parameters += [coef["P_1_1"], coef["P_2_1"]]
    return np.array(parameters), k


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_log_likelihood_at_the_parameters_of_msgarch(name, series, request):
    parameters, k = parameters_of(MSGARCH[name]["coef"])
    by_date, _ = switching_garch_likelihood(parameters, data_of(name, series, request), k)
    assert by_date.sum() == pytest.approx(MSGARCH[name]["loglik"], abs=1e-6)


def as_series(values):
    """Values with dates, for a public call."""
    return pd.Series(values, pd.bdate_range("1985-01-01", periods=len(values)), name="r")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:regime 1 should be visited")
@pytest.mark.parametrize("name", [*GARCH_CASES, "SMI_2_gjrGARCH_norm"])
def test_zero_mean_optimum_is_at_least_that_of_msgarch(name, series, request):
    """MSGARCH fails on the index with leverage, and normal; -3371.844 can be reached."""
    fit = MarkovSwitchingGARCH(
        n_regimes=1 if "_1_" in name else 2,
        asymmetric="gjr" in name,
        density="student" if name.endswith("std") else "normal",
        mean="zero",
    ).fit(as_series(data_of(name, series, request)))
    expected = MSGARCH.get(name, {"loglik": -3371.844})["loglik"]
    assert fit.log_likelihood >= expected - 1e-6
    assert fit.estimates.gradient_norm < 1e-4


def test_zero_mean_fit_of_the_mark_is_that_of_msgarch(dem_gbp):
    """All starts end at the optimum of MSGARCH, and its parameters are found."""
    fit = MarkovSwitchingGARCH(mean="zero", n_starts=3).fit(as_series(dem_gbp))
    expected = MSGARCH["dem2gbp_2_sGARCH_norm"]
    np.testing.assert_allclose(fit.start_log_likelihoods, -971.911000, atol=1e-6)
    assert fit.log_likelihood == pytest.approx(expected["loglik"], abs=1e-6)
    printed, _ = parameters_of(expected["coef"])
    np.testing.assert_allclose(fit.parameters, printed[USED], rtol=2e-3, atol=1e-5)


def test_zero_mean_fit_of_the_simulation_is_that_of_msgarch(series):
    expected = MSGARCH["sim_sGARCH_norm"]
    fit = MarkovSwitchingGARCH(mean="zero", n_starts=2).fit(series)
    assert fit.log_likelihood == pytest.approx(expected["loglik"], abs=1e-3)
    assert fit.log_likelihood >= expected["loglik"] - 1e-6
    assert (fit.means == 0.0).all().all()


def test_zero_mean_leaves_the_observations_as_they_are(fit, series):
    """A demeaned series without a mean is the series with one, but for the count of parameters."""
    zero = MarkovSwitchingGARCH(mean="zero", n_starts=3).fit(series - series.mean())
    assert zero.parameters.index.equals(fit.parameters.index)
    np.testing.assert_allclose(zero.parameters, fit.parameters, rtol=1e-6)
    np.testing.assert_allclose(zero.standard_errors, fit.standard_errors, rtol=1e-4)
    np.testing.assert_allclose(zero.predicted, fit.predicted, atol=1e-8)
    assert zero.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-8)
    assert fit.aic - zero.aic == pytest.approx(2.0, abs=1e-7)
    new = series.set_axis(pd.bdate_range("2020", periods=len(series))).iloc[:50]
    extended = zero.extend(new - series.mean())
    np.testing.assert_allclose(extended.predicted, fit.extend(new).predicted, atol=1e-8)


def test_probabilities_are_those_of_msgarch(series):
    """MSGARCH's filtered probability of the first date is the stationary one, predicted here."""
    expected = MSGARCH["sim_sGARCH_norm"]
    parameters, k = parameters_of(expected["coef"])
    state = state_before_second(parameters, k, mean=0.0, first=series.iloc[0])
    values = series.to_numpy()[1:, None]
    found = state.filter(values)
    assert found.predicted[0, 0] == pytest.approx(expected["filt_prob1"]["first"], abs=1e-12)
    assert found.filtered[[0, 1, 1498, -1], 0] == pytest.approx(
        [expected["filt_prob1"][key] for key in ("second", "third", "mid", "last")], abs=1e-10
    )
    assert found.log_likelihood.sum() == pytest.approx(expected["loglik"], abs=1e-6)
    smoothed, path = state.hindsight(values)
    np.testing.assert_array_equal(
        smoothed, smooth_regimes(found.predicted, found.filtered, state.transition)
    )
    assert set(path) == {0, 1}


def all_parameters(fit):
    """Return all parameters of two symmetric normal regimes."""
    return np.insert(fit.parameters.to_numpy(), [2, 3, 5, 6], [0.0, NORMAL, 0.0, NORMAL])


def test_fit_is_that_of_the_demeaned_series(fit, series):
    demeaned = series - series.mean()
    by_date, scores = switching_garch_likelihood(all_parameters(fit), demeaned.to_numpy(), 2)
    assert fit.log_likelihood == pytest.approx(by_date.sum(), abs=1e-8)
    np.testing.assert_allclose(scores.mean(axis=0)[USED], 0, atol=1e-5)
    assert fit.dates[0] == series.index[1]
    np.testing.assert_allclose(fit._filtered.log_likelihood, by_date, atol=1e-10)
    np.testing.assert_allclose(fit.predicted.iloc[0], fit.stationary, atol=1e-12)


def test_tables_name_the_parameters_in_use(fit):
    assert fit.parameters.index.tolist() == [
        "omega [0]",
        "alpha [0]",
        "beta [0]",
        "omega [1]",
        "alpha [1]",
        "beta [1]",
        "p [0,0]",
        "p [1,0]",
    ]
    np.testing.assert_allclose(fit.start_log_likelihoods, fit.log_likelihood, atol=1e-5)
    assert fit.estimates.bounds_hit == ()
    assert fit.final_state.moments.covariances.shape == (2, 1, 1)
    assert fit.estimates.gradient_norm < 1e-4
    assert "expected duration" in fit._repr_html_()


def test_one_regime_is_a_garch(series):
    one = MarkovSwitchingGARCH(1, n_starts=2).fit(series)
    omega, alpha, beta = one.parameters
    h = omega / (1 - alpha - beta)
    e = (series - series.mean()).to_numpy()
    total = 0.0
    for t in range(1, len(e)):
        h = omega + alpha * e[t - 1] ** 2 + beta * h
        total -= 0.5 * (np.log(2 * np.pi * h) + e[t] ** 2 / h)
    assert one.log_likelihood == pytest.approx(total, abs=1e-8)
    assert (one.predicted == 1).all().all()


def test_nested_models_are_ordered(series):
    sample = series.iloc[:1500]
    likelihoods = {}
    for k, asymmetric in product((1, 2), (False, True)):
        model = MarkovSwitchingGARCH(k, asymmetric=asymmetric, n_starts=4)
        likelihoods[k, asymmetric] = model.fit(sample).log_likelihood
    assert likelihoods[1, True] >= likelihoods[1, False] - 1e-6
    assert likelihoods[2, True] >= likelihoods[2, False] - 1e-6
    assert likelihoods[2, False] >= likelihoods[1, False] - 1e-6


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_do_not_matter(scale, fit, series):
    scaled = fit.model.fit(series * scale)
    np.testing.assert_allclose(scaled.predicted, fit.predicted, atol=1e-5)
    power = np.array([2, 0, 0, 2, 0, 0, 0, 0])
    np.testing.assert_allclose(scaled.parameters, fit.parameters * scale**power, rtol=1e-4)
    np.testing.assert_allclose(
        scaled.standard_errors, fit.standard_errors * scale**power, rtol=1e-3
    )
    shift = (len(series) - 1) * np.log(scale)
    assert scaled.log_likelihood == pytest.approx(fit.log_likelihood - shift, abs=1e-6)


def test_extension_bar_by_bar_is_one_long_filter(fit, series):
    new = series.set_axis(pd.bdate_range("2020", periods=len(series))).iloc[:500]
    once = fit.extend(new)
    step = fit
    rows = []
    for i in range(len(new)):
        step = step.extend(new.iloc[i : i + 1])
        rows.append(step.predicted.to_numpy()[0])
    np.testing.assert_allclose(rows, once.predicted, atol=1e-12)
    np.testing.assert_allclose(step.covariances, once.covariances, rtol=1e-12)
    shocked = new.copy()
    shocked.iloc[100:] *= 10
    np.testing.assert_array_equal(fit.extend(shocked).predicted[:101], once.predicted[:101])


def test_warm_start_reaches_the_optimum_of_a_search(fit, series):
    sample = series.iloc[:-20]
    again = fit.model.fit(sample, warm_start=fit)
    assert len(again.start_log_likelihoods) == 1
    assert again.log_likelihood == pytest.approx(fit.model.fit(sample).log_likelihood, abs=1e-6)
    with pytest.raises(
        hr.DataError, match="warm_start must be an earlier fit of MarkovSwitchingGARCH"
    ):
        MarkovSwitchingGARCH(1).fit(sample, warm_start=fit)


@pytest.mark.long
def test_regime_of_jumps_is_warned_of(request, series):
    """At the optimum for the index, as MSGARCH's, regime 1 is left after a day: a few jumps."""
    values = data_of("SMI", series, request)
    frame = pd.Series(values, pd.bdate_range("2000", periods=len(values)), name="index")
    with pytest.warns(hr.errors.ConvergenceWarning, match="regime 1"):
        fit = MarkovSwitchingGARCH(n_starts=3).fit(frame)
    assert fit.expected_durations[1] < 1.01


@pytest.mark.slow
def test_parameters_are_recovered():
    truth = np.array([0.02, 0.05, 0.0, 0.9, NORMAL, 0.6, 0.2, 0.0, 0.6, NORMAL, 0.99, 0.03])
    inside = []
    for seed in range(10):
        fit = MarkovSwitchingGARCH(n_starts=3).fit(simulated(truth, 4000, seed))
        inside.append(np.abs(fit.parameters - truth[USED]) < 2.5 * fit.standard_errors)
    assert np.mean(inside) > 0.9


def simulated(truth, n_dates, seed):
    """Return a series of two regimes at given parameters."""
    rng = np.random.default_rng(seed)
    s = 0
    values = []
    own = truth[:10].reshape(2, 5)
    h = own[:, 0] / (1 - own[:, 1] - own[:, 3])
    for _ in range(n_dates):
        e = np.sqrt(h[s]) * rng.standard_normal()
        values.append(e)
        h = own[:, 0] + own[:, 1] * e**2 + own[:, 3] * h
        s = 0 if rng.uniform() < truth[10 + s] else 1
    return pd.Series(values, pd.bdate_range("2000", periods=n_dates), name="y")


def test_bad_settings_and_samples_are_refused(series):
    with pytest.raises(hr.DataError, match="n_regimes must be a whole number of at least 1; got 0"):
        MarkovSwitchingGARCH(0)
    with pytest.raises(hr.DataError, match="asymmetric must be True or False"):
        MarkovSwitchingGARCH(asymmetric=1)
    with pytest.raises(hr.DataError, match="mean must be one of 'constant', 'zero'"):
        MarkovSwitchingGARCH(mean="sample")
    with pytest.raises(hr.DataError, match="density must be one of"):
        MarkovSwitchingGARCH(density="cauchy")
    with pytest.raises(hr.DataError, match="observations must have at least 80 rows; got 79"):
        MarkovSwitchingGARCH().fit(series.iloc[:79])
    with pytest.raises(hr.DataError, match="observations must be one series; got"):
        MarkovSwitchingGARCH().fit(pd.DataFrame({"a": series, "b": -series}))
