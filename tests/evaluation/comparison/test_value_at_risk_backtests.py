"""Forecasts of value at risk and their tests: print, slow definitions and simulations."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch.estimation import NullDistribution
from hedgeresearch.evaluation.comparison.value_at_risk_backtests import (
    coverage_statistic,
    dynamic_quantile_statistic,
    independence_statistic,
)


def series(values: np.ndarray) -> pd.Series:
    return pd.Series(values, pd.bdate_range("2010-01-01", periods=len(values)))


def sample(hits: np.ndarray) -> tuple[pd.Series, pd.Series]:
    """Returns and moving forecasts, exceeded where ``hits`` is one."""
    forecasts = series(0.02 + 0.005 * np.sin(np.arange(len(hits)) / 7))
    return series(np.where(hits, -1.1, -0.9) * forecasts), forecasts


@pytest.fixture
def hits() -> np.ndarray:
    """Exceedances in clusters over 800 dates."""
    rng = np.random.default_rng(4)
    state = 0
    found = []
    for draw in rng.uniform(size=800):
        state = int(draw < (0.3 if state else 0.05))
        found.append(state)
    return np.array(found)


# Jorion (2007), Value at Risk, table 6-2, after Kupiec (1995): forecasts are not rejected at 5% for
# numbers of exceedances between these two; for 1% of 255 dates the table has no lower end
NOT_REJECTED = [
    (0.01, 255, None, 7),
    (0.01, 510, 1, 11),
    (0.01, 1000, 4, 17),
    (0.025, 255, 2, 12),
    (0.025, 510, 6, 21),
    (0.025, 1000, 15, 36),
    (0.05, 255, 6, 21),
    (0.05, 510, 16, 36),
    (0.05, 1000, 37, 65),
]


@pytest.mark.parametrize(("tail", "n_dates", "low", "high"), NOT_REJECTED)
def test_kupiec_test_accepts_the_printed_regions(
    tail: float, n_dates: int, low: int | None, high: int
) -> None:
    accepted = []
    for count in range(2 * high):
        returns, forecasts = sample(np.arange(n_dates) < count)
        if hr.evaluation.kupiec_test(returns, forecasts, tail).p_value > 0.05:
            accepted.append(count)
    least = accepted[0] if low is None else low + 1
    assert accepted == list(range(least, high))


def test_coverage_is_the_likelihood_ratio(hits: np.ndarray) -> None:
    found = hr.evaluation.kupiec_test(*sample(hits), 0.05)
    count = int(hits.sum())
    n = 800
    binomial = stats.binom.logpmf(count, n, count / n) - stats.binom.logpmf(count, n, 0.05)
    assert found.statistic == pytest.approx(2 * binomial, rel=1e-9)
    assert found.p_value == pytest.approx(1 - stats.chi2.cdf(2 * binomial, 1), rel=1e-7)
    assert found.distribution == NullDistribution("chi-squared", (1,))
    assert dict(found.details) == {
        "tail": 0.05,
        "dates": 800,
        "exceedances": count,
        "expected": 40.0,
    }


def slow_chain(hits: np.ndarray) -> tuple[float, float]:
    """Log-likelihoods of all dates but the first: a Markov chain, and draws of one probability."""
    n = dict.fromkeys(itertools.product((0, 1), repeat=2), 0)
    for before, after in itertools.pairwise(hits):
        n[before, after] += 1
    chain = 0.0
    for i in (0, 1):
        for j in (0, 1):
            if n[i, j]:
                chain += n[i, j] * math.log(n[i, j] / (n[i, 0] + n[i, 1]))
    ones = n[0, 1] + n[1, 1]
    zeros = n[0, 0] + n[1, 0]
    single = ones * math.log(ones / (ones + zeros)) + zeros * math.log(zeros / (ones + zeros))
    return chain, single


def test_chain_tests_are_likelihood_ratios(hits: np.ndarray) -> None:
    chain, single = slow_chain(hits)
    independence = hr.evaluation.christoffersen_test(*sample(hits), 0.05)
    assert independence.statistic == pytest.approx(2 * (chain - single), rel=1e-9)
    assert independence.p_value < 1e-4
    ones = int(hits[1:].sum())
    promised = ones * math.log(0.05) + (799 - ones) * math.log(0.95)
    both = hr.evaluation.conditional_coverage_test(*sample(hits), 0.05)
    assert both.statistic == pytest.approx(2 * (chain - promised), rel=1e-9)
    assert str(independence.distribution) == "chi-squared(1)"
    assert str(both.distribution) == "chi-squared(2)"
    without_first = hr.evaluation.kupiec_test(*sample(hits[1:]), 0.05)
    assert both.statistic == pytest.approx(
        without_first.statistic + independence.statistic, rel=1e-10
    )


def test_dynamic_quantile_by_the_definition(hits: np.ndarray) -> None:
    returns, forecasts = sample(hits)
    rows = []
    left = []
    for t in range(4, 800):
        rows.append([1.0, *(hits[t - k] - 0.05 for k in (1, 2, 3, 4)), forecasts.iloc[t]])
        left.append(hits[t] - 0.05)
    x = np.array(rows)
    y = np.array(left)
    expected = y @ x @ np.linalg.inv(x.T @ x) @ x.T @ y / (0.05 * 0.95)
    found = hr.evaluation.dynamic_quantile_test(returns, forecasts, 0.05)
    assert found.statistic == pytest.approx(expected, rel=1e-8)
    assert str(found.distribution) == "chi-squared(6)"
    assert found.p_value == pytest.approx(stats.chi2.sf(expected, 6), rel=1e-6)
    scaled = hr.evaluation.dynamic_quantile_test(1e-4 * returns, 1e-4 * forecasts, 0.05)
    assert scaled.statistic == pytest.approx(found.statistic, rel=1e-9)


def test_a_constant_forecast_is_left_out(hits: np.ndarray) -> None:
    returns = series(np.where(hits, -0.03, 0.01))
    found = hr.evaluation.dynamic_quantile_test(returns, series(np.full(800, 0.02)), 0.05, lags=2)
    assert str(found.distribution) == "chi-squared(3)"
    without_lags = hr.evaluation.dynamic_quantile_test(
        returns, series(np.full(800, 0.02)), 0.05, lags=0
    )
    z = (hits.mean() - 0.05) / math.sqrt(0.05 * 0.95 / 800)
    assert without_lags.statistic == pytest.approx(z**2, rel=1e-10)  # the normal test of a share


def test_tests_exist_without_any_exceedance() -> None:
    returns, forecasts = sample(np.zeros(300, bool))
    assert hr.evaluation.kupiec_test(returns, forecasts, 0.05).statistic == pytest.approx(
        -600 * math.log(0.95), rel=1e-10
    )
    independence = hr.evaluation.christoffersen_test(returns, forecasts, 0.05)
    assert (independence.statistic, independence.p_value) == (0.0, 1.0)
    dynamic = hr.evaluation.dynamic_quantile_test(returns, forecasts, 0.05)
    assert str(dynamic.distribution) == "chi-squared(2)"  # constant and forecast
    every = hr.evaluation.kupiec_test(*sample(np.ones(300, bool)), 0.05)
    assert every.statistic == pytest.approx(-600 * math.log(0.05), rel=1e-10)


def test_an_exceedance_is_a_loss_above_its_forecast() -> None:
    returns = series(np.array([-0.02, -0.021, -0.019, 0.05]))
    forecasts = series(np.full(4, 0.02))
    assert hr.evaluation.kupiec_test(returns, forecasts, 0.05).details["exceedances"] == 1
    assert hr.evaluation.kupiec_test(returns, forecasts[1:], 0.05).details["dates"] == 3


def test_the_null_hypothesis_is_shown(hits: np.ndarray) -> None:
    returns, forecasts = sample(np.arange(4) < 1)
    assert repr(hr.evaluation.kupiec_test(returns, forecasts, 0.25)) == (
        "HypothesisTest(Kupiec: chi-squared(1) = 0.00, p = 1; exceedances on 25% of the dates: "
        "not rejected at 5%)"
    )
    nulls = {
        hr.evaluation.christoffersen_test: "independent exceedances",
        hr.evaluation.conditional_coverage_test: "independent exceedances on 5% of the dates",
        hr.evaluation.dynamic_quantile_test: "unpredictable exceedances on 5% of the dates",
    }
    for test, null in nulls.items():
        assert test(*sample(hits), 0.05).null == null


def test_forecasts_that_cannot_be_tested_are_refused(hits: np.ndarray) -> None:
    returns, forecasts = sample(hits)
    with pytest.raises(
        hr.DataError,
        match="returns must contain every date of forecasts; 1 are missing, the first 2010",
    ):
        hr.evaluation.kupiec_test(returns[1:], forecasts, 0.05)
    with pytest.raises(hr.DataError, match=r"in \(0, 0.5\]; got 0.95. Did you mean tail=0.05\?"):
        hr.evaluation.kupiec_test(returns, forecasts, 0.95)
    with pytest.raises(hr.DataError, match="got 95. Pass a fraction such as 0.05"):
        hr.evaluation.dynamic_quantile_test(returns, forecasts, 95)
    with pytest.raises(
        hr.DataError, match="lags must be fewer than half the dates, 12, less two; got 4"
    ):
        hr.evaluation.dynamic_quantile_test(returns, forecasts[:12], 0.05)
    with pytest.raises(hr.DataError, match="forecasts must be finite"):
        hr.evaluation.kupiec_test(
            returns, forecasts.where(forecasts.index != forecasts.index[3]), 0.05
        )


@pytest.mark.parametrize("method", ["linear", "inverted_cdf"])
@pytest.mark.parametrize(("window", "tail"), [(100, 0.05), (101, 0.05), (37, 0.01), (60, 0.5)])
def test_historical_forecasts_by_hand(method: str, window: int, tail: float) -> None:
    returns = series(np.random.default_rng(0).standard_t(4, 400))
    found = hr.evaluation.historical_value_at_risk(returns, window, tail, method)
    assert found.index.equals(returns.index[window:])
    for t in (window, window + 1, 250, 399):
        expected = hr.metrics.value_at_risk(returns[t - window : t], tail, method)
        assert found[returns.index[t]] == pytest.approx(expected, rel=1e-12)


def test_a_forecast_uses_returns_before_its_date_only() -> None:
    returns = series(np.random.default_rng(0).normal(size=300))
    shocked = returns.copy()
    shocked.iloc[200:] = 10 * returns.iloc[200:] - 50
    before, after = (hr.evaluation.historical_value_at_risk(x, 100) for x in (returns, shocked))
    pd.testing.assert_series_equal(before[:101], after[:101])
    assert before.index[100] == returns.index[200]
    assert after.iloc[101] != before.iloc[101]
    with pytest.raises(
        hr.DataError, match="window must be shorter than the data, 300 dates; got 300"
    ):
        hr.evaluation.historical_value_at_risk(returns, 300)
    with pytest.raises(hr.DataError, match=r"Did you mean tail=0.01\?"):
        hr.evaluation.historical_value_at_risk(returns, 100, tail=0.99)


def rejected(tail: float, n_dates: int, n_samples: int) -> np.ndarray:
    """Share of samples of independent exceedances that each test rejects at 5%.

    Forecasts move slowly.
    """
    rng = np.random.default_rng(0)
    forecasts = np.exp(np.cumsum(rng.normal(size=n_dates)) / 30)
    counts = np.zeros(4)
    for _ in range(n_samples):
        hits = (rng.uniform(size=n_dates) < tail).astype(float)
        independence = independence_statistic(hits)
        dynamic, rank = dynamic_quantile_statistic(hits, forecasts, tail, 4)
        p = stats.chi2.sf(
            [
                coverage_statistic(hits, tail),
                independence,
                coverage_statistic(hits[1:], tail) + independence,
                dynamic,
            ],
            [1, 1, 2, rank],
        )
        counts += p < 0.05
    return counts / n_samples


@pytest.mark.slow
def test_sizes_are_nominal() -> None:
    coverage, _, both, dynamic = rejected(0.05, 1000, 3000)
    for size in (coverage, both, dynamic):
        assert 0.035 < size < 0.065
    # independence, which counts pairs, needs more dates
    assert 0.035 < rejected(0.05, 4000, 1500)[1] < 0.065


@pytest.mark.slow
def test_coverage_has_the_size_of_the_binomial() -> None:
    counts = np.arange(200)
    statistics = [
        coverage_statistic((np.arange(1000) < count).astype(float), 0.05) for count in counts
    ]
    exact = stats.binom.pmf(counts, 1000, 0.05)[stats.chi2.sf(statistics, 1) < 0.05].sum()
    assert exact == pytest.approx(0.0519, abs=5e-3)
    # three errors of the simulation
    assert rejected(0.05, 1000, 3000)[0] == pytest.approx(exact, abs=0.012)


@pytest.mark.slow
def test_forecasts_that_ignore_clusters_are_rejected() -> None:
    """Historical simulation of GARCH returns: right on average, wrong in time."""
    rng = np.random.default_rng(2)
    variance = 1.0
    found = []
    for shock in rng.normal(size=4000):
        found.append(math.sqrt(variance) * shock)
        variance = 0.03 + 0.15 * found[-1] ** 2 + 0.82 * variance
    returns = series(np.array(found))
    forecasts = hr.evaluation.historical_value_at_risk(returns, 500)
    assert hr.evaluation.christoffersen_test(returns, forecasts, 0.05).p_value < 0.01
    assert hr.evaluation.dynamic_quantile_test(returns, forecasts, 0.05).p_value < 1e-6
