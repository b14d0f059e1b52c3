"""The switching regression against statsmodels, sums over all paths, OLS and a simulation whose ratios are known."""

import pickle
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import MarkovRegression

import hedgeresearch as hr
from hedgeresearch.hedges.regime_switching import (
    markov_switching_estimation as markov_switching_estimate,
)
from hedgeresearch.hedges.regime_switching.markov_switching_estimation import (
    RegressionEmissions,
    estimate_regression,
)
from hedgeresearch.hedges.regime_switching.markov_switching_hedge import MarkovSwitchingHedge
from hedgeresearch.regimes.markov_chain import transition_from
from hedgeresearch.regimes.state import HiddenMarkovChain
from hedgeresearch.reproductions.papers import stata_weekly_sp500

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
def test_known_ratios_are_found_and_beat_ols_out_of_sample(seed):
    returns = hr.data.simulate_regimes(n_dates=8000, seed=seed).returns
    sample = returns.iloc[:6000]
    switching = MarkovSwitchingHedge(n_starts=3).fit(sample["asset"], sample[["hedge"]])
    ols = hr.OLSHedge().fit(sample["asset"], sample[["hedge"]])
    np.testing.assert_allclose(switching.by_regime["hedge"], [0.95, 0.60], atol=0.05)
    assert hedged_variance(switching, returns.iloc[6000:]) < hedged_variance(
        ols, returns.iloc[6000:]
    )


@pytest.mark.slow
def test_ratios_lie_within_their_errors():
    """Over 60 samples the estimates scatter about the truth as their standard errors say."""
    deviations, found = [], []
    for seed in range(60):
        returns = hr.data.simulate_regimes(n_dates=2000, seed=100 + seed).returns
        one = MarkovSwitchingHedge(n_starts=3).fit(returns["asset"], returns[["hedge"]])
        table = one.summary.loc[["ratio hedge [0]", "ratio hedge [1]"]]
        found.append(table["estimate"])
        deviations.append((table["estimate"] - [0.95, 0.60]) / table["standard error"])
    np.testing.assert_allclose(np.mean(found, axis=0), [0.95, 0.60], atol=0.02)
    np.testing.assert_allclose(np.std(deviations, axis=0), 1.0, atol=0.3)


def test_the_ratio_is_the_mean_over_predicted_probabilities(fit):
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


def test_the_next_covariance_is_that_of_the_model(fit, truth):
    """Hedges as in the sample; the asset by total variance over regimes."""
    hedge = truth.returns["hedge"].iloc[:SPLIT]
    p, values = fit.regimes.next_probabilities.to_numpy(), fit.summary["estimate"]
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


def test_statsmodels_has_the_same_likelihood_and_errors(fit, truth):
    sample = truth.returns.iloc[:SPLIT]
    model = MarkovRegression(
        100 * sample["asset"].to_numpy(),
        2,
        exog=100 * sample[["hedge"]].to_numpy(),
        switching_variance=True,
    )
    before = np.array(
        [0.0, 1.0]
    )  # statsmodels' known probabilities are those of two dates before the first
    model.initialize_known(before)
    values = fit.summary["estimate"]
    order = [
        "p [0,0]",
        "p [1,0]",
        *(f"{n} [{k}]" for n in ("constant", "ratio hedge", "residual variance") for k in (0, 1)),
    ]
    units = np.array([1, 1, 100, 100, 1, 1, 1e4, 1e4])
    result = model.smooth(values[order].to_numpy() * units, cov_type="robust")
    emissions, inference = fit.regimes.initial_state.emissions, fit.regimes.estimates.inference

    def filtered(point):
        (a0, b0, a1, b1), variances, transition = (
            point[:4],
            point[4:6],
            transition_from(point[6:], 2),
        )
        moved = replace(emissions, coefficients=np.array([[a0, b0], [a1, b1]]), variances=variances)
        return HiddenMarkovChain(moved, transition, before @ transition @ transition).filter(
            sample.to_numpy()
        )

    ours = filtered(inference.point)
    assert ours.log_likelihood.sum() == pytest.approx(result.llf + SPLIT * np.log(100), abs=1e-8)
    np.testing.assert_allclose(ours.filtered, result.filtered_marginal_probabilities, atol=1e-8)
    started_alike = replace(
        inference, log_likelihood=lambda point: filtered(point).log_likelihood
    ).covariance()
    errors = pd.Series(np.sqrt(np.diag(started_alike)), fit.summary.index)
    # statsmodels differentiates by complex steps, ours are central differences
    np.testing.assert_allclose(errors[order], result.bse / units, rtol=1e-4)
    # the estimate has a free first date instead, which hardly moves the errors of what the hedge is made of
    slopes = ["ratio hedge [0]", "ratio hedge [1]"]
    np.testing.assert_allclose(fit.summary.loc[slopes, "standard error"], errors[slopes], rtol=0.01)


def test_the_likelihood_is_the_sum_over_all_paths():
    rng = np.random.default_rng(0)
    data, k = rng.standard_normal((6, 3)), 2
    coefficients, variances = rng.standard_normal((k, 3)), np.array([0.5, 2.0])
    transition, first = np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0.4, 0.6])
    emissions = RegressionEmissions(coefficients, variances, np.zeros(2), np.eye(2))
    total = 0.0
    for path in product(range(k), repeat=6):
        p = first[path[0]]
        for t, s in enumerate(path):
            p *= transition[path[t - 1], s] if t else 1.0
            residual = data[t, 0] - coefficients[s] @ [1.0, data[t, 1], data[t, 2]]
            p *= np.exp(-0.5 * residual**2 / variances[s]) / np.sqrt(2 * np.pi * variances[s])
        total += p
    found = HiddenMarkovChain(emissions, transition, first).filter(data).log_likelihood.sum()
    assert found == pytest.approx(np.log(total), abs=1e-12)


def test_the_estimate_is_a_maximum(truth):
    """No parameter of the regression can be moved either way for a greater likelihood."""
    sample = truth.returns.iloc[:800].to_numpy()
    emissions, transition, first, ends = estimate_regression(sample, 2, 3, 0)

    def log_likelihood(
        coefficients=emissions.coefficients, variances=emissions.variances, transition=transition
    ):
        moved = RegressionEmissions(
            coefficients, variances, emissions.hedge_means, emissions.hedge_covariance
        )
        return HiddenMarkovChain(moved, transition, first).filter(sample).log_likelihood.sum()

    best = log_likelihood()
    assert best == pytest.approx(np.nanmax(ends), abs=0.05)
    for i, j in np.ndindex(2, 2):
        for change in (1 - 1e-2, 1 + 1e-2):
            coefficients, moved = emissions.coefficients.copy(), transition.copy()
            coefficients[i, j] *= change
            assert log_likelihood(coefficients=coefficients) < best
            moved[i] += (change - 1) * moved.min() * np.array([1, -1])
            assert log_likelihood(transition=moved) < best
            assert log_likelihood(variances=emissions.variances * [change, 1.0]) < best


def test_one_regime_is_ols(truth):
    returns = truth.returns.assign(second=np.random.default_rng(0).normal(0, 0.01, 3000))
    one = MarkovSwitchingHedge(n_regimes=1).fit(returns["asset"], returns[["hedge", "second"]])
    ols = hr.OLSHedge(hac_lags=0).fit(returns["asset"], returns[["hedge", "second"]])
    np.testing.assert_allclose(one.next_ratio, ols.next_ratio, rtol=1e-10)
    np.testing.assert_allclose(one.summary["estimate"].iloc[:3], ols.summary["estimate"], rtol=1e-9)
    # White's errors; the central differences are good to the sixth digit
    np.testing.assert_allclose(
        one.summary["standard error"].iloc[:3], ols.summary["standard error"], rtol=1e-5
    )


def test_the_arrow_of_time(fit, truth):
    new, shocked, day = truth.returns.iloc[SPLIT:], truth.returns.iloc[SPLIT:].copy(), 100
    shocked.iloc[day:] = -10 * shocked.iloc[day:] + 0.1
    quiet, loud = extend(fit, new), extend(fit, shocked)
    np.testing.assert_array_equal(quiet.ratio[: day + 1], loud.ratio[: day + 1])
    assert not np.allclose(quiet.ratio[day + 1 :], loud.ratio[day + 1 :])
    parts = [extend(fit, new.iloc[:70])]
    parts += [extend(parts[0], new.iloc[70:])]
    np.testing.assert_allclose(pd.concat([part.ratio for part in parts]), quiet.ratio, rtol=1e-11)
    np.testing.assert_allclose(parts[1].next_covariance, quiet.next_covariance, rtol=1e-11)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_units_do_not_matter(scale, fit, truth):
    sample = truth.returns.iloc[:SPLIT]
    scaled = fit.model.fit(sample["asset"] * scale, sample[["hedge"]])
    np.testing.assert_allclose(scaled.ratio, fit.ratio * scale, rtol=1e-7)
    rows = ["ratio hedge [0]", "ratio hedge [1]"]
    expected = fit.summary.loc[rows, "standard error"] * scale
    np.testing.assert_allclose(scaled.summary.loc[rows, "standard error"], expected, rtol=1e-5)
    assert scaled.regimes.log_likelihood == pytest.approx(
        fit.regimes.log_likelihood - SPLIT * np.log(scale), abs=1e-6
    )


def test_the_order_of_hedges_does_not_matter(truth):
    returns = truth.returns.iloc[:SPLIT].assign(
        second=np.random.default_rng(0).normal(0, 0.01, SPLIT)
    )
    returns["second"] += returns["hedge"]
    one = MarkovSwitchingHedge(n_starts=3).fit(returns["asset"], returns[["hedge", "second"]])
    other = MarkovSwitchingHedge(n_starts=3).fit(returns["asset"], returns[["second", "hedge"]])
    np.testing.assert_allclose(other.ratio[one.hedges], one.ratio, atol=1e-4)
    assert (one.by_regime["hedge"] - [0.95, 0.60]).abs().max() < 0.1


def test_an_asset_hedges_itself_and_is_carried_on(truth):
    asset = truth.returns["asset"]
    itself = MarkovSwitchingHedge().fit(asset[:SPLIT], asset[:SPLIT].rename("itself"))
    assert itself.extend(asset[SPLIT:], asset[SPLIT:].rename("itself")).ratio[
        "itself"
    ].unique() == pytest.approx([1.0])


def test_the_same_seed_gives_the_same_bytes_and_fits_pickle(fit, truth):
    sample, new = truth.returns.iloc[:SPLIT], truth.returns.iloc[SPLIT:]
    again = fit.model.fit(sample["asset"], sample[["hedge"]])
    assert again.ratio.to_numpy().tobytes() == fit.ratio.to_numpy().tobytes()
    pd.testing.assert_frame_equal(
        extend(pickle.loads(pickle.dumps(fit)), new).ratio, extend(fit, new).ratio
    )


def test_regimes_are_numbered_by_the_variance_of_the_asset(truth):
    for seed in range(4):
        sample = truth.returns.iloc[:600]
        one = MarkovSwitchingHedge(3, n_starts=1, seed=seed).fit(sample["asset"], sample[["hedge"]])
        assert one.regimes.summary["volatility asset"].is_monotonic_increasing


def test_what_cannot_work_is_refused(truth):
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


@pytest.mark.parametrize(("n_starts", "seed"), [(2, 0), (10, 0), (10, 1), (10, 2)])
def test_regimes_that_hardly_last_are_found_where_stata_finds_them(n_starts, seed):
    """Absolute weekly returns: a search for lasting regimes alone ends at -746.165."""
    values = stata_weekly_sp500.list_of_statsmodels("areturns")
    observations = np.column_stack([values[1:], values[:-1]])
    emissions, transition, _, ends = estimate_regression(observations, 2, n_starts, seed)
    assert ends[0] == pytest.approx(-746.1655, abs=1e-3)
    # ours estimates the first date's probabilities, Stata's are stationary: at least as likely, and hardly elsewhere
    assert -745.7977 < np.nanmax(ends) < -745.5
    assert emissions.coefficients.ravel().tolist() == pytest.approx(
        [0.7641424, 0.0790744, 1.972771, 0.527953], abs=0.01
    )
    assert transition[:, 0].tolist() == pytest.approx([0.7530865, 0.6825357], abs=0.005)
    assert np.sqrt(emissions.variances).tolist() == pytest.approx([0.5895792, 1.605333], abs=0.005)


def regression_in_regimes(stay, seed, constants):
    """Asset and hedge (1000, 2) and the regimes, each of which stays with a probability."""
    rng = np.random.default_rng(seed)
    regimes = np.cumsum(rng.random(1000) >= stay) % 2
    hedge, noise = rng.standard_normal((2, 1000))
    return np.column_stack(
        [np.take(constants, regimes) + np.take([0.9, 0.6], regimes) * hedge + noise, hedge]
    )


@pytest.mark.parametrize("stay", [0.1, 0.3, 0.5, 0.95])
def test_regimes_are_found_however_long_they_last(stay):
    """At least as likely as the truth, whose likelihood comes from the definition of the filter."""
    data, truth = (
        regression_in_regimes(stay, 1, [-2.0, 2.0]),
        np.array([[stay, 1 - stay], [1 - stay, stay]]),
    )
    emissions, transition, _, ends = estimate_regression(data, 2, 3, 0)
    p, true_log_likelihood = np.array([0.5, 0.5]), 0.0
    for asset, hedge in data:
        joint = (
            p
            * np.exp(-0.5 * (asset - np.array([-2 + 0.9 * hedge, 2 + 0.6 * hedge])) ** 2)
            / np.sqrt(2 * np.pi)
        )
        true_log_likelihood += np.log(joint.sum())
        p = joint @ truth / joint.sum()
    assert 0 < np.nanmax(ends) - true_log_likelihood < 15  # half a chi-squared of nine parameters
    assert np.diag(transition).tolist() == pytest.approx([stay, stay], abs=0.06)
    assert sorted(emissions.coefficients[:, 0]) == pytest.approx([-2, 2], abs=0.15)


def test_a_search_that_is_left_too_early_says_so(monkeypatch, truth):
    monkeypatch.setattr(markov_switching_estimate, "SEARCH_STEPS", 1)
    monkeypatch.setattr(markov_switching_estimate, "MOST_STEPS", 2)
    with pytest.warns(
        hr.errors.ConvergenceWarning, match="should end within 2 steps; its likelihood still rose"
    ):
        estimate_regression(truth.returns.iloc[:800].to_numpy(), 2, 2, 0)
