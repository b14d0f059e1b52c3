"""Tail index, skewness and kurtosis against definitions, simulations and other software."""

import math

import numpy as np
import pytest
from scipy import stats

from hedgeresearch.errors import DataError
from hedgeresearch.risk.tail_estimators import (
    hill_tail_index,
    influence_on_moments,
    skewness_and_kurtosis,
)


@pytest.fixture
def losses() -> np.ndarray:
    """Losses of 1500 Student-t returns with three degrees of freedom."""
    return -0.01 * np.random.default_rng(1).standard_t(3, 1500)


def width(interval: tuple[float, float]) -> float:
    return interval[1] - interval[0]


def test_moments_equal_those_of_scipy(losses: np.ndarray) -> None:
    skewness, kurtosis = skewness_and_kurtosis(losses)
    assert skewness.value == pytest.approx(stats.skew(losses), rel=1e-10)
    assert kurtosis.value == pytest.approx(stats.kurtosis(losses), rel=1e-10)


def test_hill_index_by_hand_and_by_likelihood(losses: np.ndarray) -> None:
    index, interval = hill_tail_index(losses, 60)
    ordered = sorted(losses, reverse=True)
    by_hand = 60 / sum(math.log(loss / ordered[60]) for loss in ordered[:60])
    assert index == pytest.approx(by_hand, rel=1e-10)
    shape, _, _ = stats.pareto.fit(ordered[:60], floc=0.0, fscale=ordered[60])
    assert index == pytest.approx(shape, rel=1e-8)
    # 2 k of the mean log excess, over its true value, is chi-squared with 2 k degrees of freedom
    for end, quantile in zip(interval, (0.025, 0.975), strict=True):
        assert stats.chi2.cdf(120 * end / by_hand, 120) == pytest.approx(quantile, abs=1e-9)
    error = by_hand / math.sqrt(60)
    # the normal limit, at 60 losses not yet exact
    normal = (by_hand - 1.96 * error, by_hand + 1.96 * error)
    assert interval == pytest.approx(normal, rel=0.05)


def test_hill_index_recovers_a_pareto_tail() -> None:
    losses = np.random.default_rng(2).pareto(3.0, 200_000) + 1.0
    index, (low, high) = hill_tail_index(losses, 20_000)
    assert index == pytest.approx(3.0, abs=4 * 3.0 / math.sqrt(20_000))  # four standard errors
    assert low < 3.0 < high
    assert hill_tail_index(1000.0 * losses, 20_000).value == pytest.approx(index, rel=1e-10)


def test_hill_interval_covers_its_index() -> None:
    rng = np.random.default_rng(3)
    intervals = [hill_tail_index(rng.pareto(3.0, 1000) + 1.0, 50).interval for _ in range(600)]
    low, high = np.array(intervals).T
    covered = ((low < 3.0) & (high > 3.0)).mean()
    assert covered == pytest.approx(0.95, abs=0.03)  # three standard errors of 600 draws


def test_tails_of_gains_or_equal_losses_are_refused() -> None:
    gains = -np.arange(1.0, 31.0)
    with pytest.raises(DataError, match="of the 21 lowest returns the last is a gain of 21"):
        hill_tail_index(gains, 20)
    with pytest.raises(DataError, match="the 20 largest losses must differ; all are 0.02"):
        hill_tail_index(np.full(30, 0.02), 20)


def test_influence_is_the_derivative_by_the_weight_of_a_date() -> None:
    values = np.random.default_rng(12).gamma(2.0, size=200)
    z = (values - values.mean()) / values.std()

    def weighted(date: int, more: float) -> np.ndarray:
        weights = np.full(200, (1.0 - more) / 200)
        weights[date] += more
        centred = z - weights @ z
        second, third, fourth = (weights @ centred**power for power in (2, 3, 4))
        return np.array([third / second**1.5, math.log(fourth / second**2)])

    change = [(weighted(date, 1e-5) - weighted(date, -1e-5)) / 2e-5 for date in range(200)]
    # the error of the difference quotient
    np.testing.assert_allclose(influence_on_moments(z), change, rtol=1e-5, atol=1e-5)


def test_errors_of_normal_moments_equal_print() -> None:
    """Their variances are 6 / n and 24 / n for independent returns (Jarque and Bera 1980)."""
    many = np.random.default_rng(5).standard_normal(20_000)
    skewness, kurtosis = skewness_and_kurtosis(many)
    # sampling error of the fourth moments
    expected = math.sqrt(6 / 20_000)
    assert width(skewness.interval) / 3.92 == pytest.approx(expected, rel=0.1)
    of_log = math.log((kurtosis.interval[1] + 3) / (kurtosis.value + 3)) / 1.96
    assert of_log * 3 == pytest.approx(math.sqrt(24 / 20_000), rel=0.1)


@pytest.mark.long
def test_errors_of_moments_equal_the_jackknife() -> None:
    values = np.random.default_rng(6).gamma(4.0, size=2000)
    without_one = np.array([np.delete(values, i) for i in range(2000)])
    skewness, kurtosis = skewness_and_kurtosis(values)

    def jackknife(left_out: np.ndarray) -> float:
        return math.sqrt(1999 / 2000 * ((left_out - left_out.mean()) ** 2).sum())

    expected = jackknife(stats.skew(without_one, axis=1))
    # the estimate uses one lag, which independent values do not need
    reach = skewness.interval[1] - skewness.value
    assert reach / 1.96 == pytest.approx(expected, rel=0.15)
    expected = jackknife(np.log(stats.kurtosis(without_one, axis=1, fisher=False)))
    reach = math.log((kurtosis.interval[1] + 3) / (kurtosis.value + 3))
    assert reach / 1.96 == pytest.approx(expected, rel=0.15)


def test_clustered_volatility_widens_the_intervals() -> None:
    rng = np.random.default_rng(7)
    volatility = np.exp(np.repeat(rng.normal(0.0, 0.7, 100), 20))
    clustered = volatility * rng.standard_normal(2000)
    shuffled = rng.permutation(clustered)
    _, of_clustered = skewness_and_kurtosis(clustered)
    _, of_shuffled = skewness_and_kurtosis(shuffled)
    assert of_clustered.value == pytest.approx(of_shuffled.value, rel=1e-10)
    assert width(of_clustered.interval) > 1.2 * width(of_shuffled.interval)


@pytest.mark.slow
def test_coverage_of_the_tail_index_is_as_documented() -> None:
    rng = np.random.default_rng(11)
    covered = {}
    for n_dates, n_tail in ((5000, 50), (5000, 250), (1000, 20), (500, 20)):
        intervals = [
            hill_tail_index(rng.standard_t(3, n_dates), n_tail).interval for _ in range(1000)
        ]
        low, high = np.array(intervals).T
        covered[n_dates, n_tail] = ((low < 3.0) & (high > 3.0)).mean()
    # four standard errors of both simulations
    assert covered[5000, 50] == pytest.approx(0.94, abs=0.05)
    assert covered[5000, 250] == pytest.approx(0.06, abs=0.06)
    assert covered[1000, 20] == pytest.approx(0.93, abs=0.06)
    assert covered[500, 20] == pytest.approx(0.84, abs=0.08)


@pytest.mark.slow
def test_coverage_of_the_kurtosis_is_as_documented() -> None:
    rng = np.random.default_rng(11)
    normal = [skewness_and_kurtosis(rng.standard_normal(2000))[1].interval for _ in range(1000)]
    low, high = np.array(normal).T
    # four standard errors of both simulations
    assert ((low < 0.0) & (high > 0.0)).mean() == pytest.approx(0.92, abs=0.06)
    assert (low > 0.0).mean() < 0.025
    student = [skewness_and_kurtosis(rng.standard_t(10, 2000))[1].interval for _ in range(500)]
    low, high = np.array(student).T
    assert ((low < 1.0) & (high > 1.0)).mean() == pytest.approx(0.84, abs=0.08)
