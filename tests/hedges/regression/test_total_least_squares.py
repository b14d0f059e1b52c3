"""Total least squares against definitions, scipy and its limits."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import hedgeresearch as hr
from hedgeresearch.hedges.regression.total_least_squares import total_least_squares
from tests.hedges.objectives.definitions import fit_to, influence_by_weights


@pytest.fixture(scope="module")
def returns(skewed_returns):
    return skewed_returns


def total_least_squares_by_moments(noise_ratio, standardized):
    def estimate(values, weights):
        centered = values - weights @ values
        covariance = centered.T @ (centered * weights[:, None])
        noise = np.diag(covariance).copy() if standardized else np.ones(len(covariance))
        noise[0] *= noise_ratio
        _, vectors = np.linalg.eigh(covariance / np.sqrt(np.outer(noise, noise)))
        line = vectors[:, 0] / np.sqrt(noise)
        return -line[1:] / line[0]

    return estimate


@pytest.mark.parametrize("scale", ["standardized", "raw"])
@pytest.mark.parametrize("noise_ratio", [0.5, 3.0])
def test_ratio_and_influence_equal_their_definitions(returns, scale, noise_ratio):
    values = returns.to_numpy()
    estimate = total_least_squares_by_moments(noise_ratio, scale == "standardized")
    found = fit_to(hr.TotalLeastSquaresHedge(noise_ratio, scale), returns).next_ratio
    np.testing.assert_allclose(found, estimate(values, np.full(300, 1 / 300)), rtol=1e-9)
    _, influence = total_least_squares(values, noise_ratio, scale == "standardized")
    for date in (0, 17, 251):
        expected = influence_by_weights(estimate, values, date)
        np.testing.assert_allclose(influence[date], expected, rtol=1e-5)  # second order


def test_ratio_minimizes_the_squared_distances(returns):
    """For two hedges: the plane with the least squared distances, in units of the noise."""

    def squared_distances(ratio):
        left = returns["asset"] - returns[["first", "second"]] @ ratio
        return float(((left - left.mean()) ** 2).sum() / (2.0 + ratio @ ratio)) * 1e4

    best = minimize(
        squared_distances, [0.7, 0.3], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}
    )
    found = fit_to(hr.TotalLeastSquaresHedge(2.0, scale="raw"), returns).next_ratio
    np.testing.assert_allclose(found, best.x, rtol=1e-6)  # of the search


def test_ratio_agrees_with_scipy_odr(returns):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from scipy import odr
    data = odr.RealData(returns["first"], returns["asset"], sx=1.0, sy=np.sqrt(2.0))
    run = odr.ODR(data, odr.unilinear, beta0=[0.8, 0.0], sstol=1e-14, partol=1e-14, maxit=500).run()
    found = fit_to(
        hr.TotalLeastSquaresHedge(2.0, scale="raw"), returns[["asset", "first"]]
    ).next_ratio
    np.testing.assert_allclose(found, run.beta[0], rtol=1e-6)  # of ODRPACK's iterations


def test_ratio_has_known_limits(returns):
    ols = fit_to(hr.OLSHedge(), returns)
    limit = fit_to(hr.TotalLeastSquaresHedge(1e9), returns)
    np.testing.assert_allclose(limit.next_ratio, ols.next_ratio, rtol=1e-8)
    np.testing.assert_allclose(limit.standard_errors, ols.standard_errors, rtol=1e-6)
    one = returns[["asset", "first"]]
    inverse = fit_to(hr.TotalLeastSquaresHedge(1e-9), one).next_ratio["first"]
    assert inverse == pytest.approx(one["asset"].var() / one.cov().loc["asset", "first"], rel=1e-8)
    middle = fit_to(hr.TotalLeastSquaresHedge(), one.assign(asset=-one["asset"])).next_ratio[
        "first"
    ]
    assert middle == pytest.approx(-one["asset"].std() / one["first"].std(), rel=1e-9)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_uncorrelated_asset_is_refused():
    frame = pd.DataFrame({"asset": [1.0, -1.0, 1.0, -1.0] * 5, "hedge": [1.0, 1.0, -1.0, -1.0] * 5})
    with pytest.raises(hr.DataError, match="must have variance in common with the hedges"):
        fit_to(hr.TotalLeastSquaresHedge(), frame)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_noise_in_the_hedges_does_not_bias_the_ratio():
    rng = np.random.default_rng(2)
    clean = rng.normal(size=(20_000, 2))
    noise = 0.5 * rng.normal(size=(20_000, 3))
    frame = pd.DataFrame(
        np.column_stack([clean @ [0.7, 0.3], clean]) + noise, columns=["asset", "first", "second"]
    )
    found = fit_to(hr.TotalLeastSquaresHedge(scale="raw"), frame).next_ratio
    np.testing.assert_allclose(found, [0.7, 0.3], atol=0.03)
    assert fit_to(hr.OLSHedge(), frame).next_ratio["first"] < 0.6


def test_invalid_settings_are_refused():
    message = "noise_ratio must lie strictly between 0 and inf; got 0"
    with pytest.raises(hr.DataError, match=message):
        hr.TotalLeastSquaresHedge(0)
    message = "scale must be one of 'standardized', 'raw'; got 'none'"
    with pytest.raises(hr.DataError, match=message):
        hr.TotalLeastSquaresHedge(scale="none")
