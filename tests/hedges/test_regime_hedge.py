"""Regime hedges: covariances weighted by probabilities, models within regimes, and the ratio taken apart."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.matrix_roots import scaled_roots
from hedgeresearch.regimes.mixture import mixture_covariance, weighted_moments
from hedgeresearch.regimes.state import PermutedState


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_regimes(n_dates=1500, seed=5).returns


@pytest.fixture(scope="module")
def three():
    """An asset and two hedges, with two regimes of variance and correlation."""
    rng = np.random.default_rng(1)
    calm = np.array([[1.0, 0.8, 0.2], [0.8, 1.0, 0.1], [0.2, 0.1, 1.0]])
    storm = 6 * np.array([[1.0, 0.4, 0.5], [0.4, 1.0, 0.3], [0.5, 0.3, 1.0]])
    state = np.repeat(np.arange(30) % 2, 50)
    roots = np.linalg.cholesky(np.stack([calm, storm]))
    values = 0.01 * np.einsum("tij,tj->ti", roots[state], rng.standard_normal((1500, 3)))
    return pd.DataFrame(values, pd.bdate_range("2000-01-03", periods=1500), ["asset", "one", "two"])


def fitted(model, frame):
    return model.fit(frame.iloc[:, 0], frame.iloc[:, 1:])


def test_weighted_moments_are_the_definition():
    rng = np.random.default_rng(0)
    values, p = rng.standard_normal((200, 2)), rng.dirichlet([1, 2], 200)
    means, covariances = weighted_moments(values, p)
    for k in range(2):
        mean = np.average(values, axis=0, weights=p[:, k])
        np.testing.assert_allclose(means[k], mean)
        expected = np.cov(values, rowvar=False, aweights=p[:, k], ddof=0)
        np.testing.assert_allclose(covariances[k], expected, rtol=1e-10)
    with pytest.raises(hr.DataError, match="regime 1 has 0.2 dates"):
        weighted_moments(values, np.tile([0.999, 0.001], (200, 1)))


def test_scaled_roots_are_roots_and_scale_with_units():
    covariance = np.array([[4.0, 1.0], [1.0, 1.0]])
    root = scaled_roots(covariance)[0]
    np.testing.assert_allclose(root @ root.T, covariance, rtol=1e-12)
    units = np.diag([1e-3, 100.0])
    np.testing.assert_allclose(
        scaled_roots(units @ covariance @ units)[0], units @ root, rtol=1e-12
    )


def test_within_regimes_the_covariance_is_that_of_what_they_leave(returns):
    """S_k C_t S_k', mixed by predicted probabilities; C by the covariance model of the standardised residuals."""
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), covariance_model=hr.EWMACovariance(0.97))
    fit = fitted(model, returns)
    plain = fitted(hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)), returns)
    means, covariances = plain.regimes.final_state.moments
    predicted = plain.regimes.predicted.to_numpy()
    z = []
    for p, r in zip(predicted, returns.to_numpy(), strict=True):
        h = mixture_covariance(p[None], means, covariances)[0]
        z.append(np.linalg.solve(scaled_roots(h)[0], r - p @ means))
    left = hr.EWMACovariance(0.97).fit(pd.DataFrame(z, returns.index))
    t = 700
    c = left.path()[t - (len(returns) - len(left.dates))]
    roots = scaled_roots(covariances)[0]
    h = mixture_covariance(predicted[t][None], means, np.stack([s @ c @ s.T for s in roots]))[0]
    assert fit.ratio["hedge"].loc[returns.index[t]] == pytest.approx(h[0, 1] / h[1, 1], rel=1e-9)
    assert len(fit.ratio) == len(left.dates)
    assert fit.ratio["hedge"].std() > plain.ratio["hedge"].std()


def test_a_constant_covariance_within_changes_little(returns):
    """The sample covariance of standardised residuals is near the identity."""
    plain = fitted(hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)), returns)
    same = fitted(
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), covariance_model=hr.SampleCovariance()),
        returns,
    )
    np.testing.assert_allclose(same.ratio, plain.ratio, atol=0.02)


@pytest.mark.parametrize(
    "covariance_model", [None, hr.EWMACovariance(0.97)], ids=["constant", "ewma"]
)
@pytest.mark.parametrize("weighting", ["mixture", "most_likely"])
def test_the_decomposition_adds_up(weighting, covariance_model, three):
    fit = fitted(
        hr.RegimeHedge(
            hr.GaussianHMM(2, n_starts=3), weighting=weighting, covariance_model=covariance_model
        ),
        three,
    )
    parts = fit.decomposition
    assert parts.index.tolist() == [0, 1, "between means"]
    np.testing.assert_allclose(parts["contribution"].sum(), fit.next_ratio, rtol=1e-9)
    np.testing.assert_allclose(parts["ratio"].iloc[:2], fit.by_regime, rtol=1e-9)
    np.testing.assert_allclose(parts["weight"].sum(), 1.0, rtol=1e-9)
    one = fitted(
        hr.RegimeHedge(
            hr.GaussianHMM(2, n_starts=3), weighting=weighting, covariance_model=covariance_model
        ),
        three[["asset", "one"]],
    )
    weight, ratio = one.decomposition[("weight", "one")], one.decomposition[("ratio", "one")]
    np.testing.assert_allclose(
        (weight * ratio).iloc[:2], one.decomposition[("contribution", "one")].iloc[:2]
    )


def test_a_change_is_split_into_probabilities_and_parameters(three):
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3))
    fit = fitted(model, three.iloc[:1000])
    day = fit.extend(three["asset"].iloc[1000:1001], three[["one", "two"]].iloc[1000:1001])
    same_parameters = day.change_since(fit)
    np.testing.assert_allclose(same_parameters.loc["parameters"], 0.0, atol=1e-12)
    np.testing.assert_allclose(same_parameters.loc["total"], day.next_ratio - fit.next_ratio)
    own = day.change_since()
    np.testing.assert_allclose(own.loc["total"], day.next_ratio - day.ratio.iloc[-1])
    np.testing.assert_allclose(own.loc["probabilities"], own.loc["total"], atol=1e-12)
    again = fitted(model, three.iloc[200:1200])
    refitted = again.change_since(fit)
    p, (means, covariances) = again.regimes.next_probabilities.to_numpy(), fit.detail.moments
    h = mixture_covariance(p[None], means, covariances)[0]
    by_hand = np.linalg.solve(h[1:, 1:], h[1:, 0]) - fit.next_ratio
    np.testing.assert_allclose(refitted.loc["probabilities"], by_hand, rtol=1e-9)
    assert (refitted.loc["parameters"].abs() > 0).all()
    np.testing.assert_allclose(refitted.iloc[:2].sum(), refitted.loc["total"], atol=1e-12)
    with pytest.raises(hr.DataError, match="must be a RegimeHedge with regimes"):
        day.change_since(fitted(hr.OLSHedge(), three))
    with pytest.raises(hr.DataError, match="previous must be a RegimeHedge with"):
        day.change_since(fitted(model, three[["asset", "one"]]))


def test_units_scale_the_hedge_within_regimes(three):
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), covariance_model=hr.EWMACovariance(0.97))
    units = pd.Series({"asset": 100.0, "one": 1e-4, "two": 1.0})
    plain, scaled = fitted(model, three), fitted(model, three * units)
    expected = plain.ratio * (units["asset"] / units[["one", "two"]])
    np.testing.assert_allclose(scaled.ratio, expected, rtol=1e-6)


def test_regimes_may_be_found_in_an_indicator():
    """The VIX above its trailing quantile, known the day before, and the covariances of returns in each regime."""
    returns = hr.returns(hr.load("nasdaq_sp500")).loc["2014-02":"2018-11"]
    vix = hr.load("vix").reindex(returns.index).ffill()
    model = hr.RegimeHedge(
        hr.ThresholdRegimes(variable=vix.columns[0], window=250),
        observe=lambda seen: vix.loc[seen.index],
    )
    sample, new = returns.iloc[:900], returns.iloc[900:]
    fit = fitted(model, sample)
    covariances = fit.detail.moments.covariances
    assert covariances[1, 0, 0] > covariances[0, 0, 0]
    state = fit.regimes.predicted.to_numpy().argmax(axis=1)
    seen = returns.loc[fit.regimes.dates].to_numpy()
    np.testing.assert_allclose(
        covariances[1], np.cov(seen[state == 1], rowvar=False, ddof=0), rtol=1e-10
    )
    np.testing.assert_allclose(
        fit.ratio["SP500"], fit.by_regime["SP500"].to_numpy()[state], rtol=1e-9
    )
    assert fit.extend(new["NASDAQ"], new[["SP500"]]).ratio.index.equals(new.index)
    assert hr.check_causality(model, returns).passed
    with pytest.raises(
        hr.DataError,
        match="observe must give a row for each of the 900 dates of the returns; got 899",
    ):
        fitted(replace(model, observe=lambda seen: vix.loc[seen.index[1:]]), sample)


def test_what_is_observed_under_the_names_of_the_returns_is_not_taken_for_them(three):
    """Features keep the columns' names, yet the covariances are those of the returns."""
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), observe=lambda seen: 7.0 * seen)
    fit = fitted(model, three)
    expected = weighted_moments(three.to_numpy(), fit.regimes.filtered.to_numpy())
    np.testing.assert_allclose(fit.detail.moments.covariances, expected.covariances, rtol=1e-12)


def test_settings_are_checked():
    with pytest.raises(
        hr.DataError, match="observe must be a function of the returns, or None; got 'vix'"
    ):
        hr.RegimeHedge(hr.GaussianHMM(2), observe="vix")
    with pytest.raises(
        hr.DataError, match="covariance_model must be a covariance model such as DCC"
    ):
        hr.RegimeHedge(hr.GaussianHMM(2), covariance_model="ewma")


def test_a_change_is_found_whatever_the_numbers_of_the_regimes(three):
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3))
    fit, again = fitted(model, three.iloc[:1000]), fitted(model, three.iloc[200:1200])
    turned = fit.regimes.final_state
    turned = PermutedState(turned, np.array([1, 0]))
    detail = replace(
        fit.detail,
        regimes=replace(fit.regimes, final_state=turned),
        moments=turned.moments,
        next_covariances=turned.moments.covariances,
    )
    renumbered = replace(fit, detail=detail)
    pd.testing.assert_frame_equal(again.change_since(renumbered), again.change_since(fit))


def test_a_model_of_one_series_weighs_the_covariances_of_all(three):
    """By filtered probabilities, of the dates of its path."""
    fit = fitted(hr.RegimeHedge(hr.MarkovSwitchingGARCH(2, n_starts=3)), three)
    sample = three.loc[fit.regimes.dates].to_numpy()
    expected = weighted_moments(sample, fit.regimes.filtered.to_numpy())
    np.testing.assert_allclose(fit.detail.moments.covariances, expected.covariances, rtol=1e-12)
    assert fit.ratio.index[0] == fit.regimes.dates[0] == three.index[1]
