"""Hedges with other objectives than variance, against definitions, brute force and other software."""

import dataclasses
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import hedgeresearch as hr
from hedgeresearch.hedges.bootstrap import bootstrap_ratios
from hedgeresearch.hedges.objectives.mean_variance import mean_variance_ratio
from hedgeresearch.hedges.regression.total_least_squares import total_least_squares


@pytest.fixture(scope="module")
def returns(skewed_returns):
    return skewed_returns


def fit(model, frame):
    return model.fit(frame["asset"], frame.drop(columns="asset"))


def moved_by_weights(estimate, values, date, step=1e-5):
    """Influence of a date by the definition: what a little more weight on it does, by central differences."""
    n = len(values)

    def weighted(extra):
        weights = np.ones(n) / n * (1.0 - extra)
        weights[date] += extra
        return estimate(values, weights)

    return (weighted(step) - weighted(-step)) / (2.0 * step)


# --- total least squares ---


def total_least_squares_by_moments(noise_ratio, standardized):
    def estimate(values, weights):
        centred = values - weights @ values
        covariance = centred.T @ (centred * weights[:, None])
        noise = np.diag(covariance).copy() if standardized else np.ones(len(covariance))
        noise[0] *= noise_ratio
        _, vectors = np.linalg.eigh(covariance / np.sqrt(np.outer(noise, noise)))
        line = vectors[:, 0] / np.sqrt(noise)
        return -line[1:] / line[0]

    return estimate


@pytest.mark.parametrize("scale", ["standardized", "raw"])
@pytest.mark.parametrize("noise_ratio", [0.5, 3.0])
def test_total_least_squares_and_its_influences(returns, scale, noise_ratio):
    values, estimate = (
        returns.to_numpy(),
        total_least_squares_by_moments(noise_ratio, scale == "standardized"),
    )
    found = fit(hr.TotalLeastSquaresHedge(noise_ratio, scale), returns).next_ratio
    np.testing.assert_allclose(found, estimate(values, np.full(300, 1 / 300)), rtol=1e-9)
    _, influence = total_least_squares(values, noise_ratio, scale == "standardized")
    for date in (0, 17, 251):
        np.testing.assert_allclose(
            influence[date], moved_by_weights(estimate, values, date), rtol=1e-5
        )  # a difference of second order


def test_total_least_squares_is_the_line_of_least_distance(returns):
    """The definition for two hedges: the plane from which squared distances, in units of the noise, are least."""

    def squared_distances(ratio):
        left = returns["asset"] - returns[["first", "second"]] @ ratio
        return float(((left - left.mean()) ** 2).sum() / (2.0 + ratio @ ratio)) * 1e4

    best = minimize(
        squared_distances, [0.7, 0.3], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}
    )
    found = fit(hr.TotalLeastSquaresHedge(2.0, scale="raw"), returns).next_ratio
    np.testing.assert_allclose(found, best.x, rtol=1e-6)  # of the search


def test_total_least_squares_equals_scipy_odr(returns):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from scipy import odr
    data = odr.RealData(returns["first"], returns["asset"], sx=1.0, sy=np.sqrt(2.0))
    run = odr.ODR(data, odr.unilinear, beta0=[0.8, 0.0], sstol=1e-14, partol=1e-14, maxit=500).run()
    found = fit(hr.TotalLeastSquaresHedge(2.0, scale="raw"), returns[["asset", "first"]]).next_ratio
    np.testing.assert_allclose(found, run.beta[0], rtol=1e-6)  # of ODRPACK's iterations


def test_total_least_squares_has_known_limits(returns):
    ols = fit(hr.OLSHedge(), returns)
    limit = fit(hr.TotalLeastSquaresHedge(1e9), returns)
    np.testing.assert_allclose(limit.next_ratio, ols.next_ratio, rtol=1e-8)
    np.testing.assert_allclose(limit.standard_errors, ols.standard_errors, rtol=1e-6)
    one = returns[["asset", "first"]]
    inverse = fit(hr.TotalLeastSquaresHedge(1e-9), one).next_ratio["first"]
    assert inverse == pytest.approx(one["asset"].var() / one.cov().loc["asset", "first"], rel=1e-8)
    middle = fit(hr.TotalLeastSquaresHedge(), one.assign(asset=-one["asset"])).next_ratio["first"]
    assert middle == pytest.approx(-one["asset"].std() / one["first"].std(), rel=1e-9)


def test_total_least_squares_refuses_an_asset_of_its_own():
    frame = pd.DataFrame({"asset": [1.0, -1.0, 1.0, -1.0] * 5, "hedge": [1.0, 1.0, -1.0, -1.0] * 5})
    with pytest.raises(hr.DataError, match="must have variance in common with the hedges"):
        fit(hr.TotalLeastSquaresHedge(), frame)


def test_total_least_squares_finds_what_noise_hides():
    rng = np.random.default_rng(2)
    clean = rng.normal(size=(20_000, 2))
    noise = 0.5 * rng.normal(size=(20_000, 3))
    frame = pd.DataFrame(
        np.column_stack([clean @ [0.7, 0.3], clean]) + noise, columns=["asset", "first", "second"]
    )
    np.testing.assert_allclose(
        fit(hr.TotalLeastSquaresHedge(scale="raw"), frame).next_ratio, [0.7, 0.3], atol=0.03
    )
    assert fit(hr.OLSHedge(), frame).next_ratio["first"] < 0.6


# --- mean and variance ---


@pytest.mark.parametrize("expected", [None, {"second": 3e-4, "first": -1e-4}])
def test_mean_variance_is_the_best_of_its_objective(returns, expected):
    hedges = returns[["first", "second"]]
    means = hedges.mean() if expected is None else pd.Series(expected)[hedges.columns]
    found = fit(hr.MeanVarianceHedge(4.0, expected), returns).next_ratio
    variance = returns.cov().to_numpy()
    written = np.linalg.solve(variance[1:, 1:], variance[1:, 0] - means / 4.0)
    np.testing.assert_allclose(found, written, rtol=1e-9)

    def objective(ratio):
        weights = np.concatenate([[1.0], -ratio])
        return means @ ratio + 2.0 * weights @ variance @ weights

    best = minimize(
        objective, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-18}
    )
    np.testing.assert_allclose(found, best.x, atol=1e-5)  # of the search


@pytest.mark.parametrize("expected", [None, np.array([-1e-4, 3e-4])])
def test_mean_variance_influences(returns, expected):
    def estimate(values, weights):
        means = weights @ values
        covariance = (values - means).T @ ((values - means) * weights[:, None]) * 300 / 299
        believed = means[1:] if expected is None else expected
        return np.linalg.solve(covariance[1:, 1:], covariance[1:, 0] - believed / 4.0)

    values = returns.to_numpy()
    ratio, influence = mean_variance_ratio(values[:, 0], values[:, 1:], 4.0, expected)
    np.testing.assert_allclose(ratio, estimate(values, np.full(300, 1 / 300)), rtol=1e-9)
    for date in (
        0,
        17,
        251,
    ):  # the definition without the correction of the divisor moves by 1 / 300 more or less
        np.testing.assert_allclose(
            influence[date], moved_by_weights(estimate, values, date), rtol=0.02, atol=1e-2
        )
    np.testing.assert_allclose(influence.mean(axis=0), 0.0, atol=1e-8)


def test_mean_variance_without_expectations_is_ols(returns):
    ols = fit(hr.OLSHedge(), returns)
    for model in (hr.MeanVarianceHedge(2.0, 0.0), hr.MeanVarianceHedge(1e12)):
        np.testing.assert_allclose(fit(model, returns).next_ratio, ols.next_ratio, rtol=1e-9)
        np.testing.assert_allclose(
            fit(model, returns).standard_errors, ols.standard_errors, rtol=0.005
        )  # n - 1


def test_mean_variance_keeps_what_an_exact_hedge_earns(returns):
    """An asset that hedges itself: 1 - mean / (risk aversion * variance), not one."""
    frame = pd.DataFrame({"asset": returns["first"], "itself": returns["first"]})
    expected = 1.0 - frame["asset"].mean() / (5.0 * frame["asset"].var())
    assert fit(hr.MeanVarianceHedge(5.0), frame).next_ratio["itself"] == pytest.approx(
        expected, rel=1e-9
    )


def test_mean_variance_with_sample_means_extends_and_pickles(returns):
    model = hr.MeanVarianceHedge(5.0)
    found = fit(model, returns.iloc[:200])
    later = found.extend(returns["asset"].iloc[200:], returns[["first", "second"]].iloc[200:])
    assert (later.ratio == found.next_ratio).all().all()
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(later)).standard_errors, found.standard_errors
    )
    turned = model.fit(returns["asset"].iloc[:200], returns[["second", "first"]].iloc[:200])
    np.testing.assert_allclose(turned.next_ratio[["first", "second"]], found.next_ratio, rtol=1e-9)


def test_expected_returns_are_settings_like_others(returns):
    expected = {"first": 1e-4, "second": 2e-4}
    model = hr.MeanVarianceHedge(5.0, expected)
    expected["first"] = 9.0
    assert model == hr.MeanVarianceHedge(5.0, pd.Series({"first": 1e-4, "second": 2e-4}))
    assert (
        pickle.loads(pickle.dumps(dataclasses.replace(model, risk_aversion=2.0))).expected
        == model.expected
    )
    assert "expected={'first': 0.0001, 'second': 0.0002}" in repr(fit(model, returns))
    with pytest.raises(
        hr.DataError, match=r"expected must name every hedge; second is not among \['first'\]"
    ):
        fit(hr.MeanVarianceHedge(5.0, {"first": 1e-4}), returns)


def test_settings_that_cannot_work_are_refused():
    with pytest.raises(
        hr.DataError, match=r"order must be 1, or from 1.2 to 100; got 1.1. Take 1, 2 or 3"
    ):
        hr.LowerPartialMomentHedge(1.1)
    with pytest.raises(hr.DataError, match="target must lie strictly between"):
        hr.LowerPartialMomentHedge(target=np.nan)
    with pytest.raises(hr.DataError, match="q must lie strictly between 0 and 1; got 1"):
        hr.QuantileHedge(1.0)
    with pytest.raises(hr.DataError, match=r"tail must be a tail probability, in \(0, 0.5\]; got 95"):
        hr.MinimumCVaRHedge(95)
    with pytest.raises(hr.DataError, match=r"got 0.95. Did you mean tail=0.05\?"):
        hr.MinimumCVaRHedge(0.95)
    with pytest.raises(
        hr.DataError, match="risk_aversion must lie strictly between 0 and inf; got 0"
    ):
        hr.MeanVarianceHedge(0)
    with pytest.raises(hr.DataError, match=r"expected\['first'\] must lie strictly between"):
        hr.MeanVarianceHedge(1.0, {"first": np.nan})
    with pytest.raises(
        hr.DataError, match="noise_ratio must lie strictly between 0 and inf; got 0"
    ):
        hr.TotalLeastSquaresHedge(0)
    with pytest.raises(
        hr.DataError, match="scale must be one of 'standardized', 'raw'; got 'none'"
    ):
        hr.TotalLeastSquaresHedge(scale="none")


# --- all ---

ROBUST = {
    "least squares, total": hr.TotalLeastSquaresHedge(2.0),
    "mean and variance": hr.MeanVarianceHedge(5.0),
    "median": hr.QuantileHedge(),
    "shortfall": hr.LowerPartialMomentHedge(1.0),
    "semivariance": hr.LowerPartialMomentHedge(),
}


@pytest.mark.parametrize("name", ROBUST)
def test_delta_errors_are_of_the_size_of_the_bootstrap(returns, name):
    found = fit(ROBUST[name], returns)
    drawn = bootstrap_ratios(found, n_bootstrap=80).std(axis=0)
    np.testing.assert_allclose(found.standard_errors, drawn, rtol=0.35)  # of so few draws


@pytest.mark.slow
@pytest.mark.parametrize("name", ROBUST)
def test_intervals_cover(name):
    """95 % intervals over 400 samples of 500 dates, whose noise varies with the hedge."""
    rng, held = np.random.default_rng(8), []
    truth = {"least squares, total": None}.get(name, 0.8)
    hedge = 0.01 * rng.standard_t(6, (400, 500))
    asset = 0.8 * hedge + 0.006 * np.sqrt(0.5 + 0.5 * (hedge / 0.01) ** 2) * rng.standard_t(
        6, (400, 500)
    )
    if truth is None:
        one = pd.DataFrame({"asset": asset.ravel(), "hedge": hedge.ravel()})
        truth = fit(ROBUST[name], one).next_ratio["hedge"]
    for a, h in zip(asset, hedge, strict=True):
        interval = fit(ROBUST[name], pd.DataFrame({"asset": a, "hedge": h})).conf_int()
        held.append(interval.loc["hedge", "lower"] < truth < interval.loc["hedge", "upper"])
    assert 0.90 < np.mean(held) < 0.99
