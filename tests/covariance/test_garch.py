"""The GARCH margin: at least rugarch's optimum, and independent of units."""

import warnings

import numpy as np
import pytest
import rdata

from hedgeresearch.covariance.garch import GARCH, estimate_garch


def rugarch_start(parameters, returns):
    """h_1 = mean(e^2), set directly, and its gradient."""
    e = returns - parameters[0]
    return float(np.mean(e**2)), np.array([-2 * e.mean(), 0.0, 0.0, 0.0])


@pytest.mark.parametrize("name", ["NASDAQ", "SP500"])
def test_optimum_is_at_least_that_of_rugarch(name, reference, percent_log_returns):
    result = reference[f"rugarch_{name}_sGARCH_norm"]
    ours = estimate_garch(percent_log_returns[name].to_numpy(), rugarch_start)
    assert ours.log_likelihood >= result["loglik"] - 1e-8
    np.testing.assert_allclose(ours.parameters, list(result["coef"].values()), rtol=5e-5)
    assert ours.gradient_norm < 1e-6
    assert ours.bounds_hit == ()


@pytest.mark.parametrize("name", ["NASDAQ", "SP500"])
def test_the_default_start_moves_estimates_by_little(name, reference, percent_log_returns):
    expected = list(reference[f"rugarch_{name}_sGARCH_norm"]["coef"].values())
    np.testing.assert_allclose(GARCH().estimate(percent_log_returns[name].to_numpy()).parameters, expected, rtol=3e-4)


def test_published_benchmark_of_dem_gbp(data_dir):
    """Fiorentini, Calzolari and Panattoni (1996): coefficients and log-likelihood to the printed digits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdata speaks of classes of R that it does not know
        values = np.ravel(next(iter(rdata.read_rda(data_dir / "dem2gbp.rda").values())))
    ours = GARCH().estimate(np.ascontiguousarray(values, dtype=float))
    published = [-0.00619040837994, 0.010761397852, 0.15313406182, 0.805973670305]
    np.testing.assert_allclose(ours.parameters, published, rtol=1e-6)
    assert ours.log_likelihood == pytest.approx(-1106.60788104129, abs=1e-8)


@pytest.mark.parametrize("scale", [1e-4, 0.01, 100.0, 1e4])
def test_units_do_not_matter(scale, percent_log_returns):
    returns = percent_log_returns["SP500"].to_numpy()[:1000]
    one, other = GARCH().estimate(returns), GARCH().estimate(returns * scale)
    np.testing.assert_allclose(other.parameters, one.parameters * [scale, scale**2, 1, 1], rtol=1e-7)
    assert other.log_likelihood == pytest.approx(one.log_likelihood - 1000 * np.log(scale), abs=1e-7)


def test_bounds_are_named():
    calm_after_storm = np.random.default_rng(11).standard_normal(300) * np.tile([1.0, 0.2], 150)
    assert "alpha = 0" in GARCH().estimate(calm_after_storm).bounds_hit
