"""Barrier probabilities against other software, Monte Carlo, a grid and the definition."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import invgauss, levy, norm
from statsmodels.stats.proportion import proportion_confint

from hedgeresearch.errors import DataError
from hedgeresearch.margin.price_range import simulate_price_range
from hedgeresearch.margin.probability import barrier_probability, liquidation_probability

MONTH = {"volatility": 0.6, "horizon": 30 / 365}
"""Thirty days of a price with sixty per cent a year."""


def dated(values: Any) -> pd.Series:
    return pd.Series(np.asarray(values, float), pd.date_range("2015-01-01", periods=len(values)))


@pytest.mark.parametrize(
    ("barrier", "away"), [(131.0, math.log(1.31)), (75.0, -math.log(0.75)), (99.0, -math.log(0.99))]
)
def test_without_drift_it_is_the_levy_distribution(barrier: float, away: float) -> None:
    expected = levy.cdf(30 / 365, scale=(away / 0.6) ** 2)
    assert barrier_probability(barrier, 100.0, **MONTH) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("drift", [0.002, 0.01, -0.002, -0.02])
@pytest.mark.parametrize("volatility", [0.01, 0.05])
@pytest.mark.parametrize("barrier", [80.0, 120.0])
def test_with_drift_it_is_the_inverse_gaussian(
    barrier: float, volatility: float, drift: float
) -> None:
    distance = abs(math.log(barrier / 100.0))
    towards = drift if barrier > 100.0 else -drift
    shape = (distance / volatility) ** 2
    mean = distance / abs(drift)
    # the probability of ever reaching it, less than one if the drift is away from it
    ever = math.exp(min(2.0 * towards * distance / volatility**2, 0.0))
    expected = ever * invgauss.cdf(40.0, mean / shape, scale=shape)
    # the other software loses digits of probabilities that vanish
    result = barrier_probability(barrier, 100.0, volatility, 40, drift)
    assert result == pytest.approx(expected, rel=1e-8, abs=1e-14)


def test_continuous_observation_by_monte_carlo() -> None:
    """End points, each with the probability that a bridge to it reaches the barrier."""
    result = barrier_probability(131.0, 100.0, **MONTH)
    spread = 0.6 * math.sqrt(30 / 365)
    distance = math.log(1.31)
    ends = spread * np.random.default_rng(0).standard_normal(1_000_000)
    short_of = np.minimum(distance - ends, 50.0)
    bridges = np.exp(-2.0 * distance * short_of / spread**2)
    reached = np.minimum(np.where(ends >= distance, 1.0, bridges), 1.0)
    assert abs(reached.mean() - result) < 2.0 * reached.std() / math.sqrt(len(ends))
    assert result == pytest.approx(0.1164, abs=1e-4)
    assert result == pytest.approx(2.0 * norm.cdf(-distance / spread), rel=1e-12)


def reached_on_a_grid(distance: float, step: float, drift: float, steps: int) -> float:
    """Probability that a Gaussian random walk reaches ``distance``.

    Its density below the barrier is propagated on a fine grid.
    """
    width = step / 40.0
    n_points = int((distance + 12.0 * step * math.sqrt(steps)) / width)
    grid = distance - width * (np.arange(n_points) + 0.5)
    reach = np.arange(-400, 401) * width
    kernel = norm.pdf(reach, loc=-drift, scale=step) * width  # the grid runs downwards
    density = norm.pdf(grid, loc=drift, scale=step)
    for _ in range(steps - 1):
        density = np.convolve(density, kernel, mode="same")
    return 1.0 - float(density.sum() * width)


@pytest.mark.parametrize("steps", [10, 30, 90])
@pytest.mark.parametrize("drift", [0.0, -0.18, 1.0, -1.0])
@pytest.mark.parametrize("barrier", [131.0, 106.0, 80.0, 60.0])
def test_discrete_observation_against_a_grid(barrier: float, drift: float, steps: int) -> None:
    step = 0.6 * math.sqrt(30 / 365 / steps)
    towards = (drift if barrier > 100.0 else -drift) * 30 / 365 / steps
    expected = reached_on_a_grid(abs(math.log(barrier / 100.0)), step, towards, steps)
    result = barrier_probability(barrier, 100.0, 0.6, 30 / 365, drift, steps=steps)
    # the correction is of the order of one over the root of the steps and leaves an error of the
    # order of one over the steps, .091 / n at most in these cases, all of which are at least one
    # step's volatility away
    assert 0.0 < expected - result < 0.1 / steps
    continuous = barrier_probability(barrier, 100.0, 0.6, 30 / 365, drift)
    assert expected - result < 0.3 * (continuous - expected)


@pytest.mark.parametrize("steps", [10, 30])
def test_barriers_within_a_step_may_be_overestimated(steps: int) -> None:
    step = 0.6 * math.sqrt(30 / 365 / steps)
    expected = reached_on_a_grid(math.log(1.02), step, -0.18 * 30 / 365 / steps, steps)
    result = barrier_probability(102.0, 100.0, 0.6, 30 / 365, -0.18, steps=steps)
    assert -0.12 / steps < expected - result < 0.0


def test_daily_closes_by_monte_carlo() -> None:
    steps = np.random.default_rng(9).normal(0.0, 0.6 / math.sqrt(365), size=(100_000, 30))
    reached = np.cumsum(steps, axis=1).max(axis=1) >= math.log(1.31)
    error = reached.std() / math.sqrt(len(reached))
    exact = reached_on_a_grid(math.log(1.31), 0.6 / math.sqrt(365), 0.0, 30)
    assert abs(reached.mean() - exact) < 2.0 * error
    # two standard errors, and the remaining error of the correction at thirty steps
    result = barrier_probability(131.0, 100.0, **MONTH, steps=30)
    assert abs(reached.mean() - result) < 2.0 * error + 0.1 / 30


def test_up_and_down_mirror_each_other() -> None:
    up = barrier_probability(125.0, 100.0, 0.04, 20, drift=0.003, steps=20)
    down = barrier_probability(80.0, 100.0, 0.04, 20, drift=-0.003, steps=20)
    assert down == pytest.approx(up, rel=1e-12)


def test_closed_form_has_its_limits() -> None:
    continuous = barrier_probability(90.0, 100.0, 0.02, 30)
    frequent = barrier_probability(90.0, 100.0, 0.02, 30, steps=10**12)
    assert frequent == pytest.approx(continuous, rel=1e-5)
    # a drift so strong that the price is sure to arrive, or never to, at any volatility
    assert barrier_probability(90.0, 100.0, 1e-6, 30, drift=-0.01) == 1.0
    assert barrier_probability(90.0, 100.0, 1e-6, 30, drift=0.01) == 0.0
    assert barrier_probability(99.99999, 100.0, 5.0, 1e4) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(
    ("barrier", "position", "expected"),
    [
        (100.0, None, 1.0),
        (105.0, "long", 1.0),
        (95.0, "short", 1.0),
        (0.0, None, 0.0),
        (math.inf, None, 0.0),
        (0.0, "short", 1.0),
    ],
)
def test_barriers_passed_and_out_of_reach_are_certain(
    barrier: float, position: Any, expected: float, clustered: pd.Series
) -> None:
    assert barrier_probability(barrier, 100.0, 0.02, 10, position=position) == expected
    result = liquidation_probability(clustered, 100.0, barrier, 10, position=position, n_paths=50)
    assert (result.probability, result.closed_form) == (expected, expected)
    assert result.standard_error == 0.0


def lattice_probability(up: float, horizon: int, floor: int) -> float:
    """Probability that a random walk of steps of one reaches a floor below its start at 0."""
    above = {0: 1.0}  # probability of each position without having reached the floor
    for _ in range(horizon):
        moved: dict[int, float] = {}
        for at, mass in above.items():
            moved[at + 1] = moved.get(at + 1, 0.0) + up * mass
            moved[at - 1] = moved.get(at - 1, 0.0) + (1.0 - up) * mass
        above = {at: mass for at, mass in moved.items() if at > floor}
    return 1.0 - sum(above.values())


@pytest.mark.long
def test_single_draws_of_two_returns_are_a_random_walk() -> None:
    """Steps of one, up with probability 2/5; blocks of one date are independent."""
    step = 0.05
    horizon = 12
    floor = -4
    expected = lattice_probability(0.4, horizon, floor)
    past = dated(np.expm1(step * np.array([1, -1, -1, 1, -1] * 8)))
    barrier = 100.0 * math.exp(step * (floor + 0.5))
    kept: dict[str, Any] = {"block_length": 1, "keep_mean": True}
    result = liquidation_probability(past, 100.0, barrier, horizon, n_paths=100_000, **kept)
    assert abs(result.probability - expected) < 2.0 * result.standard_error
    # intervals of other draws cover it as often as they should, up to three standard errors
    covered = []
    for seed in range(400):
        few = liquidation_probability(
            past, 1.0, barrier / 100.0, horizon, n_paths=500, seed=seed, **kept
        )
        low, high = few.conf_int()
        covered.append(low <= expected <= high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.033)


def test_endless_blocks_are_stretches_of_the_past(clustered: pd.Series) -> None:
    logs = np.log1p(clustered.to_numpy())
    horizon = 40
    lows = [np.cumsum(np.roll(logs, -start)[:horizon]).min() for start in range(len(logs))]
    expected = np.mean(np.array(lows) <= math.log(0.85))
    result = liquidation_probability(
        clustered, 100.0, 85.0, horizon, block_length=10**9, n_paths=40_000, keep_mean=True
    )
    assert abs(result.probability - expected) < 2.0 * result.standard_error


@pytest.mark.parametrize("barrier", [80.0, 130.0])
def test_blocks_follow_the_definition(clustered: pd.Series, barrier: float) -> None:
    """Blocks of geometric length from a random date, wrapped at the end, joined to a path."""
    rng = np.random.default_rng(5)
    returns = clustered.to_numpy()
    reached = []
    for _ in range(10_000):
        path: list[float] = []
        while len(path) < 30:
            start = int(rng.integers(len(returns)))
            length = int(rng.geometric(1 / 8))
            path += [returns[(start + i) % len(returns)] for i in range(length)]
        prices = 100.0 * np.cumprod(1.0 + np.array(path[:30]))
        down = barrier < 100.0
        reached.append(prices.min() <= barrier if down else prices.max() >= barrier)
    result = liquidation_probability(
        clustered, 100.0, barrier, 30, block_length=8, n_paths=100_000, keep_mean=True
    )
    error = math.hypot(result.standard_error, np.std(reached) / math.sqrt(10_000))
    assert abs(result.probability - np.mean(reached)) < 2.0 * error


def test_normal_returns_agree_with_the_closed_form() -> None:
    normal = dated(np.expm1(0.02 * np.random.default_rng(2).standard_normal(5_000)))
    result = liquidation_probability(normal, 50.0, 43.0, 30, n_paths=20_000, block_length=1)
    # the sample is not exactly normal, and the correction not exact
    assert result.closed_form == pytest.approx(result.probability, abs=3.0 * result.standard_error)
    logs = np.log1p(normal)
    drift = logs.mean() - np.log1p(normal.mean())
    expected = barrier_probability(43.0, 50.0, logs.std(), 30, drift, steps=30)
    assert result.closed_form == pytest.approx(expected, rel=1e-12)


def test_by_default_the_mean_of_the_past_does_not_go_on(clustered: pd.Series) -> None:
    """Probabilities do not change with the mean, and are those of returns without it."""
    rising = (1.0 + clustered) * 1.004 - 1.0
    still = (1.0 + clustered) / (1.0 + clustered.mean()) - 1.0
    call: dict[str, Any] = {"price": 100.0, "barrier": 85.0, "horizon": 30, "block_length": 8}
    expected = liquidation_probability(still, **call, keep_mean=True)
    for returns in (rising, clustered, still):
        found = liquidation_probability(returns, **call)
        assert found.probability == expected.probability
        assert found.closed_form == pytest.approx(expected.closed_form, rel=1e-9)
    assert liquidation_probability(rising, **call, keep_mean=True).probability < 0.5 * (
        expected.probability
    )


def test_the_price_expected_is_that_of_today() -> None:
    """Of two returns, on every path of two dates, which are drawn alike."""
    past = dated([0.3, -0.1] * 20)
    paths = simulate_price_range(past, 100.0, 1, n_paths=200_000, block_length=1)
    ends = np.where(paths.highest > 100.0, paths.highest, paths.lowest)
    assert ends.mean() == pytest.approx(100.0, abs=4.0 * ends.std() / math.sqrt(200_000))
    assert sorted(set(np.round(ends, 9))) == pytest.approx([90.0 / 1.1, 130.0 / 1.1])


@pytest.mark.parametrize(("barrier", "n_paths"), [(75.0, 400), (1.0, 50), (99.99, 300)])
def test_interval_equals_that_of_statsmodels(
    clustered: pd.Series, barrier: float, n_paths: int
) -> None:
    result = liquidation_probability(clustered, 100.0, barrier, 20, n_paths=n_paths)
    share = result.probability
    assert result.standard_error == math.sqrt(share * (1 - share) / n_paths)
    for confidence in (0.9, 0.95):
        expected = proportion_confint(
            round(share * n_paths), n_paths, alpha=1 - confidence, method="wilson"
        )
        np.testing.assert_allclose(result.conf_int(confidence), expected, atol=1e-12)


def test_longer_and_nearer_is_more_probable(clustered: pd.Series) -> None:
    nearer = [
        liquidation_probability(clustered, 100.0, barrier, 30).probability
        for barrier in (70.0, 85.0, 95.0)
    ]
    longer = [
        liquidation_probability(clustered, 100.0, 115.0, horizon).probability
        for horizon in (5, 20, 80)
    ]
    assert nearer == sorted(nearer)
    assert longer == sorted(longer)
    assert liquidation_probability(clustered, 100.0, 85.0, 30).position == "long"
    assert liquidation_probability(clustered, 100.0, 115.0, 30).position == "short"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"barrier": -1.0}, "barrier must lie strictly between 0 and inf; got -1.0"),
        ({"barrier": np.array([80.0, 90.0])}, "barrier must lie strictly between 0 and inf"),
        ({"barrier": math.nan}, "barrier must lie strictly between 0 and inf; got nan"),
        ({"price": 0.0}, "price must lie strictly between 0 and inf; got 0.0"),
        ({"position": "flat"}, "position must be one of 'long', 'short'; got 'flat'"),
    ],
)
def test_invalid_barriers_are_refused(clustered: pd.Series, arguments: dict, message: str) -> None:
    valid = {"price": 100.0, "barrier": 80.0, "horizon": 10}
    with pytest.raises(DataError, match=message):
        barrier_probability(**(valid | arguments), volatility=0.1)
    with pytest.raises(DataError, match=message):
        liquidation_probability(clustered, **(valid | arguments))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"volatility": 0.0}, "volatility must lie strictly between 0 and inf; got 0.0"),
        ({"horizon": 0}, "horizon must lie strictly between 0 and inf; got 0"),
        ({"drift": math.nan}, "drift must lie strictly between -inf and inf; got nan"),
        ({"steps": 0}, "steps must be a whole number of at least 1; got 0"),
    ],
)
def test_invalid_processes_are_refused(arguments: dict, message: str) -> None:
    valid = {"barrier": 80.0, "price": 100.0, "volatility": 0.1, "horizon": 10}
    with pytest.raises(DataError, match=message):
        barrier_probability(**(valid | arguments))


@pytest.mark.parametrize(
    ("confidence", "message"),
    [(95, "confidence must be .*; got 95"), (0.05, "Did you mean confidence=0.95")],
)
def test_invalid_confidences_are_refused(
    clustered: pd.Series, confidence: float, message: str
) -> None:
    result = liquidation_probability(clustered, 100.0, 80.0, 10, n_paths=100)
    with pytest.raises(DataError, match=message):
        result.conf_int(confidence)
