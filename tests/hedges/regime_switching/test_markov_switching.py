"""The Markov-switching hedge against statsmodels, OLS and simulations of known ratios."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import MarkovRegression

import hedgeresearch as hr
from hedgeresearch.hedges.regime_switching.markov_switching import MarkovSwitchingHedge
from hedgeresearch.regimes.markov_chain import transition_from
from hedgeresearch.regimes.state import HiddenMarkovChain

SPLIT = 1500


@pytest.fixture(scope="module")
def truth():
    return hr.data.simulate_regimes(n_dates=3000, seed=1)


@pytest.fixture(scope="module")
def fit(truth):
    sample = truth.returns.iloc[:SPLIT]
    return MarkovSwitchingHedge(n_starts=5).fit(sample["asset"], sample[["hedge"]])


def extend(fit, frame):
    return fit.extend(frame["asset"], frame[["hedge"]])


def hedged_variance(fit, new):
    return (new["asset"] - extend(fit, new).ratio["hedge"] * new["hedge"]).var()


@pytest.mark.parametrize("seed", range(5))
def test_known_ratios_are_found_and_beat_ols(seed):
    returns = hr.data.simulate_regimes(n_dates=8000, seed=seed).returns
    sample = returns.iloc[:6000]
    switching = MarkovSwitchingHedge(n_starts=3).fit(sample["asset"], sample[["hedge"]])
    ols = hr.OLSHedge().fit(sample["asset"], sample[["hedge"]])
    np.testing.assert_allclose(switching.by_regime["hedge"], [0.95, 0.60], atol=0.05)
    assert hedged_variance(switching, returns.iloc[6000:]) < hedged_variance(
        ols, returns.iloc[6000:]
    )


@pytest.mark.slow
def test_ratios_scatter_as_their_errors_say():
    """Over 60 samples the estimates scatter about the truth as their standard errors say."""
    deviations = []
    found = []
    for seed in range(60):
        returns = hr.data.simulate_regimes(n_dates=2000, seed=100 + seed).returns
        one = MarkovSwitchingHedge(n_starts=3).fit(returns["asset"], returns[["hedge"]])
        table = one.summary.loc[["ratio hedge [0]", "ratio hedge [1]"]]
        found.append(table["estimate"])
        deviations.append((table["estimate"] - [0.95, 0.60]) / table["standard error"])
    np.testing.assert_allclose(np.mean(found, axis=0), [0.95, 0.60], atol=0.02)
    np.testing.assert_allclose(np.std(deviations, axis=0), 1.0, atol=0.3)


def test_ratio_is_the_mean_over_predicted_probabilities(fit):
    np.testing.assert_allclose(
        fit.ratio, fit.regimes.predicted @ fit.by_regime.to_numpy(), atol=1e-15
    )
    following = fit.regimes.next_probabilities
    assert fit.next_ratio["hedge"] == pytest.approx(following @ fit.by_regime["hedge"], abs=1e-15)
    h = fit.next_covariance.to_numpy()
    assert h[0, 1] / h[1, 1] == pytest.approx(fit.next_ratio["hedge"], rel=1e-12)
    assert fit.decomposition[("contribution", "hedge")].sum() == pytest.approx(
        fit.next_ratio["hedge"], rel=1e-10
    )


def test_next_covariance_equals_its_definition(fit, truth):
    """Hedges as in the sample; the asset by total variance over regimes."""
    hedge = truth.returns["hedge"].iloc[:SPLIT]
    p = fit.regimes.next_probabilities.to_numpy()
    values = fit.summary["estimate"]
    a, b, v = (
        values[[f"{name} [0]", f"{name} [1]"]].to_numpy()
        for name in ("constant", "ratio hedge", "residual variance")
    )
    means = a + b * hedge.mean()
    total = p @ (v + b**2 * hedge.var()) + p @ (means - p @ means) ** 2
    np.testing.assert_allclose(
        fit.next_covariance, [[total, p @ b * hedge.var()], [p @ b * hedge.var(), hedge.var()]]
    )
    assert 0 < fit.expected_effectiveness < 1


def test_likelihood_and_errors_agree_with_statsmodels(fit, truth):
    sample = truth.returns.iloc[:SPLIT]
    model = MarkovRegression(
        100 * sample["asset"].to_numpy(),
        2,
        exog=100 * sample[["hedge"]].to_numpy(),
        switching_variance=True,
    )
    # statsmodels' known probabilities are those of two dates before the first
    before = np.array([0.0, 1.0])
    model.initialize_known(before)
    values = fit.summary["estimate"]
    names = ("constant", "ratio hedge", "residual variance")
    order = ["p [0,0]", "p [1,0]"]
    order += np.array([(f"{name} [0]", f"{name} [1]") for name in names]).ravel().tolist()
    units = np.array([1, 1, 100, 100, 1, 1, 1e4, 1e4])
    result = model.smooth(values[order].to_numpy() * units, cov_type="robust")
    emissions = fit.regimes.initial_state.emissions
    sampling_errors = fit.regimes.estimates.errors

    def filtered(point):
        transition = transition_from(point[6:], 2)
        moved = replace(emissions, coefficients=point[:4].reshape(2, 2), variances=point[4:6])
        first = before @ transition @ transition
        return HiddenMarkovChain(moved, transition, first).filter(sample.to_numpy())

    ours = filtered(sampling_errors.point)
    assert ours.log_likelihood.sum() == pytest.approx(result.llf + SPLIT * np.log(100), abs=1e-8)
    np.testing.assert_allclose(ours.filtered, result.filtered_marginal_probabilities, atol=1e-8)

    def scores(point):
        """Return central differences."""
        rises = []
        for i, value in enumerate(point):
            step = 1e-4 * abs(value) * np.eye(len(point))[i]
            rise = filtered(point + step).log_likelihood - filtered(point - step).log_likelihood
            rises.append(rise / (2.0 * step[i]))
        return np.stack(rises, axis=1)

    started_alike = replace(sampling_errors, scores=scores).covariance()
    errors = pd.Series(np.sqrt(np.diag(started_alike)), fit.summary.index)
    # statsmodels differentiates by complex steps, the test by central differences
    np.testing.assert_allclose(errors[order], result.bse / units, rtol=1e-4)
    # the estimate has a free first date instead, which matters little for errors of ratios
    slopes = ["ratio hedge [0]", "ratio hedge [1]"]
    np.testing.assert_allclose(fit.summary.loc[slopes, "standard error"], errors[slopes], rtol=0.01)


def test_one_regime_gives_ols(truth):
    returns = truth.returns.assign(second=np.random.default_rng(0).normal(0, 0.01, 3000))
    one = MarkovSwitchingHedge(n_regimes=1).fit(returns["asset"], returns[["hedge", "second"]])
    ols = hr.OLSHedge(hac_lags=0).fit(returns["asset"], returns[["hedge", "second"]])
    np.testing.assert_allclose(one.next_ratio, ols.next_ratio, rtol=1e-10)
    np.testing.assert_allclose(one.summary["estimate"].iloc[:3], ols.summary["estimate"], rtol=1e-9)
    # White's errors; the central differences are good to the sixth digit
    np.testing.assert_allclose(
        one.summary["standard error"].iloc[:3], ols.summary["standard error"], rtol=1e-5
    )


def test_path_uses_past_data_only(fit, truth):
    new = truth.returns.iloc[SPLIT:]
    shocked = truth.returns.iloc[SPLIT:].copy()
    day = 100
    shocked.iloc[day:] = -10 * shocked.iloc[day:] + 0.1
    quiet = extend(fit, new)
    loud = extend(fit, shocked)
    np.testing.assert_array_equal(quiet.ratio[: day + 1], loud.ratio[: day + 1])
    assert not np.allclose(quiet.ratio[day + 1 :], loud.ratio[day + 1 :])
    parts = [extend(fit, new.iloc[:70])]
    parts += [extend(parts[0], new.iloc[70:])]
    np.testing.assert_allclose(pd.concat([part.ratio for part in parts]), quiet.ratio, rtol=1e-11)
    np.testing.assert_allclose(parts[1].next_covariance, quiet.next_covariance, rtol=1e-11)


@pytest.mark.filterwarnings("ignore:a hedge should need a ratio")
@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_of_the_asset_scale_the_ratio(scale, fit, truth):
    sample = truth.returns.iloc[:SPLIT]
    scaled = fit.model.fit(sample["asset"] * scale, sample[["hedge"]])
    np.testing.assert_allclose(scaled.ratio, fit.ratio * scale, rtol=1e-7)
    rows = ["ratio hedge [0]", "ratio hedge [1]"]
    expected = fit.summary.loc[rows, "standard error"] * scale
    np.testing.assert_allclose(scaled.summary.loc[rows, "standard error"], expected, rtol=1e-5)
    assert scaled.regimes.log_likelihood == pytest.approx(
        fit.regimes.log_likelihood - SPLIT * np.log(scale), abs=1e-6
    )


def test_order_of_hedges_does_not_matter(truth):
    returns = truth.returns.iloc[:SPLIT].assign(
        second=np.random.default_rng(0).normal(0, 0.01, SPLIT)
    )
    returns["second"] += returns["hedge"]
    one = MarkovSwitchingHedge(n_starts=3).fit(returns["asset"], returns[["hedge", "second"]])
    other = MarkovSwitchingHedge(n_starts=3).fit(returns["asset"], returns[["second", "hedge"]])
    np.testing.assert_allclose(other.ratio[one.hedges], one.ratio, atol=1e-4)
    assert (one.by_regime["hedge"] - [0.95, 0.60]).abs().max() < 0.1


def test_same_seed_gives_the_same_bytes(fit, truth):
    sample = truth.returns.iloc[:SPLIT]
    new = truth.returns.iloc[SPLIT:]
    again = fit.model.fit(sample["asset"], sample[["hedge"]])
    assert again.ratio.to_numpy().tobytes() == fit.ratio.to_numpy().tobytes()
    pd.testing.assert_frame_equal(
        extend(pickle.loads(pickle.dumps(fit)), new).ratio, extend(fit, new).ratio
    )


def test_regimes_are_numbered_by_the_asset_variance(truth):
    for seed in range(4):
        sample = truth.returns.iloc[:600]
        one = MarkovSwitchingHedge(3, n_starts=1, seed=seed).fit(sample["asset"], sample[["hedge"]])
        assert one.regimes.summary["volatility asset"].is_monotonic_increasing


def test_invalid_settings_and_samples_are_refused(truth):
    sample = truth.returns.iloc[:300].copy()
    with pytest.raises(hr.DataError, match="n_regimes must be a whole number of at least 1; got 0"):
        MarkovSwitchingHedge(0)
    with pytest.raises(hr.DataError, match="at least 80 rows for 2 regimes; got 79"):
        MarkovSwitchingHedge().fit(sample["asset"][:79], sample[["hedge"]][:79])
    sample.loc[sample.index[100:200], "asset"] = 0.5 * sample["hedge"]
    with pytest.raises(
        hr.ConvergenceError, match=r"every one of 10 starts put a regime on a few dates"
    ):
        MarkovSwitchingHedge().fit(sample["asset"], sample[["hedge"]])


def test_outliers_that_make_a_regime_are_named():
    rng = np.random.default_rng(0)
    hedge = pd.Series(rng.normal(0, 0.01, 600), pd.bdate_range("2020", periods=600), name="hedge")
    asset = (0.8 * hedge + rng.normal(0, 0.005, 600)).rename("asset")
    asset.iloc[[100, 300, 301, 450]] += 0.8
    with pytest.warns(hr.errors.ConvergenceWarning, match=f"{asset.index[301].date()}"):
        MarkovSwitchingHedge(n_starts=3).fit(asset, hedge.to_frame())
