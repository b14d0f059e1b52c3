"""Error correction, one equation or all: against plain least squares, statsmodels and R."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import rdata
from statsmodels.tsa.api import VAR
from statsmodels.tsa.vector_ar.vecm import VECM

import hedgeresearch as hr
from hedgeresearch.covariance.moments.ewma import EWMAState
from hedgeresearch.estimation.regression import newey_west_lags

NOTHING = "ignore:asset and hedges should:hedgeresearch.errors.ConvergenceWarning"


def dated(values, names):
    return pd.DataFrame(
        values, columns=names, index=pd.bdate_range("2001-01-01", periods=len(values))
    )


@pytest.fixture(scope="module")
def prices():
    """Three log prices, the first tied to the others, with autocorrelated changes."""
    rng = np.random.default_rng(3)
    noise = (
        0.01 * rng.standard_normal((600, 3)) @ np.array([[1.0, 0, 0], [0.6, 1, 0], [0.4, 0.5, 1]]).T
    )
    levels = np.zeros((600, 3))
    changes = np.zeros((600, 3))
    for t in range(1, 600):
        spread = levels[t - 1] @ [1.0, -0.8, -0.3]
        changes[t] = noise[t] + [-0.1 * spread, 0.05 * spread, 0.0] + 0.2 * changes[t - 1, ::-1]
        levels[t] = levels[t - 1] + changes[t]
    return dated(100 * np.exp(levels), ["spot", "future", "other"])


@pytest.fixture(scope="module")
def walks():
    """Prices that nothing ties together."""
    steps = (
        0.01
        * np.random.default_rng(1).standard_normal((400, 2))
        @ np.array([[1.0, 0.5], [0.0, 1.0]])
    )
    return dated(50 * np.exp(steps.cumsum(axis=0)), ["spot", "future"])


def fit_of(model, prices):
    return model.fit(prices.iloc[:, 0], prices.iloc[:, 1:])


def lagged(changes, lags, first):
    """Changes of 1, 2, ... ``lags`` dates before, for the dates from ``first`` on."""
    rows = [
        np.concatenate([changes[t - lag] for lag in range(1, lags + 1)] or [[]])
        for t in range(first, len(changes))
    ]
    return np.array(rows)


def equation(prices, spreads, lags, first=None):
    """Response and regressors of the asset's equation, row by row: constant, hedges, spreads, lagged changes."""
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
def test_error_correction_by_hand(prices, lags):
    fit = fit_of(hr.ErrorCorrectionHedge(lags=lags), prices)
    spread, static = static_spread(prices)
    y, x = equation(prices, spread, lags)
    b = np.linalg.lstsq(x, y, rcond=None)[0]
    errors = np.sqrt(np.diag(newey_west(x, y - x @ b, newey_west_lags(len(y)))))
    np.testing.assert_allclose(
        fit.summary["estimate"], b, rtol=1e-7, atol=1e-12
    )  # lstsq of unscaled columns
    np.testing.assert_allclose(fit.summary["standard error"], errors, rtol=1e-7)
    np.testing.assert_allclose(fit.standard_errors, errors[1:3], rtol=1e-7)
    np.testing.assert_allclose([fit.detail.constant, *fit.detail.relation], static, rtol=1e-8)
    assert fit.summary.index[:4].tolist() == ["constant", "future", "other", "error correction"]
    assert fit.summary.index[4:7].tolist() == (
        ["spot, lag 1", "future, lag 1", "other, lag 1"] if lags else []
    )


def test_the_covariance_is_what_the_past_leaves(prices):
    """Frisch and Waugh: both sides regressed on constant, spread and lags; their residuals give the ratio."""
    fit = fit_of(hr.ErrorCorrectionHedge(lags=2), prices)
    _, x = equation(prices, static_spread(prices)[0], 2)
    past, now = np.delete(x, [1, 2], axis=1), np.diff(np.log(prices.to_numpy()), axis=0)[2:]
    left = now - past @ np.linalg.lstsq(past, now, rcond=None)[0]
    np.testing.assert_allclose(
        fit.next_covariance, left.T @ left / (len(now) - past.shape[1]), rtol=1e-7
    )


def bic(y, x, q):
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    n = len(left)
    return n * np.log(np.linalg.det(np.atleast_2d(left.T @ left / n))) + np.log(n) * q * x.shape[1]


def test_lags_by_bic_on_the_dates_all_candidates_have(prices):
    spread = static_spread(prices)[0]
    criteria = [bic(*equation(prices, spread, lags, first=10), q=1) for lags in range(11)]
    fit = fit_of(hr.ErrorCorrectionHedge(), prices)
    assert len(fit.summary) == 4 + 3 * np.argmin(criteria)
    assert np.argmin(criteria) == 1


def test_lags_of_the_vecm_by_bic(prices):
    found = VAR(np.log(prices.to_numpy())).select_order(11).bic - 1
    fit = fit_of(hr.VECMHedge(rank=1), prices)
    assert len(fit.summary) == 4 + 3 * found
    assert found == 1


def ratio_of(covariance):
    return np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])


def test_the_vecm_without_relations_is_a_var_of_changes(prices):
    fit = fit_of(hr.VECMHedge(lags=2, rank=0), prices)
    changes = np.diff(np.log(prices.to_numpy()), axis=0)
    np.testing.assert_allclose(fit.next_ratio, ratio_of(VAR(changes).fit(2).sigma_u), rtol=1e-9)
    none = fit_of(hr.VECMHedge(lags=0, rank=0), prices)
    np.testing.assert_allclose(none.next_ratio, ratio_of(np.cov(changes, rowvar=False)), rtol=1e-9)


@pytest.mark.filterwarnings(
    "ignore:asset and hedges should have 3:hedgeresearch.errors.ConvergenceWarning"
)
def test_the_vecm_of_full_rank_is_a_var_of_levels(prices):
    fit = fit_of(hr.VECMHedge(lags=2, rank=3), prices)
    np.testing.assert_allclose(
        fit.next_ratio, ratio_of(VAR(np.log(prices.to_numpy())).fit(3).sigma_u), rtol=1e-7
    )


@pytest.mark.parametrize("lags", [0, 1, 4])
def test_the_vecm_of_statsmodels(prices, lags):
    fit = fit_of(hr.VECMHedge(lags=lags, rank=1), prices)
    other = VECM(np.log(prices.to_numpy()), k_ar_diff=lags, coint_rank=1, deterministic="co").fit()
    np.testing.assert_allclose(fit.next_ratio, ratio_of(other.sigma_u), rtol=1e-7)
    np.testing.assert_allclose(-fit.detail.relation, other.beta[1:, 0], rtol=1e-7)


def test_errors_of_the_vecm_are_those_of_residuals_on_residuals(prices):
    fit = fit_of(hr.VECMHedge(lags=1), prices)
    assert fit.detail.rank == 1
    residuals = (
        VECM(np.log(prices.to_numpy()), k_ar_diff=1, coint_rank=1, deterministic="co").fit().resid
    )
    a, h = residuals[:, 0], residuals[:, 1:]
    u = a - h @ np.linalg.lstsq(h, a, rcond=None)[0]
    expected = np.sqrt(np.diag(newey_west(h, u, newey_west_lags(len(u)))))
    np.testing.assert_allclose(
        fit.standard_errors, expected, rtol=1e-6
    )  # the vectors come by other routes


@pytest.mark.parametrize("scale", [1e-4, 1e4])
@pytest.mark.parametrize(
    "make",
    [hr.ErrorCorrectionHedge, hr.VECMHedge, hr.CointegrationHedge],
    ids=["two steps", "vecm", "long run"],
)
def test_units(prices, make, scale):
    plain, scaled = prices, prices.assign(spot=prices["spot"] * scale)
    first, second = (fit_of(make(kind="difference"), p) for p in (plain, scaled))
    np.testing.assert_allclose(second.next_ratio, first.next_ratio * scale, rtol=1e-7)
    np.testing.assert_allclose(second.standard_errors, first.standard_errors * scale, rtol=1e-6)
    first, second = (fit_of(make(kind="log"), p) for p in (plain, scaled))
    np.testing.assert_allclose(second.next_ratio, first.next_ratio, rtol=1e-7)


def test_what_a_fit_from_prices_remembers(prices):
    fit = fit_of(hr.ErrorCorrectionHedge(), prices.iloc[:500])
    assert fit.ratio.index.equals(prices.index[1:500])
    assert fit.returns_kind == "log"
    assert fit.sample.n_estimation == len(fit.sample.rows) == 500
    new = prices.iloc[500:]
    later = fit.extend(new["spot"], new[["future", "other"]])
    np.testing.assert_array_equal(later.sample.rows.values, prices)
    assert later.ratio.index.equals(new.index)
    assert later.detail is fit.detail
    pd.testing.assert_series_equal(later.standard_errors, fit.standard_errors)
    with pytest.raises(hr.DataError, match="takes prices. Use method='delta'"):
        fit.conf_int(method="bootstrap")


def test_names_stay_apart(prices):
    renamed = prices.set_axis(["error correction", "constant", "spot, lag 1"], axis=1)
    summary = fit_of(hr.ErrorCorrectionHedge(lags=1), renamed).summary
    assert summary.index.is_unique
    assert summary.index[:4].tolist() == [
        "(constant)",
        "constant",
        "spot, lag 1",
        "error correction",
    ]


def test_prices_that_nothing_ties_together_are_reported(walks):
    message = r"should be cointegrated .*; none was found \(Engle-Granger test: -?\d.*, p = .*OLSHedge on returns"
    with pytest.warns(hr.errors.ConvergenceWarning, match=message):
        fit = fit_of(hr.ErrorCorrectionHedge(), walks)
    assert not fit.detail.found
    with pytest.warns(
        hr.errors.ConvergenceWarning,
        match=r"should have 1 cointegrating relation; 0 found .* VECMHedge\(rank=0\)",
    ):
        free = fit_of(hr.VECMHedge(), walks)
    assert repr(free.detail).startswith("Cointegration(none found at 5 %; Johansen trace test: ")
    asked = fit_of(hr.VECMHedge(rank=0), walks)  # without a word
    np.testing.assert_allclose(asked.next_ratio, free.next_ratio, rtol=1e-12)


def test_an_exact_combination_is_replicated(prices):
    basket = (0.5 * prices["future"] + 2.0 * prices["other"]).rename("basket")
    for model in (
        hr.ErrorCorrectionHedge(kind="difference"),
        hr.VECMHedge("difference"),
        hr.CointegrationHedge(kind="difference"),
    ):
        fit = model.fit(basket, prices[["future", "other"]])
        np.testing.assert_allclose(fit.next_ratio, [0.5, 2.0], rtol=1e-9)
        assert len(fit.sample.rows) == fit.sample.n_estimation == 600


@pytest.mark.filterwarnings(NOTHING)
def test_what_cannot_work_is_refused(prices, walks):
    for make, message in [
        (
            lambda: hr.ErrorCorrectionHedge(kind="simple"),
            "kind must be one of 'log', 'difference'; got 'simple'",
        ),
        (
            lambda: hr.ErrorCorrectionHedge(lags=-1),
            "lags must be a whole number of at least 0; got -1",
        ),
        (lambda: hr.VECMHedge(lags="aic"), "lags must be a whole number of at least 0; got 'aic'"),
        (lambda: hr.VECMHedge(rank=1.5), "rank must be a whole number of at least 0; got 1.5"),
        (lambda: hr.VECMHedge(standard_errors="HC9"), "standard_errors must be one of"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            make()
    for model, data, message in [
        (hr.VECMHedge(rank=4), prices, "rank must be at most the number of series, 3; got 4"),
        (
            hr.ErrorCorrectionHedge(),
            prices.iloc[:39],
            "must have at least 40 rows for a test of cointegration; got 39",
        ),
        (
            hr.ErrorCorrectionHedge(lags=30),
            walks.iloc[:200],
            "be at most 27 with 199 price changes of 2 series; got 30",
        ),
        (hr.ErrorCorrectionHedge(), walks - walks.max(), "prices must be positive for log returns"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            fit_of(model, data)
    many = dated(
        100 * np.exp(np.random.default_rng(0).normal(size=(200, 13)).cumsum(axis=0) / 100),
        list("abcdefghijklm"),
    )
    with pytest.raises(hr.DataError, match="at most 11 hedges; got 12"):
        fit_of(hr.ErrorCorrectionHedge(), many)


@pytest.mark.filterwarnings(NOTHING)
def test_stale_quotes_are_refused(walks):
    """An asset quoted a date late is known from the past, and the past's own lags from one another."""
    stale = walks["future"].shift().rename("stale").iloc[1:]
    future = walks[["future"]].iloc[1:]
    for model in (
        hr.VECMHedge(lags=1),
        hr.VECMHedge(),
        hr.ErrorCorrectionHedge(lags=1),
        hr.CointegrationHedge("johansen"),
    ):
        with pytest.raises(
            hr.DataError, match="must not be known from their past; stale is, within the lags given"
        ):
            model.fit(stale, future)
    with pytest.raises(hr.DataError, match="the equation's regressors must not be collinear"):
        hr.ErrorCorrectionHedge(lags=2).fit(stale, future)


def test_the_smallest_samples_do_not_crash(walks):
    with pytest.warns(hr.errors.ConvergenceWarning):
        fits = [fit_of(make(), walks.iloc[:30]) for make in (hr.ErrorCorrectionHedge, hr.VECMHedge)]
    assert all(np.isfinite(fit.standard_errors).all() for fit in fits)


# --- R ---


@pytest.fixture(scope="module", params=["Pound", "DM", "Yen"])
def currency(request, data_dir):
    """Spot and forward rates, and what R says of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdata speaks of classes of R that it does not know
        table = next(iter(rdata.read_rda(data_dir / f"{request.param}.rda").values()))
    rates = dated(np.column_stack([table["s"], table["f"]]).astype(float), ["spot", "forward"])
    text = (request.config.rootpath / "tests" / "reference" / "ols_ecm.json").read_text()
    return rates, json.loads(text)[request.param]


def test_r_ols(currency):
    rates, reference = currency
    returns = 100 * hr.returns(rates, kind="log")
    asset, hedges = returns["spot"], returns[["forward"]]
    expected = reference["ols"]
    for key, model in {
        "se": hr.OLSHedge(standard_errors="nonrobust"),
        "se_HC0": hr.OLSHedge(standard_errors="HC0"),
        "se_HC1": hr.OLSHedge(standard_errors="HC1"),
        "se_HC3": hr.OLSHedge(standard_errors="HC3"),
        "se_NW_lag4_noprewhite": hr.OLSHedge(hac_lags=4),
    }.items():
        fit = model.fit(asset, hedges)
        assert fit.next_ratio["forward"] == pytest.approx(expected["beta"], rel=1e-11)
        assert fit.standard_errors["forward"] == pytest.approx(expected[key], rel=1e-10), key
    assert fit.expected_effectiveness == pytest.approx(expected["r2"], rel=1e-10)


def test_r_error_correction(currency):
    """R's changes are in per cent, so that its constant and speed are a hundred times ours."""
    rates, reference = currency
    fit = fit_of(hr.ErrorCorrectionHedge(lags=0, standard_errors="nonrobust"), rates)
    expected = reference["ecm"]
    assert fit.next_ratio["forward"] == pytest.approx(expected["beta"], rel=1e-11)
    assert 100 * fit.summary["estimate"]["error correction"] == pytest.approx(
        expected["gamma"], rel=1e-9
    )
    errors = fit.summary["standard error"].iloc[1:] * [1, 100]
    np.testing.assert_allclose(errors, expected["se"], rtol=1e-9)
    fit = fit_of(hr.ErrorCorrectionHedge(lags=1, standard_errors="nonrobust"), rates)
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
    if (
        len(fit_of(hr.ErrorCorrectionHedge(), rates).summary) == 5
    ):  # BIC takes R's one lag for pound and yen
        statistic = fit.detail.table.loc[0, "statistic"]
        assert statistic == pytest.approx(reference["engle_granger"]["adf_tau"], rel=1e-8)


def test_r_moving_ratios(currency):
    rates, reference = currency
    returns = 100 * hr.returns(rates, kind="log")
    fit = hr.RollingOLSHedge(104).fit(returns["spot"], returns[["forward"]])
    check_path([*fit.ratio["forward"], *fit.next_ratio], reference["rolling104"])
    values = returns.to_numpy()
    start = (
        values[:50].T @ values[:50] / 50
    )  # R starts at this mean; then its weights are 1 - decay for ever
    path = EWMAState(0.94, start, 1 / 0.06).path(values[50:], np.arange(2))
    check_path(path[:, 0, 1] / path[:, 1, 1], reference["ewma094_init50"])


def check_path(ratio, expected):
    ratio = np.asarray(ratio)
    found = {
        "n": len(ratio),
        "first": ratio[0],
        "second": ratio[1],
        "third": ratio[2],
        "last": ratio[-1],
    }
    found |= {
        "mid": ratio[expected["mid_index1"] - 1],
        "mean": ratio.mean(),
        "sd": ratio.std(ddof=1),
    }
    found |= {"min": ratio.min(), "max": ratio.max()}
    for key, value in found.items():
        assert value == pytest.approx(expected[key], rel=1e-9), key


# --- simulations ---


@pytest.mark.slow
def test_the_ratio_and_its_error_are_recovered():
    """Changes with b = .9 given the past, a spread that shrinks by a tenth: both models cover b in 95 of 100."""
    rng, inside = np.random.default_rng(0), {hr.ErrorCorrectionHedge: 0, hr.VECMHedge: 0}
    for _ in range(300):
        h, u = 0.01 * rng.standard_normal((2, 500))
        a, level = np.zeros(500), h.cumsum()
        for t in range(1, 500):
            a[t] = a[t - 1] + 0.9 * h[t] + 0.5 * u[t] - 0.1 * (a[t - 1] - level[t - 1])
        prices = dated(100 * np.exp(np.column_stack([a, level])), ["a", "h"])
        for make in inside:
            interval = fit_of(make(lags=0), prices).conf_int().loc["h"]
            inside[make] += interval["lower"] < 0.9 < interval["upper"]
    assert all(0.91 < count / 300 < 0.98 for count in inside.values()), inside
