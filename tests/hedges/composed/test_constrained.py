"""Constrained ratios against closed forms and a grid, and conflicts of constraints."""

import itertools
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._formatting import describe
from tests.hedges.fitting import fit_to, split

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))


@pytest.fixture(scope="module")
def returns():
    """An asset and three hedges with moving covariances, 700 dates."""
    return hr.data.simulate_dcc(n_dates=700, n_series=4, correlation=0.6, seed=11).returns


def covariances_of(fit):
    """The inner model's covariance of each date's hedges and of the next's."""
    inner = fit.state.inner
    path = inner.covariances.path([inner.asset, *inner.hedges])
    return np.concatenate([path, inner.next_covariance.to_numpy()[None]])


def all_ratios(fit):
    return np.vstack([fit.ratio.to_numpy(), fit.next_ratio.to_numpy()])


@pytest.mark.filterwarnings("ignore:a hedge should need a ratio")
@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.parametrize("gross", [1e-9, 1e-3, 1.0, 1e3])
@pytest.mark.parametrize("net", [None, (-1e-12, 1.0)])
@pytest.mark.parametrize("model", [hr.OLSHedge(), EWMA], ids=describe)
def test_gross_far_below_the_ratios_is_kept(gross, net, model, returns):
    asset, hedges = split(returns)
    fit = hr.ConstrainedHedge(model, gross=gross, net=net).fit(1e3 * asset, hedges)
    ratios = all_ratios(fit)
    inner = all_ratios(fit_to(model, returns.assign(asset=1e3 * asset)))
    assert (np.abs(ratios).sum(axis=1) <= gross * (1 + 1e-9)).all()  # what its own rounding allows
    if net is None and gross < 1.0 and model is EWMA:
        # what little removes most variance goes to the hedge by which it falls quickest
        slopes = np.einsum("tij,tj->ti", covariances_of(fit)[:, 1:, 1:], inner)
        best = np.argmax(np.abs(slopes), axis=1)
        expected = gross * np.eye(3)[best] * np.sign(slopes[np.arange(len(best)), best])[:, None]
        np.testing.assert_allclose(ratios, expected, rtol=1e-6, atol=1e-9 * gross)


@pytest.mark.filterwarnings("ignore:returns should have one unit")
def test_gross_lost_in_rounding_is_refused(returns):
    asset, hedges = split(returns)
    with pytest.raises(
        hr.DataError,
        match="gross must be large enough to be resolved numerically; it is .* Raise it",
    ):
        hr.ConstrainedHedge(EWMA, gross=1e-12, net=(-1e-12, 1.0)).fit(1e3 * asset, hedges)


@pytest.mark.parametrize("model", [hr.OLSHedge(), EWMA, hr.RollingOLSHedge(120)], ids=describe)
def test_constraints_that_do_not_bind_change_nothing(model, returns):
    inner = fit_to(model, returns)
    wide = hr.ConstrainedHedge(model, lower=-5, upper=5, gross=9, net=(-9, 9), max_instruments=3)
    fit = fit_to(wide, returns)
    pd.testing.assert_frame_equal(fit.ratio, inner.ratio, check_exact=True)
    pd.testing.assert_series_equal(fit.next_ratio, inner.next_ratio, check_exact=True)
    pd.testing.assert_series_equal(fit.standard_errors, inner.standard_errors)
    pd.testing.assert_frame_equal(fit.conf_int(), inner.conf_int())
    assert (fit.summary["binding"] == "").all()


@pytest.mark.long
def test_bands_are_known_only_if_nothing_binds(returns):
    model = hr.RollingOLSHedge(120)
    inner = fit_to(model, returns)
    free = fit_to(hr.ConstrainedHedge(model, upper=5), returns)
    pd.testing.assert_frame_equal(free.bands(), inner.bands())
    bound = inner.ratio["hedge"].max() - 0.05
    assert inner.next_ratio["hedge"] < bound
    touched = fit_to(hr.ConstrainedHedge(model, upper={"hedge": bound}), returns)
    pd.testing.assert_series_equal(touched.standard_errors, inner.standard_errors)
    with pytest.raises(hr.DataError, match=r"bands\(\) needs standard errors for every date"):
        touched.bands()


def test_one_hedge_is_clipped(simple_returns):
    asset = simple_returns["NASDAQ"]
    hedges = simple_returns[["SP500"]]
    inner = EWMA.fit(asset, hedges)
    fit = hr.ConstrainedHedge(EWMA, lower=0.9, upper=1.2).fit(asset, hedges)
    np.testing.assert_array_equal(fit.ratio, inner.ratio.clip(0.9, 1.2))
    np.testing.assert_array_equal(fit.next_ratio, inner.next_ratio.clip(0.9, 1.2))


def test_net_constraint_equals_the_lagrangian(returns):
    fit = fit_to(hr.ConstrainedHedge(EWMA, net=1.0), returns)
    free = all_ratios(fit.state.inner)
    expected = []
    for b, h in zip(free, covariances_of(fit), strict=True):
        direction = np.linalg.solve(h[1:, 1:], np.ones(3))
        expected.append(b + direction * (1 - b.sum()) / direction.sum())
    np.testing.assert_allclose(all_ratios(fit), expected, rtol=1e-10)


def test_neutrality_equals_the_lagrangian(returns):
    exposures = {
        "duration": dict(asset=7.0, hedge=2.0, hedge2=5.0, hedge3=9.0),
        "fx": dict(asset=0.1, hedge=0.3),
    }
    exposures["fx"] |= dict(hedge2=0.0, hedge3=-0.2)
    fit = fit_to(hr.ConstrainedHedge(EWMA, neutral_to=exposures), returns)
    rows = np.array([[2.0, 5.0, 9.0], [0.3, 0.0, -0.2]])
    target = np.array([7.0, 0.1])
    expected = []
    for b, h in zip(all_ratios(fit.state.inner), covariances_of(fit), strict=True):
        reach = np.linalg.solve(h[1:, 1:], rows.T)
        expected.append(b + reach @ np.linalg.solve(rows @ reach, target - rows @ b))
    np.testing.assert_allclose(all_ratios(fit), expected, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(all_ratios(fit) @ rows.T - target, 0.0, atol=1e-12)
    frame = pd.DataFrame(exposures)
    pd.testing.assert_frame_equal(
        fit_to(hr.ConstrainedHedge(EWMA, neutral_to=frame), returns).ratio, fit.ratio
    )


def test_one_instrument_is_the_best_regression(returns):
    asset, hedges = split(returns)
    left = {
        name: (
            np.polyfit(hedges[name], asset, 1, full=True)[1][0],
            np.polyfit(hedges[name], asset, 1)[0],
        )
        for name in hedges
    }
    best = min(left, key=left.get)
    fit = fit_to(hr.ConstrainedHedge(hr.OLSHedge(), max_instruments=1), returns)
    assert fit.next_ratio[best] == pytest.approx(left[best][1], rel=1e-8)
    assert (fit.next_ratio.drop(best) == 0.0).all()


CASES = {
    "box": dict(lower=0.0, upper=0.25),
    "box of one": dict(lower={"hedge": 0.4}, upper={"hedge2": 0.2}),
    "gross": dict(gross=0.4),
    "net": dict(net=(0.2, 0.5)),
    "short": dict(lower=-0.1, upper=0.05, gross=0.12),
    "all": dict(lower=0.0, upper=0.5, gross=0.6, net=(0.3, 0.55), max_instruments=1),
}


@pytest.mark.parametrize("case", CASES)
def test_no_ratio_on_a_fine_grid_is_better(case, returns):
    settings = CASES[case]
    frame = returns[["asset", "hedge", "hedge2"]]
    fit = fit_to(hr.ConstrainedHedge(EWMA, **settings), frame)
    grid = np.linspace(-0.5, 1.0, 301)
    b = np.array(list(itertools.product(grid, grid)))
    allowed = np.ones(len(b), dtype=bool)
    for name, sign in (("lower", -1), ("upper", 1)):
        bound = settings.get(name, {})
        for i, hedge in enumerate(["hedge", "hedge2"]):
            limit = bound.get(hedge, sign * np.inf) if isinstance(bound, dict) else bound
            allowed &= sign * (b[:, i] - limit) <= 1e-12
    allowed &= np.abs(b).sum(axis=1) <= settings.get("gross", np.inf) + 1e-12
    low, high = settings.get("net", (-np.inf, np.inf))
    allowed &= (b.sum(axis=1) >= low - 1e-12) & (b.sum(axis=1) <= high + 1e-12)
    allowed &= (np.abs(b) > 1e-12).sum(axis=1) <= settings.get("max_instruments", 2)
    weights = np.column_stack([np.ones(allowed.sum()), -b[allowed]])
    every = slice(None, None, 60)
    found = all_ratios(fit)
    for ratio, h in zip(found[every], covariances_of(fit)[every], strict=True):
        w = np.array([1.0, *-ratio])
        variances = np.einsum("gi,ij,gj->g", weights, h, weights)
        assert w @ h @ w <= variances.min() * (1 + 1e-12)
        nearest = b[allowed][variances.argmin()]
        np.testing.assert_allclose(
            ratio, nearest, atol=0.03
        )  # the grid's step, along a flat valley
    assert np.abs(found).sum(axis=1).max() <= settings.get("gross", np.inf) * (1 + 1e-12)
    assert np.count_nonzero(found, axis=1).max() <= settings.get("max_instruments", 2)


def test_regime_hedge_uses_the_mixture_of_each_date(returns):
    frame = returns[["asset", "hedge", "hedge2"]]
    fit = fit_to(hr.ConstrainedHedge(hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)), net=1.0), frame)
    inner = fit.state.inner
    means, covariances = inner.detail.moments
    for t in (0, 100, 699):
        p = inner.regimes.predicted.to_numpy()[t]
        mean = p @ means
        h = sum(
            w * (s + np.outer(m, m)) for w, s, m in zip(p, covariances, means, strict=True)
        ) - np.outer(mean, mean)
        b = inner.ratio.to_numpy()[t]
        direction = np.linalg.solve(h[1:, 1:], np.ones(2))
        np.testing.assert_allclose(
            fit.ratio.to_numpy()[t], b + direction * (1 - b.sum()) / direction.sum(), rtol=1e-9
        )
    assert fit.regimes is None  # they explain the ratio of the inner fit, not this one
    assert inner.regimes is not None


def test_most_likely_regime_gives_its_covariance(returns):
    frame = returns[["asset", "hedge", "hedge2"]]
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), weighting="most_likely")
    fit = fit_to(hr.ConstrainedHedge(model, net=1.0), frame)
    most_likely = fit.state.inner.regimes.predicted.to_numpy().argmax(axis=1)
    for regime, h in enumerate(fit.state.inner.detail.moments.covariances):
        b = np.linalg.solve(h[1:, 1:], h[1:, 0])
        direction = np.linalg.solve(h[1:, 1:], np.ones(2))
        expected = b + direction * (1 - b.sum()) / direction.sum()
        np.testing.assert_allclose(
            fit.ratio[most_likely == regime],
            expected[None].repeat((most_likely == regime).sum(), 0),
        )


def test_other_models_keep_the_covariance_of_the_sample(returns):
    model = hr.ConstrainedHedge(hr.RollingOLSHedge(120), net=1.0)
    sample = returns.iloc[:400]
    new = returns.iloc[400:]
    fit = fit_to(model, sample)
    later = fit.extend(*split(new))
    held = sample.iloc[-120:].cov().to_numpy()[1:, 1:]
    direction = np.linalg.solve(held, np.ones(3))
    for part in (fit, later):
        b = all_ratios(part.state.inner)
        np.testing.assert_allclose(
            all_ratios(part),
            b + np.outer(1 - b.sum(axis=1), direction / direction.sum()),
            rtol=1e-9,
        )


def test_intervals_at_a_bound_are_bootstrapped(returns):
    fit = fit_to(hr.ConstrainedHedge(hr.OLSHedge(), lower=0.0, upper={"hedge": 0.2}), returns)
    assert fit.errors is None
    interval = fit.conf_int(n_bootstrap=50)
    assert interval.loc["hedge", "upper"] == 0.2
    assert interval.loc["hedge", "lower"] < 0.2
    assert (
        interval.loc["hedge2", "lower"] < fit.next_ratio["hedge2"] < interval.loc["hedge2", "upper"]
    )
    assert fit.summary.loc["hedge", "binding"] == "upper"
    assert fit.summary.loc["hedge2", "binding"] == ""


def test_summary_names_binding_constraints(returns):
    tied = hr.ConstrainedHedge(hr.OLSHedge(), upper={"hedge": 0.2}, gross=0.6, max_instruments=2)
    table = fit_to(tied, returns).summary
    assert (
        table.loc["hedge", "binding"].startswith("upper, gross")
        or table.loc["hedge", "estimate"] < 0.2
    )
    assert table["binding"].str.contains("gross").all()
    assert table["binding"].str.contains("max_instruments").sum() == 1
    assert (table.loc[table["binding"].str.contains("max_instruments"), "estimate"] == 0.0).all()


@pytest.mark.filterwarnings("ignore:a hedge should need a ratio")
@pytest.mark.filterwarnings("ignore:returns should have one unit")
def test_units_of_hedges_do_not_matter(returns):
    units = pd.Series({"asset": 1.0, "hedge": 1e-3, "hedge2": 1.0, "hedge3": 1e4})
    bounds = {"hedge": 0.1, "hedge2": 0.3, "hedge3": 0.15}
    model = hr.ConstrainedHedge(EWMA, lower=0.0, upper=bounds)
    scaled = replace(model, upper={name: bound / units[name] for name, bound in bounds.items()})
    expected = fit_to(model, returns).ratio / units.drop("asset")
    np.testing.assert_allclose(
        fit_to(scaled, returns * units).ratio, expected, rtol=1e-7, atol=1e-12
    )


UNIT_EXPOSURES = {
    "a": dict(asset=1, hedge=1, hedge2=0, hedge3=0),
    "b": dict(asset=1, hedge=0, hedge2=1, hedge3=0),
}
CONFLICTS = [
    (
        dict(net=1.0, upper=0.3, lower=0.0, gross=5.0),
        "upper = 0.3 of hedge, upper = 0.3 of hedge2, upper = 0.3 of hedge3, net = 1",
    ),
    (
        dict(lower=0.5, upper={"hedge2": 0.4}, net=(-9, 9)),
        "lower = 0.5 of hedge2, upper = 0.4 of hedge2",
    ),
    (dict(gross=1.0, net=(1.5, 2.0), max_instruments=2), "gross = 1, net from 1.5 to 2"),
    (
        dict(lower=0.1, max_instruments=2),
        "lower = 0.1 of hedge, lower = 0.1 of hedge2, lower = 0.1 of hedge3",
    ),
    (
        dict(upper=9, max_instruments=1, neutral_to=UNIT_EXPOSURES),
        "max_instruments = 1, neutral to a, neutral to b",
    ),
]


@pytest.mark.parametrize(("settings", "together"), CONFLICTS)
def test_conflicting_constraints_are_named(settings, together, returns):
    with pytest.raises(
        hr.DataError, match="the constraints must leave a ratio; these cannot hold together"
    ) as error:
        fit_to(hr.ConstrainedHedge(hr.OLSHedge(), **settings), returns)
    assert f"together: {together}" in str(error.value)


def test_invalid_settings_are_refused(returns):
    for settings, message in (
        (
            dict(model=hr.DCC()),
            r"model must be a hedge model such as OLSHedge\(\); got DCC.* MinimumVarianceHedge",
        ),
        (dict(model=hr.OLSHedge), "model must be a hedge model"),
        (dict(lower=np.nan), "lower must lie strictly between"),
        (dict(upper={"hedge": "much"}), "upper of 'hedge' must lie strictly between"),
        (dict(gross=0.0), "gross must lie strictly between 0 and inf; got 0"),
        (
            dict(net=(1.0, 0.5)),
            r"net must be one number, or the minimum and the maximum; got \(1.0, 0.5\)",
        ),
        (dict(net=(0.0, 0.5, 1.0)), "net must be one number"),
        (dict(max_instruments=0), "max_instruments must be a whole number of at least 1; got 0"),
        (dict(neutral_to=[1.0]), "neutral_to must map factors to exposures by name, .* got list"),
        (
            dict(neutral_to={"a": {"asset": np.inf}}),
            "the exposure of 'asset' to 'a' must lie strictly between",
        ),
    ):
        with pytest.raises(hr.DataError, match=message):
            hr.ConstrainedHedge(**{"model": hr.OLSHedge()} | settings)
    with pytest.raises(
        hr.DataError,
        match=r"upper must name hedges, which are \['hedge', 'hedge2', 'hedge3'\]; got 'gold'",
    ):
        fit_to(hr.ConstrainedHedge(hr.OLSHedge(), upper={"gold": 1.0}), returns)
    with pytest.raises(hr.DataError, match="'hedge2' has none to 'duration'. Pass 0.0"):
        fit_to(
            hr.ConstrainedHedge(
                hr.OLSHedge(), neutral_to={"duration": {"asset": 1.0, "hedge": 1.0}}
            ),
            returns,
        )


def test_settings_are_frozen(returns):
    bounds = {"hedge": 0.2}
    model = hr.ConstrainedHedge(
        hr.OLSHedge(), upper=bounds, net=[0, 1], neutral_to=pd.DataFrame({"f": {"asset": 0.0}})
    )
    bounds["hedge"] = 0.9
    assert model.upper == {"hedge": 0.2}
    assert replace(model, gross=1.0).upper == model.upper
    again = pickle.loads(pickle.dumps(model))
    assert again == model
    assert hash(again) == hash(model)
    assert model != replace(model, upper={"hedge": 0.3})
    assert (
        describe(replace(model, neutral_to=None))
        == "ConstrainedHedge(OLSHedge(), upper={'hedge': 0.2}, net=(0, 1))"
    )


def test_hedge_from_prices_can_be_constrained(returns):
    prices = 100 * np.exp(returns.cumsum())
    spot = prices.assign(
        asset=prices["hedge"] * np.exp(returns["asset"])
    )  # tied to one of its hedges
    inner = hr.ErrorCorrectionHedge()
    upper = float(fit_to(inner, spot).next_ratio["hedge"]) - 0.1
    fit = fit_to(hr.ConstrainedHedge(inner, upper={"hedge": upper}), spot.iloc[:500])
    assert fit.model.traits.input == "prices"
    assert fit.next_ratio["hedge"] == upper
    assert fit.extend(*split(spot.iloc[500:])).ratio["hedge"].eq(upper).all()
    with pytest.raises(hr.DataError, match="the bootstrap shuffles returns"):
        fit.conf_int()
