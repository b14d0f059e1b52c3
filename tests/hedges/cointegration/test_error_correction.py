"""Error-correction hedge against plain least squares, definitions and R."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.estimation.regression import newey_west_lags
from tests.hedges.cointegration.prices import dated, fit_to

NO_RELATION = "ignore:asset and hedges should:hedgeresearch.errors.ConvergenceWarning"


def lagged(changes, lags, first):
    """Return the changes 1, 2, ... ``lags`` dates before, for dates from ``first`` on."""
    rows = [
        np.concatenate([changes[t - lag] for lag in range(1, lags + 1)] or [[]])
        for t in range(first, len(changes))
    ]
    return np.array(rows)


def equation(prices, spreads, lags, first=None):
    """Return response and regressors: constant, hedges, spreads, lagged changes."""
    changes = np.diff(np.log(prices.to_numpy()), axis=0)
    first = lags if first is None else first
    x = [np.concatenate([[1.0], changes[t, 1:], spreads[t]]) for t in range(first, len(changes))]
    return changes[first:, 0], np.column_stack([x, lagged(changes, lags, first)])


def static_spread(prices):
    levels = np.log(prices.to_numpy())
    x = np.column_stack([np.ones(len(levels)), levels[:, 1:]])
    coefficients = np.linalg.lstsq(x, levels[:, 0], rcond=None)[0]
    return (levels[:, 0] - x @ coefficients)[:, None], coefficients


def newey_west(x, u, lags):
    moments = x * u[:, None]
    middle = moments.T @ moments
    for lag in range(1, lags + 1):
        cross = moments[lag:].T @ moments[:-lag]
        middle += (1 - lag / (lags + 1)) * (cross + cross.T)
    bread = np.linalg.inv(x.T @ x)
    return bread @ middle @ bread


@pytest.mark.parametrize("lags", [0, 3])
def test_estimates_equal_least_squares(adjusting_prices, lags):
    fit = fit_to(hr.ErrorCorrectionHedge(lags=lags), adjusting_prices)
    spread, static = static_spread(adjusting_prices)
    y, x = equation(adjusting_prices, spread, lags)
    b = np.linalg.lstsq(x, y, rcond=None)[0]
    errors = np.sqrt(np.diag(newey_west(x, y - x @ b, newey_west_lags(len(y)))))
    # lstsq does not scale the columns.
    np.testing.assert_allclose(fit.summary["estimate"], b, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(fit.summary["standard error"], errors, rtol=1e-7)
    np.testing.assert_allclose(fit.standard_errors, errors[1:3], rtol=1e-7)
    np.testing.assert_allclose([fit.detail.constant, *fit.detail.relation], static, rtol=1e-8)
    assert fit.summary.index[:4].tolist() == ["constant", "future", "other", "error correction"]
    past = ["spot, lag 1", "future, lag 1", "other, lag 1"] if lags else []
    assert fit.summary.index[4:7].tolist() == past


def test_next_covariance_is_that_of_the_innovations(adjusting_prices):
    """Frisch and Waugh: both sides regressed on constant, spread and lags."""
    fit = fit_to(hr.ErrorCorrectionHedge(lags=2), adjusting_prices)
    _, x = equation(adjusting_prices, static_spread(adjusting_prices)[0], 2)
    past = np.delete(x, [1, 2], axis=1)
    now = np.diff(np.log(adjusting_prices.to_numpy()), axis=0)[2:]
    left = now - past @ np.linalg.lstsq(past, now, rcond=None)[0]
    np.testing.assert_allclose(
        fit.next_covariance, left.T @ left / (len(now) - past.shape[1]), rtol=1e-7
    )


def bic(y, x, q):
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    n = len(left)
    return n * np.log(np.linalg.det(np.atleast_2d(left.T @ left / n))) + np.log(n) * q * x.shape[1]


def test_bic_compares_lags_on_common_dates(adjusting_prices):
    spread = static_spread(adjusting_prices)[0]
    criteria = [bic(*equation(adjusting_prices, spread, lags, first=10), q=1) for lags in range(11)]
    fit = fit_to(hr.ErrorCorrectionHedge(), adjusting_prices)
    assert len(fit.summary) == 4 + 3 * np.argmin(criteria)
    assert np.argmin(criteria) == 1


@pytest.mark.parametrize("scale", [1e-4, 1e4])
@pytest.mark.parametrize(
    "make",
    [hr.ErrorCorrectionHedge, hr.VECMHedge, hr.CointegrationHedge],
    ids=["two steps", "vecm", "long run"],
)
def test_ratio_has_the_units_of_its_prices(adjusting_prices, make, scale):
    scaled_prices = adjusting_prices.assign(spot=adjusting_prices["spot"] * scale)
    plain = fit_to(make(kind="difference"), adjusting_prices)
    scaled = fit_to(make(kind="difference"), scaled_prices)
    np.testing.assert_allclose(scaled.next_ratio, plain.next_ratio * scale, rtol=1e-7)
    np.testing.assert_allclose(scaled.standard_errors, plain.standard_errors * scale, rtol=1e-6)
    plain = fit_to(make(kind="log"), adjusting_prices)
    scaled = fit_to(make(kind="log"), scaled_prices)
    np.testing.assert_allclose(scaled.next_ratio, plain.next_ratio, rtol=1e-7)


def test_fit_keeps_its_prices_and_its_test(adjusting_prices):
    fit = fit_to(hr.ErrorCorrectionHedge(), adjusting_prices.iloc[:500])
    assert fit.ratio.index.equals(adjusting_prices.index[1:500])
    assert fit.returns_kind == "log"
    assert fit.sample.n_estimation == len(fit.sample.rows) == 500
    new = adjusting_prices.iloc[500:]
    later = fit.extend(new["spot"], new[["future", "other"]])
    np.testing.assert_array_equal(later.sample.rows.values, adjusting_prices)
    assert later.ratio.index.equals(new.index)
    assert later.detail is fit.detail
    pd.testing.assert_series_equal(later.standard_errors, fit.standard_errors)
    with pytest.raises(hr.DataError, match="takes prices. Use method='delta'"):
        fit.conf_int(method="bootstrap")


def test_names_of_parameters_are_distinct(adjusting_prices):
    renamed = adjusting_prices.set_axis(["error correction", "constant", "spot, lag 1"], axis=1)
    summary = fit_to(hr.ErrorCorrectionHedge(lags=1), renamed).summary
    assert summary.index.is_unique
    assert summary.index[:4].tolist() == [
        "(constant)",
        "constant",
        "spot, lag 1",
        "error correction",
    ]


def test_missing_relation_is_warned_of(unrelated_prices):
    message = (
        r"should be cointegrated .*; no relation was found \(Engle-Granger test: -?\d.*, p = "
        r".*OLSHedge on returns"
    )
    with pytest.warns(hr.errors.ConvergenceWarning, match=message):
        fit = fit_to(hr.ErrorCorrectionHedge(), unrelated_prices)
    assert not fit.detail.found


def test_exact_combination_is_replicated(adjusting_prices):
    basket = (0.5 * adjusting_prices["future"] + 2.0 * adjusting_prices["other"]).rename("basket")
    for model in (
        hr.ErrorCorrectionHedge(kind="difference"),
        hr.VECMHedge("difference"),
        hr.CointegrationHedge(kind="difference"),
    ):
        fit = model.fit(basket, adjusting_prices[["future", "other"]])
        np.testing.assert_allclose(fit.next_ratio, [0.5, 2.0], rtol=1e-9)
        assert len(fit.sample.rows) == fit.sample.n_estimation == 600


def test_invalid_settings_are_refused():
    with pytest.raises(hr.DataError, match="kind must be one of 'log', 'difference'; got 'simple'"):
        hr.ErrorCorrectionHedge(kind="simple")
    with pytest.raises(hr.DataError, match="lags must be a whole number of at least 0; got -1"):
        hr.ErrorCorrectionHedge(lags=-1)


@pytest.mark.filterwarnings(NO_RELATION)
def test_invalid_samples_are_refused(adjusting_prices, unrelated_prices):
    model = hr.ErrorCorrectionHedge()
    with pytest.raises(hr.DataError, match="at least 40 rows for a test of cointegration; got 39"):
        fit_to(model, adjusting_prices.iloc[:39])
    message = "be at most 27 with 199 price changes of 2 series; got 30"
    with pytest.raises(hr.DataError, match=message):
        fit_to(hr.ErrorCorrectionHedge(lags=30), unrelated_prices.iloc[:200])
    with pytest.raises(hr.DataError, match="prices must be positive for log returns"):
        fit_to(model, unrelated_prices - unrelated_prices.max())
    walks = np.random.default_rng(0).normal(size=(200, 13)).cumsum(axis=0) / 100
    with pytest.raises(hr.DataError, match="at most 11 hedges; got 12"):
        fit_to(model, dated(walks, list("abcdefghijklm")))


@pytest.mark.filterwarnings(NO_RELATION)
def test_stale_quotes_are_refused(unrelated_prices):
    """An asset quoted a date late is known from the past, whose lags determine one another."""
    stale = unrelated_prices["future"].shift().rename("stale").iloc[1:]
    future = unrelated_prices[["future"]].iloc[1:]
    for model in (
        hr.VECMHedge(lags=1),
        hr.VECMHedge(),
        hr.ErrorCorrectionHedge(lags=1),
        hr.CointegrationHedge("johansen"),
    ):
        message = "must not be known from their past; stale is, within the given lags"
        with pytest.raises(hr.DataError, match=message):
            model.fit(stale, future)
    with pytest.raises(hr.DataError, match="the equation's regressors must not be collinear"):
        hr.ErrorCorrectionHedge(lags=2).fit(stale, future)


def test_smallest_samples_have_finite_errors(unrelated_prices):
    with pytest.warns(hr.errors.ConvergenceWarning):
        models = [hr.ErrorCorrectionHedge(), hr.VECMHedge()]
        fits = [fit_to(model, unrelated_prices.iloc[:30]) for model in models]
    assert all(np.isfinite(fit.standard_errors).all() for fit in fits)


def test_estimates_agree_with_r(currency):
    """R's changes are in percent, so that its constant and speed are a hundred times ours."""
    rates, reference = currency
    fit = fit_to(hr.ErrorCorrectionHedge(lags=0, standard_errors="nonrobust"), rates)
    expected = reference["ecm"]
    assert fit.next_ratio["forward"] == pytest.approx(expected["beta"], rel=1e-11)
    assert 100 * fit.summary["estimate"]["error correction"] == pytest.approx(
        expected["gamma"], rel=1e-9
    )
    errors = fit.summary["standard error"].iloc[1:] * [1, 100]
    np.testing.assert_allclose(errors, expected["se"], rtol=1e-9)
    fit = fit_to(hr.ErrorCorrectionHedge(lags=1, standard_errors="nonrobust"), rates)
    units = np.array([100, 1, 100, 1, 1])
    np.testing.assert_allclose(
        fit.summary["estimate"] * units, reference["ecm_lag1"]["coef"], rtol=1e-8, atol=1e-12
    )
    np.testing.assert_allclose(
        fit.summary["standard error"] * units, reference["ecm_lag1"]["se"], rtol=1e-8
    )
    assert fit.detail.constant == pytest.approx(reference["engle_granger"]["const"], rel=1e-9)
    assert fit.detail.relation["forward"] == pytest.approx(
        reference["engle_granger"]["theta"], rel=1e-11
    )
    # BIC chooses R's one lag for pound and yen.
    if len(fit_to(hr.ErrorCorrectionHedge(), rates).summary) == 5:
        statistic = fit.detail.table.loc[0, "statistic"]
        assert statistic == pytest.approx(reference["engle_granger"]["adf_tau"], rel=1e-8)


@pytest.mark.slow
def test_intervals_cover_the_ratio():
    """Changes with b = 0.9 given the past, a spread that shrinks by a tenth: coverage near 95%."""
    rng = np.random.default_rng(0)
    inside = {hr.ErrorCorrectionHedge: 0, hr.VECMHedge: 0}
    for _ in range(300):
        h, u = 0.01 * rng.standard_normal((2, 500))
        a = np.zeros(500)
        level = h.cumsum()
        for t in range(1, 500):
            a[t] = a[t - 1] + 0.9 * h[t] + 0.5 * u[t] - 0.1 * (a[t - 1] - level[t - 1])
        prices = dated(np.column_stack([a, level]), ["a", "h"])
        for make in inside:
            interval = fit_to(make(lags=0), prices).conf_int().loc["h"]
            inside[make] += interval["lower"] < 0.9 < interval["upper"]
    assert all(0.91 < count / 300 < 0.98 for count in inside.values()), inside
