"""Ratios weighted by regime against their definition, in loops."""

import itertools
import pickle

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import PairFeatures
from tests.hedges.fitting import Slope, fit_to, split

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.95))
MEMBERS = {"ols": hr.OLSHedge(), "ewma": EWMA}
REGIMES = hr.GaussianHMM(2, n_starts=3)
MODEL = hr.RegimeWeightedHedge(MEMBERS, REGIMES, prior_dates=20.0)


@pytest.fixture(scope="module")
def returns():
    """An asset and two hedges; in storms the ratio to the first hedge moves."""
    rng = np.random.default_rng(4)
    storm = np.arange(700) // 70 % 2
    hedges = 0.01 * (1.0 + 2.0 * storm)[:, None] * rng.standard_normal((700, 2))
    ratio = 0.8 + storm * 0.4 * np.sin(np.arange(700) / 12.0)
    asset = ratio * hedges[:, 0] + 0.3 * hedges[:, 1] + 0.004 * rng.standard_normal(700)
    dates = pd.bdate_range("2001-01-01", periods=700)
    return pd.DataFrame(np.column_stack([asset, hedges]), dates, ["asset", "hedge", "hedge2"])


@pytest.fixture(scope="module")
def sample(returns):
    return returns.iloc[:600]


@pytest.fixture(scope="module")
def fit(sample):
    return fit_to(MODEL, sample)


def hedged_by(model, sample):
    """Return hedged returns of the second half, each fold hedged by a fit on all dates before."""
    pieces = []
    for first, end in itertools.pairwise([300, 375, 450, 525, 600]):
        ratio = fit_to(model, sample.iloc[:first]).extend(*split(sample.iloc[first:end])).ratio
        pieces.append(
            sample["asset"].iloc[first:end] - (ratio * sample.iloc[first:end, 1:]).sum(axis=1)
        )
    return pd.concat(pieces).to_numpy()


def best_weight(hedged, counts):
    """Return the weight of the first of two members, by the loss at each point of a grid."""
    best = (np.inf, 0.0)
    for weight in np.linspace(0.0, 1.0, 4001):
        x = weight * hedged[:, 0] + (1.0 - weight) * hedged[:, 1]
        mean = sum(c * v for c, v in zip(counts, x, strict=True)) / counts.sum()
        best = min(best, (float(counts @ (x - mean) ** 2), weight))
    return best[1]


@pytest.mark.long
def test_weights_have_the_least_loss_of_their_regime(fit, sample):
    hedged = np.column_stack([hedged_by(model, sample) for model in MEMBERS.values()])
    predicted = fit_to(hr.RegimeHedge(REGIMES), sample).regimes.predicted.to_numpy()[-300:]
    losses = (hedged**2).sum(axis=1)
    for k in range(2):
        level = predicted[:, k] @ losses / predicted[:, k].sum()
        counts = predicted[:, k] + 20.0 / 300 * level / losses.mean()
        expected = best_weight(hedged, counts)
        assert fit.state.weights[k, 0] == pytest.approx(expected, abs=1 / 4000)
    assert fit.state.weights[0, 0] > fit.state.weights[1, 0] + 0.3  # ratios move in storms
    np.testing.assert_allclose(fit.summary["volatility"], hedged.std(axis=0, ddof=1))


def test_ratio_is_the_sum_over_regimes_and_members(fit, returns):
    new = returns.iloc[600:]
    later = fit.extend(*split(new))
    parts = [fit_to(m, returns.iloc[:600]).extend(*split(new)).ratio for m in MEMBERS.values()]
    regimes = fit_to(hr.RegimeHedge(REGIMES), returns.iloc[:600]).regimes.extend(new)
    for t, hedge in itertools.product((0, 37, 99), ("hedge", "hedge2")):
        expected = 0.0
        for k, m in itertools.product(range(2), range(2)):
            share = regimes.predicted.iloc[t, k] * fit.state.weights[k, m]
            expected += share * parts[m][hedge].iloc[t]
        assert later.ratio[hedge].iloc[t] == pytest.approx(expected, rel=1e-12)
    assert later.state.weights is fit.state.weights
    pd.testing.assert_frame_equal(later.regimes.predicted, regimes.predicted)


def test_regimes_add_up_to_the_next_ratio(fit, returns):
    table = fit.decomposition
    total = table["contribution"].sum()
    np.testing.assert_allclose(total, fit.next_ratio, rtol=1e-12)
    weights = fit.summary.filter(like="weight in").to_numpy().T
    members = fit.summary.filter(like="ratio").to_numpy()
    np.testing.assert_allclose(fit.by_regime, weights @ members, rtol=1e-12)
    later = fit.extend(*split(returns.iloc[600:]))
    for change in (later.change_since(), later.change_since(fit)):
        np.testing.assert_allclose(
            change.loc["probabilities"] + change.loc["parameters"], change.loc["total"]
        )
    from_fit = later.change_since(fit)
    moved = later.regimes.next_probabilities - fit.regimes.next_probabilities
    np.testing.assert_allclose(from_fit.loc["probabilities"], moved @ fit.by_regime, rtol=1e-9)
    assert from_fit.loc["total"].tolist() == pytest.approx(
        (later.next_ratio - fit.next_ratio).tolist()
    )


def test_one_regime_or_a_strong_prior_is_stacking(sample):
    stacked = fit_to(hr.CombinedHedge(MEMBERS, "stacking"), sample)
    one = fit_to(hr.RegimeWeightedHedge(MEMBERS, hr.GaussianHMM(1, n_starts=1)), sample)
    np.testing.assert_allclose(one.ratio, stacked.ratio, rtol=1e-7)
    strong = fit_to(hr.RegimeWeightedHedge(MEMBERS, REGIMES, prior_dates=1e9), sample)
    expected = np.tile(stacked.summary["weight"], (2, 1))
    np.testing.assert_allclose(strong.state.weights, expected, atol=1e-5)


def test_a_naive_hedge_shrinks_toward_one(sample):
    pair = sample[["asset", "hedge"]]
    models = {"naive": hr.NaiveHedge(), "ewma": EWMA}
    fit = fit_to(hr.RegimeWeightedHedge(models, REGIMES), pair)
    inner = fit.state.members["ewma"].ratio["hedge"].to_numpy()
    shrunk = fit.ratio["hedge"].to_numpy()
    assert (np.abs(shrunk - 1.0) <= np.abs(inner - 1.0) + 1e-12).all()
    assert ((shrunk - 1.0) * (inner - 1.0) >= -1e-12).all()


def test_weights_never_use_later_dates(returns):
    changed = returns.copy()
    changed.iloc[600:] *= -3.0
    models = {"weighted": MODEL}
    runs = [
        hr.walk_forward(models, *split(one), 500, 100, progress=False) for one in (returns, changed)
    ]
    before, after = (run.ratios["weighted"].iloc[:101] for run in runs)
    pd.testing.assert_frame_equal(before, after, check_exact=True)
    assert len(before) == 101


def test_features_can_be_observed_instead_of_returns(returns, sample):
    model = hr.RegimeWeightedHedge(MEMBERS, hr.JumpModel(2, 30.0), observe=PairFeatures(15))
    fit = fit_to(model, sample)
    alone = fit_to(hr.RegimeHedge(hr.JumpModel(2, 30.0), observe=PairFeatures(15)), sample)
    pd.testing.assert_frame_equal(fit.regimes.predicted, alone.regimes.predicted)
    later = pickle.loads(pickle.dumps(fit)).extend(*split(returns.iloc[600:]))
    assert later.regimes.predicted.iloc[-1].sum() == pytest.approx(1.0)


def test_errors_are_bounded_by_those_of_the_members(fit, sample):
    weights = fit.state.next_weights
    parts = [fit_to(model, sample) for model in MEMBERS.values()]
    bound = sum(w * p.errors.covariance(p) for w, p in zip(weights, parts, strict=True))
    np.testing.assert_allclose(fit.errors.covariance(fit), bound)
    resampled = hr.RegimeWeightedHedge({"slope": Slope(), "ols": hr.OLSHedge()}, REGIMES)
    assert fit_to(resampled, sample).errors is None


def test_warm_starts_reach_the_same_optimum(fit, sample):
    again = MODEL.fit(*split(sample), warm_start=fit)
    np.testing.assert_allclose(again.next_ratio, fit.next_ratio, rtol=1e-4)
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit"):
        MODEL.fit(*split(sample), warm_start=fit.state.regimes)


def test_invalid_settings_are_refused(sample):
    for settings, message in (
        ({"models": {}}, "models must be a mapping"),
        ({"models": {"ecm": hr.VECMHedge()}}, "models must take returns"),
        ({"regime_model": hr.OLSHedge()}, "regime_model must be a regime model"),
        ({"observe": 3}, "observe must be a table by date, a function"),
        ({"prior_dates": 0.0}, "prior_dates must lie strictly between"),
        ({"n_folds": 0}, "n_folds must be a whole number of at least 1"),
        (
            {"models": {"weekly": hr.HorizonHedge(hr.OLSHedge(), 5)}},
            "models must hedge returns of one period, .* got {'weekly': 5}. Use CombinedHedge",
        ),
    ):
        with pytest.raises(hr.DataError, match=message):
            hr.RegimeWeightedHedge(**{"models": MEMBERS, "regime_model": REGIMES} | settings)
    long = hr.RegimeWeightedHedge(MEMBERS, hr.JumpModel(2, 1.0), observe=PairFeatures(400))
    with pytest.raises(hr.DataError, match="known on the last 201 of 600 dates"):
        fit_to(long, sample)


def test_regimes_of_a_member_are_estimated_once(sample, returns):
    later = split(returns.iloc[600:620])
    equal = hr.GaussianHMM(2, n_starts=3)
    found = {}
    for name, regime_model in {"shared": REGIMES, "apart": equal}.items():
        models = {"ewma": EWMA, "regimes": hr.RegimeHedge(regime_model)}
        fit = fit_to(hr.RegimeWeightedHedge(models, REGIMES), sample)
        found[name] = fit.extend(*later)
    shared = found["shared"].state
    assert shared.regimes is shared.members["regimes"]
    copy = pickle.loads(pickle.dumps(found["shared"])).extend(*split(returns.iloc[620:625]))
    assert copy.state.regimes is copy.state.members["regimes"]
    assert found["apart"].state.regimes is not found["apart"].state.members["regimes"]
    pd.testing.assert_frame_equal(found["shared"].ratio, found["apart"].ratio, check_exact=True)
    pd.testing.assert_frame_equal(found["shared"].summary, found["apart"].summary, check_exact=True)


class OtherRegimes(hr.RegimeHedge):
    """A hedge whose regimes may be others."""


def test_regimes_of_a_subclass_or_of_other_data_are_not_shared(sample):
    for other in (OtherRegimes(REGIMES), hr.RegimeHedge(REGIMES, observe=PairFeatures())):
        model = hr.RegimeWeightedHedge({"ewma": EWMA, "other": other}, REGIMES)
        state = fit_to(model, sample).state
        assert state.regimes is not state.members["other"]
