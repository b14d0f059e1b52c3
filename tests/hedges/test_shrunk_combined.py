"""Shrunk and combined ratios against their formulas, and what their weights are worth."""

import itertools
import pickle
import warnings
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import describe
from hedgeresearch.hedges import HedgeTraits
from hedgeresearch.hedges.composed.combination_weights import (
    forward_folds,
    inverse_variance_weights,
    stacking_weights,
)
from hedgeresearch.hedges.composed.shrunk import Target, excess_covariance

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))


@pytest.fixture(scope="module")
def returns():
    """An asset and two hedges with moving covariances, 600 dates."""
    return hr.data.simulate_dcc(n_dates=600, n_series=3, correlation=0.6, seed=21).returns


def split(frame):
    return frame["asset"], frame.drop(columns="asset")


def fit_of(model, frame):
    return model.fit(*split(frame))


# --- shrunk ---


def test_the_weight_by_hand(returns):
    sample = returns.iloc[:80]
    inner, fit = fit_of(hr.OLSHedge(), sample), fit_of(hr.ShrunkHedge(hr.OLSHedge()), sample)
    v = inner.errors.covariance(inner)
    a = sample.cov().to_numpy()[1:, 1:]
    d = inner.next_ratio.to_numpy() - 0.5
    uncertainty = sum(a[i, j] * v[j, i] for i, j in itertools.product(range(2), range(2)))
    w = uncertainty / (uncertainty + d @ a @ d)
    assert 0.0 < w < 1.0
    np.testing.assert_allclose(fit.next_ratio, w * 0.5 + (1 - w) * inner.next_ratio)
    np.testing.assert_allclose(fit.summary["weight"], w)
    assert fit.summary["target"].tolist() == [0.5, 0.5]


def test_one_hedge_is_thompsons_estimator(returns):
    """x - d^2 / (d^2 + s^2) d, with d the distance to the origin."""
    frame = returns[["asset", "hedge"]].iloc[:60]
    inner, fit = fit_of(hr.OLSHedge(), frame), fit_of(hr.ShrunkHedge(hr.OLSHedge()), frame)
    d, s = inner.next_ratio["hedge"] - 1.0, inner.standard_errors["hedge"]
    assert fit.next_ratio["hedge"] == pytest.approx(1.0 + d * d**2 / (d**2 + s**2), rel=1e-10)


def test_the_weight_of_a_moving_ratio_is_that_of_its_mean_distance(returns):
    sample = returns.iloc[:400]
    model = hr.ShrunkHedge(hr.WeightedOLSHedge(60))
    fit, inner = fit_of(model, sample), fit_of(hr.WeightedOLSHedge(60), sample)
    a = inner.next_covariance.to_numpy()[1:, 1:]
    uncertainty = np.trace(a @ inner.errors.covariance(inner))
    distance = np.mean([d @ a @ d for d in inner.ratio.to_numpy() - 0.5])
    w = uncertainty / (uncertainty + distance)
    np.testing.assert_allclose(fit.ratio, w * 0.5 + (1 - w) * inner.ratio)
    later, inner_later = (f.extend(*split(returns.iloc[400:])) for f in (fit, inner))
    np.testing.assert_allclose(later.ratio, w * 0.5 + (1 - w) * inner_later.ratio)
    np.testing.assert_allclose(later.summary["weight"], w)


@pytest.mark.parametrize("toward", ["naive", "ols"])
def test_the_ends(toward, returns):
    target = hr.NaiveHedge() if toward == "naive" else hr.OLSHedge()
    nothing = fit_of(hr.ShrunkHedge(EWMA, toward, weight=0.0), returns)
    all_of_it = fit_of(hr.ShrunkHedge(EWMA, toward, weight=1), returns)
    pd.testing.assert_frame_equal(nothing.ratio, fit_of(EWMA, returns).ratio)
    np.testing.assert_allclose(
        all_of_it.ratio, fit_of(target, returns).next_ratio.to_numpy()[None].repeat(580, axis=0)
    )
    np.testing.assert_allclose(nothing.standard_errors, fit_of(EWMA, returns).standard_errors)


def test_ols_toward_ols_is_ols(returns):
    fit, ols = fit_of(hr.ShrunkHedge(hr.OLSHedge(), "ols"), returns), fit_of(hr.OLSHedge(), returns)
    pd.testing.assert_series_equal(fit.next_ratio, ols.next_ratio)
    pd.testing.assert_series_equal(fit.standard_errors, ols.standard_errors)


def test_errors_are_the_models_own(returns):
    sample, new = returns.iloc[:400], returns.iloc[400:]
    model = hr.WeightedOLSHedge(60)
    fit, inner = fit_of(hr.ShrunkHedge(model), sample), fit_of(model, sample)
    pd.testing.assert_series_equal(fit.standard_errors, inner.standard_errors)
    later, inner_later = (f.extend(*split(new)) for f in (fit, inner))
    pd.testing.assert_series_equal(later.standard_errors, inner_later.standard_errors)
    width = later.conf_int()["upper"] - later.next_ratio
    np.testing.assert_allclose(width, inner_later.conf_int()["upper"] - inner_later.next_ratio)


def test_what_errors_exceed_those_of_the_target():
    rng = np.random.default_rng(2)
    small, more = (
        np.cov(rng.normal(size=(9, 3)), rowvar=False),
        np.cov(rng.normal(size=(9, 3)), rowvar=False),
    )
    metric, target = np.eye(3), np.ones(3)
    np.testing.assert_allclose(
        excess_covariance(small + more, metric, Target(target, small)), more, rtol=1e-8
    )
    np.testing.assert_allclose(
        excess_covariance(small, metric, Target(target, small + more)), 0.0, atol=1e-14
    )
    np.testing.assert_array_equal(
        excess_covariance(small, metric, Target(target, np.zeros((3, 3)))), small
    )
    # greater in some directions only: what is left is a covariance below both, in any units
    left = small - excess_covariance(small, metric, Target(target, more))
    for covariance in (left, small - left, more - left):
        assert np.linalg.eigvalsh(covariance).min() > -1e-12
    units = np.diag([1e-3, 1.0, 50.0])
    turned = excess_covariance(units @ small @ units, metric, Target(target, units @ more @ units))
    np.testing.assert_allclose(turned, units @ (small - left) @ units, rtol=1e-8, atol=1e-14)


def test_toward_ols_by_hand(returns):
    model = hr.WeightedOLSHedge(30)
    fit, inner, ols = (
        fit_of(m, returns) for m in (hr.ShrunkHedge(model, "ols"), model, hr.OLSHedge())
    )
    own, error = inner.errors.covariance(inner), ols.errors.covariance(ols)
    assert np.linalg.eigvalsh(own - error).min() > 0.0
    a = inner.next_covariance.to_numpy()[1:, 1:]
    distance = np.mean([d @ a @ d for d in inner.ratio.to_numpy() - ols.next_ratio.to_numpy()])
    uncertainty = np.trace(a @ (own - error))
    w = uncertainty / (uncertainty + distance)
    np.testing.assert_allclose(fit.next_ratio, w * ols.next_ratio + (1 - w) * inner.next_ratio)


def test_a_model_without_errors_is_resampled(returns):
    sample = returns.iloc[:150]
    inner_model = hr.ConstrainedHedge(hr.OLSHedge(), net=1.0)
    fit = fit_of(hr.ShrunkHedge(inner_model), sample)
    inner = fit.state.inner
    own = np.cov(inner.bootstrapped, rowvar=False)
    a = sample.cov().to_numpy()[1:, 1:]
    d = inner.next_ratio.to_numpy() - 0.5
    uncertainty = np.trace(a @ own)
    np.testing.assert_allclose(fit.summary["weight"], uncertainty / (uncertainty + d @ a @ d))
    np.testing.assert_allclose(fit.standard_errors, np.sqrt(np.diag(own)))
    assert fit_of(hr.ShrunkHedge(inner_model, weight=0.5), sample).errors is None


def test_prices_may_be_shrunk_toward_the_naive_ratio_only(returns):
    prices = 100 * np.exp(returns.cumsum())
    prices["asset"] = prices["hedge"] * np.exp(returns["asset"])
    fit = fit_of(hr.ShrunkHedge(hr.ErrorCorrectionHedge()), prices)
    assert fit.model.traits.input == "prices"
    assert 0.0 < fit.summary["weight"].iloc[0] < 1.0
    with pytest.raises(
        hr.DataError, match="target='ols' needs a model of returns; got ErrorCorrectionHedge"
    ):
        hr.ShrunkHedge(hr.ErrorCorrectionHedge(), target="ols")


def test_settings_of_a_shrunk_hedge_are_checked():
    for settings, message in (
        (dict(model=hr.GARCH()), "model must be a hedge model"),
        (dict(target="zero"), "target must be one of 'naive', 'ols'; got 'zero'"),
        (dict(weight=1.2), "weight must be 'auto' or a number from 0 to 1; got 1.2"),
        (dict(weight=True), "weight must be 'auto' or a number"),
        (dict(weight="much"), "weight must be 'auto' or a number"),
    ):
        with pytest.raises(hr.DataError, match=message):
            hr.ShrunkHedge(**{"model": hr.OLSHedge()} | settings)


@pytest.mark.slow
def test_shrinking_pays_near_the_target_and_costs_little_away_from_it():
    """Excess variance (b - true)^2 of 60 dates, residuals as volatile as the hedge, against OLS alone."""
    rng = np.random.default_rng(0)
    dates = pd.bdate_range("2020-01-01", periods=60)
    gain = {}
    for true in (1.0, 1.1, 1.4, 2.0):
        outcomes = []
        for _ in range(500):
            h, e = rng.normal(size=(2, 60))
            frame = pd.DataFrame({"asset": true * h + e, "hedge": h}, index=dates)
            fit = fit_of(hr.ShrunkHedge(hr.OLSHedge("nonrobust")), frame)
            lower, upper = fit.conf_int().loc["hedge"]
            errors = fit.next_ratio["hedge"] - true, fit.summary["model"].iloc[0] - true
            outcomes.append([errors[0] ** 2, errors[1] ** 2, lower < true < upper])
        shrunk, plain, covered = np.mean(outcomes, axis=0)
        gain[true] = shrunk / plain
        assert covered > 0.9, true
    assert gain[1.0] < 0.6
    assert gain[1.1] < 0.85
    assert max(gain.values()) < 1.25  # the worst is two or three standard errors away
    # far away it adds s^2 / d of bias, and its derivative is 1 + s^2 / d^2: 1 + 3 s^2 / d^2 with s^2 = 1 / 57 and d = 1
    assert gain[2.0] == pytest.approx(1 + 3 / 57, abs=0.03)


# --- combined ---

MEMBERS = {"ols": hr.OLSHedge(), "ewma": EWMA, "rolling": hr.RollingOLSHedge(60)}


def test_equal_weights_are_the_mean(returns):
    fit = fit_of(hr.CombinedHedge(MEMBERS), returns)
    parts = [fit_of(model, returns) for model in MEMBERS.values()]
    mean = sum(part.ratio.iloc[-540:].to_numpy() for part in parts) / 3
    np.testing.assert_allclose(fit.ratio, mean)
    assert len(fit.ratio) == 540  # from the date that all members know
    np.testing.assert_allclose(fit.next_ratio, sum(part.next_ratio for part in parts) / 3)
    assert fit.summary["weight"].tolist() == [1 / 3, 1 / 3, 1 / 3]


def hedged_out_of_fold(model, returns, edges):
    """Each piece hedged by a fit on all dates before it."""
    pieces = []
    for first, end in itertools.pairwise(edges):
        later = fit_of(model, returns.iloc[:first]).extend(*split(returns.iloc[first:end]))
        pieces.append(
            returns["asset"].iloc[first:end]
            - (later.ratio * returns.iloc[first:end, 1:]).sum(axis=1)
        )
    return pd.concat(pieces).to_numpy()


def test_weights_come_from_forward_splits(returns):
    hedged = np.column_stack(
        [hedged_out_of_fold(m, returns, [300, 375, 450, 525, 600]) for m in MEMBERS.values()]
    )
    expected = 1 / hedged.var(axis=0)
    fit = fit_of(hr.CombinedHedge(MEMBERS, "inverse_variance"), returns)
    np.testing.assert_allclose(fit.summary["weight"], expected / expected.sum())
    np.testing.assert_allclose(fit.summary["volatility"], hedged.std(axis=0, ddof=1))
    stacked = fit_of(hr.CombinedHedge(MEMBERS, "stacking"), returns).summary["weight"].to_numpy()
    assert stacked.sum() == pytest.approx(1.0)
    grid = np.linspace(0, 1, 101)
    weights = np.array([(a, b, 1 - a - b) for a in grid for b in grid if a + b <= 1 + 1e-12])
    variances = (hedged @ weights.T).var(axis=0)
    assert (hedged @ stacked).var() <= variances.min() * (1 + 1e-12)
    np.testing.assert_allclose(stacked, weights[variances.argmin()], atol=0.02)  # the grid's step


def test_stacking_by_the_lagrangian_and_at_its_edges():
    rng = np.random.default_rng(3)
    x = 0.01 * rng.normal(size=(500, 3)) @ np.array([[1, 0.3, 0.1], [0, 1, 0.2], [0, 0, 1]])
    s = np.cov(x, rowvar=False)
    expected = np.linalg.solve(s, np.ones(3))
    assert (expected > 0).all()
    np.testing.assert_allclose(stacking_weights(x, 1e-4), expected / expected.sum(), rtol=1e-8)
    worse = np.column_stack([x[:, 0], 3.0 * x[:, 0]])
    np.testing.assert_allclose(stacking_weights(worse, 1e-4), [1.0, 0.0], atol=1e-12)
    twins = stacking_weights(x[:, [0, 0]], 1e-4)
    assert twins.sum() == pytest.approx(1.0)
    nothing_left = np.column_stack([np.zeros(500), x[:, 0]])
    np.testing.assert_allclose(stacking_weights(nothing_left, 1e-4), [1.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(inverse_variance_weights(nothing_left, 1e-4), [1.0, 0.0], atol=1e-12)


def test_folds_cover_the_second_half_once():
    assert list(forward_folds(101, 4)) == [(50, 62), (62, 75), (75, 88), (88, 101)]
    with pytest.raises(hr.DataError, match="at least 12 rows for 6 folds; got 11"):
        list(forward_folds(11, 6))


def test_an_extension_keeps_the_weights(returns):
    sample, new = returns.iloc[:450], returns.iloc[450:]
    fit = fit_of(hr.CombinedHedge(MEMBERS, "inverse_variance"), sample)
    later = fit.extend(*split(new))
    parts = [fit_of(model, sample).extend(*split(new)).ratio for model in MEMBERS.values()]
    np.testing.assert_allclose(
        later.ratio, sum(w * p for w, p in zip(fit.summary["weight"], parts, strict=True))
    )
    assert later.summary["weight"].equals(fit.summary["weight"])
    assert not later.summary["ratio hedge"].equals(fit.summary["ratio hedge"])


def test_errors_are_at_most_the_mean_of_the_members(returns):
    same = fit_of(hr.CombinedHedge({"a": hr.OLSHedge(), "b": hr.OLSHedge()}), returns)
    pd.testing.assert_series_equal(
        same.standard_errors, fit_of(hr.OLSHedge(), returns).standard_errors
    )
    mixed = fit_of(hr.CombinedHedge({"ols": hr.OLSHedge(), "naive": hr.NaiveHedge()}), returns)
    parts = [fit_of(m, returns) for m in (hr.OLSHedge(), hr.NaiveHedge())]
    bound = np.mean([part.errors.covariance(part) for part in parts], axis=0)
    np.testing.assert_allclose(mixed.errors.covariance(mixed), bound)
    truth = parts[0].errors.covariance(parts[0]) / 4  # half an estimate and half a number
    assert np.linalg.eigvalsh(bound - truth).min() > 0.0
    resampled = fit_of(
        hr.CombinedHedge({"a": hr.ConstrainedHedge(hr.OLSHedge(), net=1.0)}), returns
    )
    assert resampled.errors is None


@dataclass(frozen=True)
class Warner:
    """OLS that warns when it is fitted, and needs some dates."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    least: int = 0

    def fit(self, asset, hedges):
        warnings.warn("mind this", hr.errors.HedgeResearchWarning, stacklevel=2)
        if len(asset) < self.least:
            raise hr.DataError(f"give {self.least} dates")
        return replace(hr.OLSHedge().fit(asset, hedges), model=self)

    def advance(self, fit, returns):
        return hr.OLSHedge().advance(fit, returns)


def test_what_members_say_is_heard(returns):
    with pytest.warns(hr.errors.HedgeResearchWarning, match="mind this"):
        fit_of(hr.CombinedHedge({"w": Warner()}), returns)
    with (
        pytest.warns(hr.errors.HedgeResearchWarning, match="mind this"),
        pytest.raises(hr.DataError, match="model 'w' on 300 dates: give 400 dates"),
    ):
        fit_of(hr.CombinedHedge({"ols": hr.OLSHedge(), "w": Warner(400)}, "stacking"), returns)


def test_models_that_cannot_be_combined_are_refused():
    for models, message in (
        ({}, "models must be a mapping from names to hedge models, one or more; got {}"),
        ([hr.OLSHedge()], "models must be a mapping"),
        ({"dcc": hr.DCC()}, "model 'dcc' must be a hedge model such as OLSHedge"),
        ({"ecm": hr.ErrorCorrectionHedge()}, "models must take returns; 'ecm', .* takes prices"),
        (
            {"bounded": hr.ConstrainedHedge(hr.ErrorCorrectionHedge(), lower=0.0)},
            "models must take returns; 'bounded'",
        ),
    ):
        with pytest.raises(hr.DataError, match=message):
            hr.CombinedHedge(models)
    with pytest.raises(
        hr.DataError, match="weights must be one of 'equal', 'inverse_variance', 'stacking'"
    ):
        hr.CombinedHedge(MEMBERS, "best")
    with pytest.raises(hr.DataError, match="n_folds must be a whole number of at least 1"):
        hr.CombinedHedge(MEMBERS, n_folds=0)


def test_the_mapping_of_models_is_frozen():
    models = {"ols": hr.OLSHedge()}
    combined = hr.CombinedHedge(models)
    models["more"] = EWMA
    assert list(combined.models) == ["ols"]
    again = pickle.loads(pickle.dumps(combined))
    assert again == combined == hr.CombinedHedge({"ols": hr.OLSHedge()})
    assert hash(again) == hash(combined)
    assert combined != hr.CombinedHedge({"ols": EWMA})
    with pytest.raises(TypeError):
        combined.models["more"] = EWMA
    assert describe(combined) == "CombinedHedge({'ols': OLSHedge()})"
    assert "'ols': OLSHedge()" in repr(combined)


def test_they_nest(returns):
    inner = hr.CombinedHedge({"ols": hr.OLSHedge(), "ewma": EWMA})
    model = hr.ConstrainedHedge(hr.ShrunkHedge(inner), upper=0.3)
    sample, new = returns.iloc[:400], returns.iloc[400:]
    fit = fit_of(model, sample)
    later = fit.extend(*split(new))
    assert (later.ratio <= 0.3).all(axis=None)
    np.testing.assert_allclose(later.ratio.iloc[0], fit.next_ratio)


def test_members_of_different_horizons_are_refused():
    with pytest.raises(
        hr.DataError,
        match="models must hedge returns of one horizon; got {'day': 1, 'fortnight': 10}",
    ):
        hr.CombinedHedge({"day": hr.OLSHedge(), "fortnight": hr.HorizonHedge(hr.OLSHedge(), 10)})
