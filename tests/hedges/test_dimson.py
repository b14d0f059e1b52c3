"""The hedge for closes that are not simultaneous, and the warning that other models give."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import hedgeresearch as hr
from hedgeresearch._kernels.lead_lag import lead_lag
from hedgeresearch.hedges.synchronicity import warn_unless_simultaneous


def early_close(n_dates=1000, seed=0, noise=0.4):
    """An asset with a ratio of .9 that closes before its hedge and makes a third of the move on the next date."""
    rng = np.random.default_rng(seed)
    move = rng.normal(size=n_dates + 1)
    asset = 0.6 * move[1:] + 0.3 * move[:-1] + noise * rng.normal(size=n_dates)
    dates = pd.bdate_range("2000-01-03", periods=n_dates)
    return 0.01 * pd.DataFrame({"asset": asset, "hedge": move[1:]}, dates)


def split(frame):
    return frame.iloc[:, 0], frame.iloc[:, 1:]


def test_the_known_case():
    frame = early_close(20_000)
    with pytest.warns(hr.errors.DataWarning, match="asset follows hedge of the date before"):
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


def test_a_hedge_that_closes_first_needs_a_lead():
    rng = np.random.default_rng(1)
    move = rng.normal(size=5001)
    frame = pd.DataFrame({"asset": 0.9 * move[1:], "hedge": 0.7 * move[1:] + 0.3 * move[:-1]})
    frame["asset"] += 0.3 * rng.normal(size=5000)
    with pytest.warns(
        hr.errors.DataWarning,
        match=r"hedge follows asset of the date before .* DimsonHedge\(leads=1\)",
    ):
        hr.OLSHedge().fit(*split(frame))
    led = hr.DimsonHedge(leads=3, lags=3).fit(*split(frame)).next_ratio["hedge"]
    assert led == pytest.approx(0.9, abs=0.03)
    assert hr.DimsonHedge(leads=0, lags=1).fit(*split(frame)).next_ratio["hedge"] < 0.8


def test_the_sum_and_its_error_are_those_of_statsmodels():
    frame = hr.data.simulate_dcc(n_dates=300, n_series=3, correlation=0.6, seed=2).returns
    fit = hr.DimsonHedge(leads=1, lags=2, hac_lags=3).fit(*split(frame))
    design = {
        f"{name} {shift}": frame[name].shift(-shift)
        for name in ("hedge", "hedge2")
        for shift in (-2, -1, 0, 1)
    }
    design = pd.DataFrame(design).dropna()
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
    assert fit.wald_test()["F"] == pytest.approx(
        float(np.squeeze(found.f_test((sums, np.ones(2))).fvalue)), rel=1e-8
    )


def test_without_leads_and_lags_it_is_ols():
    frame = hr.data.simulate_dcc(n_dates=300, n_series=3, correlation=0.6, seed=2).returns
    ols, fit = hr.OLSHedge().fit(*split(frame)), hr.DimsonHedge(0, 0).fit(*split(frame))
    np.testing.assert_allclose(fit.next_ratio, ols.next_ratio, rtol=1e-12)
    np.testing.assert_allclose(fit.standard_errors, ols.standard_errors, rtol=1e-12)
    # residuals are divided by the dates beyond the coefficients, variances by the dates less one
    np.testing.assert_allclose(fit.next_covariance, ols.next_covariance, rtol=0.02)


def test_an_exact_combination_comes_out_exactly():
    hedges = hr.data.simulate_dcc(n_dates=200, seed=4).returns.set_axis(["a", "b"], axis=1)
    basket = (2.0 * hedges["a"] - 0.5 * hedges["b"]).rename("basket")
    np.testing.assert_allclose(
        hr.DimsonHedge().fit(basket, hedges).next_ratio, [2.0, -0.5], rtol=1e-10
    )


def test_what_cannot_work_is_refused():
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


# --- the warning ---


def clipped(x):
    """Deviations from the mean, up to five times their mean size."""
    deviations = x - x.mean()
    return np.clip(deviations, -5 * np.abs(deviations).mean(), 5 * np.abs(deviations).mean())


def by_hand(x, y):
    """t (HC3) of x's past in y beside its own past, share of the same date's slope, correlations."""
    x, y = clipped(x), clipped(y)
    found = sm.OLS(y[1:], np.column_stack([x[:-1], y[:-1]])).fit(cov_type="HC3")
    slope = (x[:-1] @ y[:-1]) / (x[:-1] @ x[:-1])
    size = np.sqrt((x[:-1] @ x[:-1]) * (y[:-1] @ y[:-1]))
    return (
        found.tvalues[0],
        found.params[0] / slope,
        (x[:-1] @ y[1:]) / size,
        (x[:-1] @ y[:-1]) / size,
    )


def test_lead_lag_against_regressions():
    values = (
        hr.data.simulate_dcc(n_dates=250, n_series=3, correlation=0.6, seed=2)
        .returns.to_numpy()
        .copy()
    )
    values[100] *= 20.0
    found = lead_lag(values)
    for hedge in (1, 2):
        np.testing.assert_allclose(
            found[0, hedge - 1], by_hand(values[:, hedge], values[:, 0]), rtol=1e-8
        )
        np.testing.assert_allclose(
            found[1, hedge - 1], by_hand(values[:, 0], values[:, hedge]), rtol=1e-8
        )


def test_nothing_leads_itself():
    values = np.random.default_rng(0).normal(size=(50, 1))
    assert (lead_lag(np.hstack([values, values, np.zeros_like(values)])) == 0.0).all()


def test_the_unit_does_not_matter():
    values = early_close().to_numpy()
    np.testing.assert_allclose(lead_lag(values * [1e4, 1e-4]), lead_lag(values), rtol=1e-9)


def alarms(frames):
    count = 0
    for frame in frames:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warn_unless_simultaneous(frame)
        count += bool(caught)
    return count


def test_the_known_case_is_told():
    assert alarms(early_close(500, seed) for seed in range(100)) >= 97
    assert alarms(early_close(99, seed) for seed in range(20)) == 0


def test_no_false_alarm_on_bundled_data():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hr.OLSHedge().fit(*split(hr.returns(hr.load("nasdaq_sp500"))))
        hr.OLSHedge().fit(*split(hr.returns(hr.load("brent_wti"))))


def test_common_autocorrelation_is_no_lead():
    """Averages over time, and bounces between bid and ask, correlate a date with the one before in both series."""
    rng = np.random.default_rng(0)
    noise = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], size=1001)
    averaged = pd.DataFrame(noise[1:] + noise[:-1], columns=["asset", "hedge"])
    assert alarms([averaged]) == 0
    bounce = rng.normal(scale=0.3, size=(1001, 2))
    assert (
        alarms([pd.DataFrame(noise[1:] + np.diff(bounce, axis=0), columns=["asset", "hedge"])]) == 0
    )


def test_an_outlier_is_no_lead():
    """A jump decides by itself what its next date seems to follow; ordinary and White's errors think it exact."""
    frames = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(
            rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], size=500),
            columns=["asset", "hedge"],
        )
        frame.iloc[[150, 250, 400], seed % 2] += 40.0
        frames.append(frame)
    assert alarms(frames) == 0


def test_a_hedge_that_hardly_moves_with_the_asset_is_not_judged():
    """Squares follow falls (leverage), and have next to nothing to do with the same date."""
    returns = hr.returns(hr.load("nasdaq_sp500"))
    assert alarms([returns.assign(SP500=returns["NASDAQ"] ** 2)]) == 0


def test_models_for_such_closes_do_not_warn():
    frame = early_close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hr.DimsonHedge().fit(*split(frame))
        hr.HorizonHedge(hr.OLSHedge(), 5).fit(*split(frame))
    with pytest.warns(hr.errors.DataWarning, match="horizon of 5 or more"):
        hr.HorizonHedge(hr.OLSHedge(), 2).fit(*split(frame))


@pytest.mark.slow
@pytest.mark.parametrize("n_dates", [250, 500, 1000])
def test_false_alarms_are_rare(n_dates):
    simulated = (
        hr.data.simulate_dcc(n_dates=n_dates, n_series=3, correlation=0.6, seed=seed).returns
        for seed in range(1000)
    )
    assert alarms(simulated) < 5
    student = (
        pd.DataFrame(np.random.default_rng(s).standard_t(3, (n_dates, 3)) @ MIXED)
        for s in range(1000)
    )
    assert alarms(student) < 5


MIXED = np.linalg.cholesky(0.5 + 0.5 * np.eye(3)).T
