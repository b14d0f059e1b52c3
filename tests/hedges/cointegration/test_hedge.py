"""Long-run hedges: intervals, warnings without a relation, and refusals."""

import numpy as np
import pytest

import hedgeresearch as hr
from tests.hedges.cointegration.prices import dated, fit_to, random_walks, tied

METHODS = ["static", "dynamic", "fully_modified", "canonical", "johansen"]
NO_RELATION = "ignore:asset and hedges must be coint:hedgeresearch.errors.ConvergenceWarning"


def test_relation_is_found_without_a_warning(prices):
    for method in METHODS:
        fit = fit_to(hr.CointegrationHedge(method), prices)
        assert fit.detail.found
        np.testing.assert_allclose(fit.next_ratio, 0.9, atol=0.15)


@pytest.mark.parametrize("method", METHODS)
def test_missing_relation_is_warned_of(method):
    """The message has both standard deviations, near the known ones."""
    prices = dated(0.01 * random_walks(1001, seed=0), ["asset", "hedge"])
    with pytest.warns(
        hr.errors.ConvergenceWarning, match="no relation was found .* OLSHedge on returns"
    ) as caught:
        fit = fit_to(hr.CointegrationHedge(method), prices)
    assert not fit.detail.found
    numbers = str(caught[0].message).split("standard deviation of ")[1]
    levels, returns = numbers.split(". Use")[0].split(", from returns of ")
    # From 200 walks, with the covariance of this sample.
    assert float(levels) == pytest.approx(0.545, rel=0.15)
    assert float(returns) == pytest.approx(0.027, rel=0.15)


def test_invalid_method_is_refused():
    with pytest.raises(hr.DataError, match="method must be one of 'static', .*; got 'ols'"):
        hr.CointegrationHedge("ols")


@pytest.mark.filterwarnings(NO_RELATION)
@pytest.mark.parametrize("method", METHODS)
def test_smallest_samples_have_finite_errors(method, prices):
    fit = fit_to(hr.CointegrationHedge(method), prices.iloc[:40])
    assert np.isfinite(fit.standard_errors).all()


@pytest.mark.slow
@pytest.mark.parametrize("common", [0.0, -0.8])
def test_intervals_cover_the_long_run_ratio(common):
    """At 95%; a persistent spread with the hedge's shocks biases static least squares most."""
    inside = dict.fromkeys(METHODS, 0)
    for seed in range(100):
        prices = dated(tied(500, seed, persistence=0.8, common=common), ["asset", "hedge"])
        for method in METHODS:
            interval = fit_to(hr.CointegrationHedge(method), prices).conf_int().loc["hedge"]
            inside[method] += interval["lower"] < 0.9 < interval["upper"]
    coverage = {method: count / 100 for method, count in inside.items()}
    assert min(coverage.values()) > 0.75, coverage
    assert coverage["static"] > (0.92 if common == 0.0 else 0.8), coverage


@pytest.mark.slow
@pytest.mark.filterwarnings(NO_RELATION)
def test_hedges_of_random_walks_vary_as_known():
    """Standard deviation .545 with the static relation, .027 with OLS on returns."""
    ratios = []
    for seed in range(150):
        prices = dated(0.01 * random_walks(1001, seed), ["asset", "hedge"])
        long_run = fit_to(hr.CointegrationHedge("static"), prices).next_ratio.iloc[0]
        ols = fit_to(hr.OLSHedge(), hr.returns(prices, kind="log")).next_ratio.iloc[0]
        ratios.append([long_run, ols])
    np.testing.assert_allclose(np.std(ratios, axis=0), [0.545, 0.027], rtol=0.15)


def test_settings_that_a_method_would_ignore_are_refused():
    refusals = {
        "leads must be a whole number of at least 0": {"leads": -1},
        "leads and lags belong to method='dynamic'; got leads=2": {"method": "static", "leads": 2},
        "bandwidth belongs to method='dynamic'": {"method": "johansen", "bandwidth": 3.0},
        "trend must be 'c' for method='johansen'": {"method": "johansen", "trend": "ct"},
        "bandwidth must not be negative": {"bandwidth": -2.0},
    }
    for message, settings in refusals.items():
        with pytest.raises(hr.DataError, match=message):
            hr.CointegrationHedge(**settings)


def test_prices_on_a_straight_line_are_refused(prices):
    line = prices.assign(other=100.0 * np.exp(1e-3 * np.arange(len(prices))))
    line["other"] *= np.exp(1e-7 * np.random.default_rng(0).standard_normal(len(prices)))
    with pytest.raises(hr.DataError, match=r"those of 'other' are a straight line"):
        fit_to(hr.CointegrationHedge(), line)


@pytest.mark.filterwarnings("ignore:prices should be of their dates")
def test_hedges_that_stand_still_between_leads_and_lags_are_refused(prices):
    still = prices.copy()
    still.iloc[5:, 1] = still.iloc[5, 1]
    with pytest.raises(hr.DataError, match="those of hedge do not. Leave the hedge out"):
        fit_to(hr.CointegrationHedge(), still)
