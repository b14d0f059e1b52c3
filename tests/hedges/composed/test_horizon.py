"""The hedge of a longer horizon against returns added up by hand."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

import hedgeresearch as hr
from hedgeresearch.hedges import HedgeTraits
from hedgeresearch.hedges.composed.horizon import period_returns
from hedgeresearch.hedges.traits import horizon_of, with_horizon_in_rows
from tests.hedges.fitting import split


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=600, n_series=3, correlation=0.7, seed=5).returns


def added(returns, horizon, step=1):
    """Sums over the horizon, dated by their ends."""
    sums = returns.rolling(horizon).sum().iloc[horizon - 1 :: step]
    return sums.set_axis(pd.RangeIndex(len(sums)), axis=0)


def test_period_returns_equal_their_definition():
    values = np.array([[0.1], [-0.2], [0.05], [0.3], [0.0]])
    np.testing.assert_allclose(
        period_returns(values, 2, 1, False).ravel(), [-0.1, -0.15, 0.35, 0.3]
    )
    np.testing.assert_allclose(period_returns(values, 2, 2, False).ravel(), [-0.1, 0.35])
    compounded = [1.1 * 0.8 * 1.05 - 1, 0.8 * 1.05 * 1.3 - 1, 1.05 * 1.3 - 1]
    np.testing.assert_allclose(period_returns(values, 3, 1, True).ravel(), compounded)
    assert period_returns(values, 6, 1, False).shape == (0, 1)


@pytest.mark.parametrize("kind", ["simple", "log", "difference"])
def test_returns_aggregate_by_their_kind(kind):
    """Ten-day returns of prices are what ten one-day returns become."""
    prices = hr.load("nasdaq_sp500").iloc[:800]
    fit = hr.HorizonHedge(hr.OLSHedge(standard_errors="nonrobust"), 10).fit(
        *split(hr.returns(prices, kind=kind))
    )
    ahead = prices.to_numpy()[10:]
    base = prices.to_numpy()[:-10]
    change = {"simple": ahead / base - 1, "log": np.log(ahead / base), "difference": ahead - base}[
        kind
    ]
    assert fit.next_ratio["SP500"] == pytest.approx(
        np.polyfit(change[:, 1], change[:, 0], 1)[0], rel=1e-9
    )
    assert fit.returns_kind == kind
    np.testing.assert_allclose(fit.next_covariance, np.cov(change, rowvar=False), rtol=1e-9)


def test_one_period_gives_the_model(returns):
    model = hr.RollingOLSHedge(50)
    for overlapping in (True, False):
        fit = (
            hr.HorizonHedge(model, 1, overlapping)
            .fit(*split(returns[:300]))
            .extend(*split(returns[300:]))
        )
        plain = model.fit(*split(returns[:300])).extend(*split(returns[300:]))
        pd.testing.assert_frame_equal(fit.ratio, plain.ratio, rtol=1e-12)
        pd.testing.assert_frame_equal(fit.bands(), plain.bands(), rtol=1e-10)


def test_overlapping_path_uses_returns_that_ended_before(returns):
    fit = (
        hr.HorizonHedge(hr.RollingOLSHedge(60), 5)
        .fit(*split(returns[:400]))
        .extend(*split(returns[400:]))
    )
    values = returns.to_numpy()
    for t in (400, 401, 599):
        periods = np.array([values[end - 5 : end].sum(axis=0) for end in range(t - 59, t + 1)])
        ratio = np.linalg.lstsq(
            np.column_stack([np.ones(60), periods[:, 1:]]), periods[:, 0], rcond=None
        )[0][1:]
        np.testing.assert_allclose(fit.ratio.iloc[t - 400], ratio, rtol=1e-8)


def test_ratio_is_held_without_overlap(returns):
    """Blocks end with the sample: of 401 dates the first one is left out."""
    model = hr.HorizonHedge(hr.RollingOLSHedge(40), 4, overlapping=False)
    fit = model.fit(*split(returns[:401]))
    blocks = added(returns[1:401], 4, step=4)
    inner = hr.RollingOLSHedge(40).fit(*split(blocks))
    assert len(fit.ratio) == 4 * len(inner.ratio) == 240
    np.testing.assert_allclose(fit.ratio, np.repeat(inner.ratio.to_numpy(), 4, axis=0), rtol=1e-9)
    np.testing.assert_allclose(fit.next_ratio, inner.next_ratio, rtol=1e-9)
    np.testing.assert_allclose(
        fit.bands(), np.repeat(inner.bands().to_numpy(), 4, axis=0), rtol=1e-8
    )
    later = hr.RollingOLSHedge(40).fit(*split(added(returns[1:], 4, step=4)))
    expected = np.repeat(np.vstack([later.ratio, later.next_ratio])[60:], 4, axis=0)
    step = fit
    rows = []
    bands = []
    for day in [401, 402, 403, *range(404, 600, 7)]:
        step = step.extend(*split(returns[day : min(day + (1 if day < 404 else 7), 600)]))
        rows.append(step.ratio)
        bands.append(step.bands())
    np.testing.assert_allclose(pd.concat(rows), expected[:199], rtol=1e-9)
    assert len(step.state.waiting) == 3
    whole = fit.extend(*split(returns[401:]))
    np.testing.assert_allclose(pd.concat(bands), whole.bands(), rtol=1e-9)
    np.testing.assert_allclose(step.next_ratio, later.next_ratio, rtol=1e-9)


def test_lags_reach_beyond_the_overlap(returns):
    overlapping = hr.HorizonHedge(hr.OLSHedge(), 10).fit(*split(returns))
    by_hand = hr.OLSHedge(hac_lags=30).fit(*split(added(returns, 10)))
    np.testing.assert_allclose(overlapping.standard_errors, by_hand.standard_errors, rtol=1e-9)
    reach = (
        overlapping.conf_int(0.9)["upper"] - overlapping.next_ratio
    ) / overlapping.standard_errors
    np.testing.assert_allclose(reach, scipy.stats.t.ppf(0.95, 1.5 * 591 / 30), rtol=1e-9)
    apart = hr.HorizonHedge(hr.OLSHedge(), 10, overlapping=False).fit(*split(returns))
    np.testing.assert_allclose(
        apart.standard_errors,
        hr.OLSHedge().fit(*split(added(returns, 10, step=10))).standard_errors,
        rtol=1e-9,
    )
    chosen = hr.HorizonHedge(hr.OLSHedge(hac_lags=9), 10).fit(*split(returns))
    by_hand = hr.OLSHedge(hac_lags=9).fit(*split(added(returns, 10)))
    np.testing.assert_allclose(chosen.standard_errors, by_hand.standard_errors, rtol=1e-9)


def test_errors_after_an_extension_are_those_of_the_model(returns):
    fit = (
        hr.HorizonHedge(hr.WeightedOLSHedge(50), 3)
        .fit(*split(returns[:300]))
        .extend(*split(returns[300:]))
    )
    whole = hr.HorizonHedge(hr.WeightedOLSHedge(50), 3).fit(*split(returns))
    np.testing.assert_allclose(fit.standard_errors, whole.standard_errors, rtol=1e-9)
    np.testing.assert_allclose(fit.bands(), whole.bands().iloc[-300:], rtol=1e-9)


def test_warm_start_is_the_fit_of_the_model(returns):
    class Searching:
        traits = HedgeTraits(warm_start=True)

        def fit(self, asset, hedges, *, warm_start=None):
            begun.append(warm_start)
            return hr.OLSHedge().fit(asset, hedges)

        def advance(self, fit, returns):
            """Never called."""

    begun = []
    model = hr.HorizonHedge(Searching(), 2, overlapping=False)
    fit = model.fit(*split(returns))
    model.fit(*split(returns), warm_start=fit)
    assert begun == [None, fit.state.inner]


@pytest.mark.long
def test_bootstrap_allows_for_the_overlap(returns):
    """Draws of one-period returns, added up after they are drawn, know what overlap costs."""
    fit = hr.HorizonHedge(hr.OLSHedge(), 5).fit(*split(returns))
    drawn = fit.conf_int(method="bootstrap", n_bootstrap=200)
    width = (drawn["upper"] - drawn["lower"]) / (2 * 1.96 * fit.standard_errors)
    assert width.between(0.75, 1.4).all()
    plain = (
        hr.HorizonHedge(hr.OLSHedge(standard_errors="nonrobust"), 5)
        .fit(*split(returns))
        .standard_errors
    )
    assert (fit.standard_errors > 1.4 * plain).all()


def test_invalid_settings_are_refused(returns):
    with pytest.raises(hr.DataError, match="model must be a hedge model such as OLSHedge"):
        hr.HorizonHedge("ols", 5)
    with pytest.raises(
        hr.DataError, match="horizon must be a whole number of rows of at least 1, or a time"
    ):
        hr.HorizonHedge(hr.OLSHedge(), 0)
    with pytest.raises(hr.DataError, match="overlapping must be True or False; got 1"):
        hr.HorizonHedge(hr.OLSHedge(), 5, overlapping=1)
    with pytest.raises(
        hr.DataError, match=r"asset and hedges must have at least 210 rows for a horizon of 21"
    ):
        hr.HorizonHedge(hr.OLSHedge(), 21).fit(*split(returns[:200]))


def test_model_of_prices_is_refused():
    class OfPrices:
        traits = HedgeTraits(input="prices")

        def fit(self, asset, hedges):
            """Never called."""

        def advance(self, fit, returns):
            """Never called."""

    with pytest.raises(
        hr.DataError, match="model must take returns, to be added up; .*OfPrices.* takes prices"
    ):
        hr.HorizonHedge(OfPrices(), 5)


@pytest.mark.slow
def test_intervals_cover_in_spite_of_the_overlap():
    """Ten-day returns of 1000 dates: ordinary errors cover about 57%, ours 92 to 97%."""
    held = {"nonrobust": [], "HAC": []}
    for seed in range(500):
        rng = np.random.default_rng(seed)
        x = rng.normal(scale=0.01, size=1000)
        frame = pd.DataFrame({"asset": 0.9 * x + 0.005 * rng.normal(size=1000), "hedge": x})
        for cov, hits in held.items():
            interval = (
                hr.HorizonHedge(hr.OLSHedge(standard_errors=cov), 10).fit(*split(frame)).conf_int()
            )
            hits.append(bool(interval["lower"].item() < 0.9 < interval["upper"].item()))
    assert np.mean(held["nonrobust"]) == pytest.approx(0.57, abs=0.06)
    assert 0.92 < np.mean(held["HAC"]) < 0.97


@pytest.mark.long
def test_overlap_without_hac_leaves_errors_to_the_bootstrap(returns):
    for model in (
        hr.MinimumVarianceHedge(hr.SampleCovariance()),
        hr.ShrunkHedge(hr.OLSHedge(), weight=0.1),
    ):
        fit = hr.HorizonHedge(model, 5).fit(returns["asset"], returns[["hedge"]])
        assert fit.errors is None
        assert fit.summary.columns.tolist() == ["estimate"]
        apart = hr.HorizonHedge(model, 5, overlapping=False).fit(
            returns["asset"], returns[["hedge"]]
        )
        assert apart.errors is not None
    ols = hr.HorizonHedge(hr.OLSHedge(), 5).fit(returns["asset"], returns[["hedge"]])
    inner = hr.MinimumVarianceHedge(hr.SampleCovariance())
    sample = hr.HorizonHedge(inner, 5).fit(returns["asset"], returns[["hedge"]])
    width = np.ptp(ols.conf_int().to_numpy())
    assert np.ptp(sample.conf_int().to_numpy()) == pytest.approx(width, rel=0.3)


def test_window_shorter_than_the_lags_is_refused(returns):
    with pytest.raises(
        hr.DataError, match="over a horizon of 20 take 60 lags, .*; RollingOLSHedge.* has 60"
    ):
        hr.HorizonHedge(hr.RollingOLSHedge(60), 20).fit(returns["asset"], returns[["hedge"]])


def test_a_time_is_the_periods_within_it(returns):
    asset, hedges = split(returns)
    rows = hr.HorizonHedge(hr.OLSHedge(), 5)
    for horizon in ("1w", "7d", pd.Timedelta(days=7)):
        model = hr.HorizonHedge(hr.OLSHedge(), horizon)
        fit = model.fit(asset, hedges)
        assert (fit.horizon, fit.model) == (5, model)
        np.testing.assert_array_equal(fit.ratio, rows.fit(asset, hedges).ratio)
        first = model.fit(asset[:500], hedges[:500])
        later = first.extend(asset[500:], hedges[500:])
        np.testing.assert_array_equal(
            later.ratio, rows.fit(asset[:500], hedges[:500]).extend(asset[500:], hedges[500:]).ratio
        )
        assert later.horizon == 5


def test_a_time_that_is_no_horizon_is_refused(returns):
    asset, hedges = split(returns)
    with pytest.raises(hr.DataError, match=r"one row of the data, which is 1 business day; got"):
        hr.HorizonHedge(hr.OLSHedge(), "2h").fit(asset, hedges)
    numbered = returns.reset_index(drop=True)
    with pytest.raises(hr.DataError, match="must be a number of rows where these have no dates"):
        hr.HorizonHedge(hr.OLSHedge(), "5d").fit(*split(numbered))
    with pytest.raises(hr.DataError, match="must have at least 10000000000 rows"):
        hr.HorizonHedge(hr.OLSHedge(), 10**9).fit(asset, hedges)
    with pytest.raises(hr.DataError, match=r"one period; .* has a horizon already"):
        hr.HorizonHedge(hr.ShrunkHedge(rows_of_five()), 4)


def rows_of_five():
    return hr.HorizonHedge(hr.OLSHedge(), 5)


def test_the_fit_knows_its_horizon_and_the_spacing(returns):
    fit = rows_of_five().fit(*split(returns))
    assert fit.spacing.describe(fit.horizon) == "the next 5 business days"
    np.testing.assert_allclose(fit.period_covariance * 5.0, fit.next_covariance, rtol=1e-15)
    one = hr.OLSHedge().fit(*split(returns))
    assert one.period_covariance is one.next_covariance
    for wrapped in (
        hr.ShrunkHedge(rows_of_five()),
        hr.ConstrainedHedge(rows_of_five(), lower=0.0),
        hr.CombinedHedge({"a": rows_of_five(), "b": rows_of_five()}),
    ):
        found = wrapped.fit(*split(returns[:500])).extend(*split(returns[500:]))
        assert found.horizon == 5


@pytest.mark.parametrize(
    "model",
    [
        hr.HorizonHedge(hr.TotalLeastSquaresHedge(), "1w"),
        hr.HorizonHedge(hr.QuantileHedge(), "1w"),
        hr.HorizonHedge(hr.ConstrainedHedge(hr.OLSHedge(), upper=1.1), "1w"),
        hr.ShrunkHedge(hr.HorizonHedge(hr.OLSHedge(), "1w"), weight=0.5),
        hr.CombinedHedge({"one": hr.HorizonHedge(hr.OLSHedge(), "1w")}),
        pytest.param(
            hr.HorizonHedge(hr.MinimumVarianceHedge(hr.EWMACovariance()), "1w"),
            marks=pytest.mark.long,
        ),
        pytest.param(
            hr.HorizonHedge(hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1)), "1w"),
            marks=pytest.mark.long,
        ),
    ],
)
def test_bootstrap_of_a_time_is_that_of_its_rows(returns, model):
    dated = returns.set_axis(pd.bdate_range("2020-01-01", periods=len(returns)), axis=0)
    in_rows = with_horizon_in_rows(model, 5)
    assert horizon_of(in_rows) == 5
    intervals = [
        one.fit(*split(dated)).conf_int(method="bootstrap", n_bootstrap=3)
        for one in (model, in_rows)
    ]
    pd.testing.assert_frame_equal(*intervals)
