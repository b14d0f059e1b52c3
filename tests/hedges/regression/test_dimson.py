"""The Dimson hedge against statsmodels and a known lag."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import hedgeresearch as hr
from hedgeresearch.hedges.regression.dimson import full_variance
from tests.hedges.fitting import split


def early_close(n_dates=1000, seed=0, noise=0.4):
    """Return an asset of ratio .9 with a third of each move of the hedge on the next date."""
    rng = np.random.default_rng(seed)
    move = rng.normal(size=n_dates + 1)
    asset = 0.6 * move[1:] + 0.3 * move[:-1] + noise * rng.normal(size=n_dates)
    dates = pd.bdate_range("2000-01-03", periods=n_dates)
    return 0.01 * pd.DataFrame({"asset": asset, "hedge": move[1:]}, dates)


def test_lag_of_an_early_close_is_found():
    frame = early_close(20_000)
    with pytest.warns(
        hr.errors.DataWarning, match="asset follows the return of hedge on the previous date"
    ):
        ols = hr.OLSHedge().fit(*split(frame))
    dimson = hr.DimsonHedge().fit(*split(frame))
    assert ols.next_ratio["hedge"] == pytest.approx(0.6, abs=0.02)
    assert dimson.next_ratio["hedge"] == pytest.approx(0.9, abs=0.02)
    assert dimson.summary["estimate"].iloc[1:].tolist() == pytest.approx([0.3, 0.6, 0.0], abs=0.02)
    assert list(dimson.summary.index) == ["constant", "hedge t-1", "hedge t", "hedge t+1"]
    assert hr.DimsonHedge(leads=0).fit(*split(frame)).next_ratio["hedge"] == pytest.approx(
        0.9, abs=0.02
    )
    long = hr.HorizonHedge(hr.OLSHedge(), 20).fit(*split(frame))
    assert long.next_ratio["hedge"] == pytest.approx(0.9 - 0.3 / 20, abs=0.02)
    # of the whole move the hedge leaves the noise only
    assert dimson.expected_effectiveness == pytest.approx(0.81 / (0.81 + 0.16), abs=0.01)


def test_shifted_closes_leave_the_variance_of_the_asset():
    """Days that end twelve hours later have moves of the same size, half of them in each date."""
    halves = 0.007 * np.random.default_rng(0).standard_normal(8002)
    hedge = halves[0:8000:2] + halves[1:8000:2]
    asset = 0.9 * (halves[1:8001:2] + halves[2:8002:2])
    asset = asset + 0.002 * np.random.default_rng(1).standard_normal(4000)
    dates = pd.bdate_range("2003-01-01", periods=4000)
    frame = pd.DataFrame({"asset": asset, "hedge": hedge}, dates)
    fit = hr.DimsonHedge().fit(*split(frame))
    assert fit.next_ratio["hedge"] == pytest.approx(0.9, abs=0.03)
    assert fit.next_covariance.loc["asset", "asset"] == pytest.approx(asset.var(ddof=1), rel=1e-9)
    left = fit.next_covariance.loc["asset", "asset"] * (1.0 - fit.expected_effectiveness)
    assert np.sqrt(left) == pytest.approx(0.002, abs=0.001)


def test_variance_of_spread_moves_adds_their_autocovariances():
    frame = early_close(5000)
    found = full_variance(frame["asset"].to_numpy(), 2)
    assert found == pytest.approx(1e-4 * (0.81 + 0.16), rel=0.06)
    alone = np.random.default_rng(2).standard_normal(500)
    assert full_variance(alone, 2) == pytest.approx(alone.var(ddof=1), rel=1e-12)
    assert full_variance(alone, 0) == pytest.approx(alone.var(ddof=1), rel=1e-12)


@pytest.mark.parametrize(
    "model",
    [
        hr.ConstrainedHedge(hr.OLSHedge(), upper=0.3),
        hr.ShrunkHedge(hr.OLSHedge()),
        hr.ShrunkHedge(hr.DimsonHedge(), weight=0.5),
        hr.CombinedHedge({"ols": hr.OLSHedge(), "dimson": hr.DimsonHedge()}),
        hr.DimsonHedge(2, 1),
    ],
)
def test_composed_hedges_report_the_variance_of_the_asset(model):
    frame = hr.data.simulate_dcc(n_dates=600, n_series=3, correlation=0.6, seed=2).returns
    fit = model.fit(*split(frame))
    found = fit.next_covariance.loc["asset", "asset"]
    assert found == pytest.approx(frame["asset"].var(), rel=1e-9)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_early_close_of_the_hedge_needs_a_lead():
    rng = np.random.default_rng(1)
    move = rng.normal(size=5001)
    frame = pd.DataFrame({"asset": 0.9 * move[1:], "hedge": 0.7 * move[1:] + 0.3 * move[:-1]})
    frame["asset"] += 0.3 * rng.normal(size=5000)
    with pytest.warns(
        hr.errors.DataWarning,
        match=r"hedge follows the return of asset on the previous date .* DimsonHedge\(leads=1\)",
    ):
        hr.OLSHedge().fit(*split(frame))
    led = hr.DimsonHedge(leads=3, lags=3).fit(*split(frame)).next_ratio["hedge"]
    assert led == pytest.approx(0.9, abs=0.03)
    assert hr.DimsonHedge(leads=0, lags=1).fit(*split(frame)).next_ratio["hedge"] < 0.8


def test_sum_and_its_error_agree_with_statsmodels():
    frame = hr.data.simulate_dcc(n_dates=300, n_series=3, correlation=0.6, seed=2).returns
    fit = hr.DimsonHedge(leads=1, lags=2, hac_lags=3).fit(*split(frame))
    shifted = [frame[["hedge", "hedge2"]].shift(-shift) for shift in (-2, -1, 0, 1)]
    design = pd.concat(shifted, axis=1, keys=range(4)).swaplevel(axis=1)
    design = design.sort_index(axis=1).dropna()
    found = sm.OLS(frame["asset"].loc[design.index], sm.add_constant(design)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 3}
    )
    sums = np.zeros((2, 9))
    sums[0, 1:5] = sums[1, 5:] = 1.0
    np.testing.assert_allclose(fit.summary["estimate"], found.params, rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(fit.summary["standard error"], found.bse, rtol=1e-8)
    np.testing.assert_allclose(fit.next_ratio, sums @ found.params, rtol=1e-9)
    np.testing.assert_allclose(
        fit.errors.covariance(fit), sums @ found.cov_params() @ sums.T, rtol=1e-8
    )
    assert fit.wald_test().statistic == pytest.approx(
        float(np.squeeze(found.f_test((sums, np.ones(2))).fvalue)), rel=1e-8
    )


def test_no_leads_and_lags_give_ols():
    frame = hr.data.simulate_dcc(n_dates=300, n_series=3, correlation=0.6, seed=2).returns
    ols = hr.OLSHedge().fit(*split(frame))
    fit = hr.DimsonHedge(0, 0).fit(*split(frame))
    np.testing.assert_allclose(fit.next_ratio, ols.next_ratio, rtol=1e-12)
    np.testing.assert_allclose(fit.standard_errors, ols.standard_errors, rtol=1e-12)
    np.testing.assert_allclose(fit.next_covariance, ols.next_covariance, rtol=1e-9)


def test_invalid_settings_are_refused():
    frame = early_close(100)
    with pytest.raises(hr.DataError, match="leads must be a whole number of at least 0; got -1"):
        hr.DimsonHedge(leads=-1)
    with pytest.raises(
        hr.DataError, match="must have at least 16 rows; got 15. .*fewer leads and lags"
    ):
        hr.DimsonHedge(leads=3, lags=3).fit(*split(frame[:15]))
    with pytest.raises(
        hr.DataError, match="hac_lags must be smaller than the number of dates, 98; got 98"
    ):
        hr.DimsonHedge(hac_lags=98).fit(*split(frame))
    before = frame.assign(before=frame["hedge"].shift(fill_value=0.0))
    with pytest.raises(
        hr.DataError, match="hedges with their leads and lags must not be collinear; hedge t-1"
    ):
        hr.DimsonHedge().fit(*split(before))
