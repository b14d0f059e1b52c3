"""Touching a level: other software, Monte Carlo and a grid for the closed form, the definition for drawn paths."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import invgauss, levy, norm
from statsmodels.stats.proportion import proportion_confint

import hedgeresearch as hr
from hedgeresearch._constants import OVERSHOOT
from hedgeresearch.errors import DataError
from hedgeresearch.margin.price_range import simulate_price_range
from hedgeresearch.margin.probability import barrier_probability, liquidation_probability

MONTH = {"volatility": 0.6, "horizon": 30 / 365}
"""Thirty days of a price with sixty per cent a year."""


def series(values: Any) -> pd.Series:
    return pd.Series(np.asarray(values, float), pd.date_range("2015-01-01", periods=len(values)))


@pytest.fixture(scope="module")
def clustered() -> pd.Series:
    """Fat tails whose volatility comes in clusters."""
    rng = np.random.default_rng(11)
    volatility = np.repeat(rng.choice([0.01, 0.04], size=40), 25)
    return series(0.001 + volatility * rng.standard_normal(1_000))


@pytest.mark.parametrize(
    ("level", "away"), [(131.0, math.log(1.31)), (75.0, -math.log(0.75)), (99.0, -math.log(0.99))]
)
def test_without_drift_it_is_the_levy_distribution(level: float, away: float) -> None:
    expected = levy.cdf(30 / 365, scale=(away / 0.6) ** 2)
    assert barrier_probability(level, 100.0, **MONTH) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("drift", [0.002, 0.01, -0.002, -0.02])
@pytest.mark.parametrize("volatility", [0.01, 0.05])
@pytest.mark.parametrize("level", [80.0, 120.0])
def test_with_drift_it_is_the_inverse_gaussian(
    level: float, volatility: float, drift: float
) -> None:
    distance, towards = abs(math.log(level / 100.0)), drift if level > 100.0 else -drift
    shape, mean = (distance / volatility) ** 2, distance / abs(drift)
    ever = math.exp(
        min(2.0 * towards * distance / volatility**2, 0.0)
    )  # away from it, it is touched at all
    expected = ever * invgauss.cdf(40.0, mean / shape, scale=shape)
    # the other software loses digits of probabilities that vanish
    result = barrier_probability(level, 100.0, volatility, 40, drift)
    assert result == pytest.approx(expected, rel=1e-8, abs=1e-14)


def test_thirty_days_at_sixty_per_cent_by_monte_carlo() -> None:
    """End points with the probability that a bridge to each of them touches, so that no step is too long."""
    result, spread, distance = (
        barrier_probability(131.0, 100.0, **MONTH),
        0.6 * math.sqrt(30 / 365),
        math.log(1.31),
    )
    ends = spread * np.random.default_rng(0).standard_normal(1_000_000)
    touches = np.where(
        ends >= distance,
        1.0,
        np.exp(-2.0 * distance * np.minimum(distance - ends, 50.0) / spread**2),
    )
    touches = np.minimum(touches, 1.0)
    assert abs(touches.mean() - result) < 2.0 * touches.std() / math.sqrt(len(ends))
    assert result == pytest.approx(0.1164, abs=1e-4)
    assert result == pytest.approx(2.0 * norm.cdf(-distance / spread), rel=1e-12)


def touched_on_a_grid(distance: float, step: float, drift: float, steps: int) -> float:
    """Probability that a Gaussian random walk gets to ``distance``, its density below it carried on a fine grid."""
    width = step / 40.0
    grid = distance - width * (
        np.arange(int((distance + 12.0 * step * math.sqrt(steps)) / width)) + 0.5
    )
    reach = np.arange(-400, 401) * width
    kernel = norm.pdf(reach, loc=-drift, scale=step) * width  # the grid runs downwards
    density = norm.pdf(grid, loc=drift, scale=step)
    for _ in range(steps - 1):
        density = np.convolve(density, kernel, mode="same")
    return 1.0 - float(density.sum() * width)


@pytest.mark.parametrize("steps", [10, 30, 90])
@pytest.mark.parametrize("drift", [0.0, -0.18, 1.0, -1.0])
@pytest.mark.parametrize("level", [131.0, 106.0, 80.0, 60.0])
def test_looked_at_now_and_then_against_a_grid(level: float, drift: float, steps: int) -> None:
    step, towards = (
        0.6 * math.sqrt(30 / 365 / steps),
        (drift if level > 100.0 else -drift) * 30 / 365 / steps,
    )
    expected = touched_on_a_grid(abs(math.log(level / 100.0)), step, towards, steps)
    result = barrier_probability(level, 100.0, 0.6, 30 / 365, drift, steps=steps)
    # the correction is one of the order of one over the root of the steps and leaves what is of order one over them,
    # .091 / n at most in these cases, all of which lie at least one step's volatility away
    assert 0.0 < expected - result < 0.1 / steps
    assert expected - result < 0.3 * (
        barrier_probability(level, 100.0, 0.6, 30 / 365, drift) - expected
    )


@pytest.mark.parametrize("steps", [10, 30])
def test_a_level_within_a_step_can_be_touched_less_than_the_formula_says(steps: int) -> None:
    step = 0.6 * math.sqrt(30 / 365 / steps)
    expected = touched_on_a_grid(math.log(1.02), step, -0.18 * 30 / 365 / steps, steps)
    assert (
        -0.12 / steps
        < expected - barrier_probability(102.0, 100.0, 0.6, 30 / 365, -0.18, steps=steps)
        < 0.0
    )


def test_daily_closes_by_monte_carlo() -> None:
    steps = np.random.default_rng(9).normal(0.0, 0.6 / math.sqrt(365), size=(100_000, 30))
    touches = np.cumsum(steps, axis=1).max(axis=1) >= math.log(1.31)
    error = touches.std() / math.sqrt(len(touches))
    exact = touched_on_a_grid(math.log(1.31), 0.6 / math.sqrt(365), 0.0, 30)
    assert abs(touches.mean() - exact) < 2.0 * error
    # two standard errors, and what the correction leaves at thirty steps
    assert (
        abs(touches.mean() - barrier_probability(131.0, 100.0, **MONTH, steps=30))
        < 2.0 * error + 0.1 / 30
    )


def test_the_constant_of_the_correction() -> None:
    """zeta(1/2) by its alternating series, averaged as it converges slowly."""
    terms = (-1.0) ** np.arange(200_000) / np.sqrt(np.arange(1, 200_001))
    eta = np.cumsum(terms)[-2:].mean()
    assert (
        pytest.approx(-eta / (1.0 - math.sqrt(2.0)) / math.sqrt(2.0 * math.pi), rel=1e-8)
        == OVERSHOOT
    )


def test_up_and_down_mirror_each_other() -> None:
    up = barrier_probability(125.0, 100.0, 0.04, 20, drift=0.003, steps=20)
    assert barrier_probability(80.0, 100.0, 0.04, 20, drift=-0.003, steps=20) == pytest.approx(
        up, rel=1e-12
    )


def test_limits_of_the_closed_form() -> None:
    continuous = barrier_probability(90.0, 100.0, 0.02, 30)
    assert barrier_probability(90.0, 100.0, 0.02, 30, steps=10**12) == pytest.approx(
        continuous, rel=1e-5
    )
    # a drift so strong that the price is sure to arrive, or never to, at any volatility
    assert barrier_probability(90.0, 100.0, 1e-6, 30, drift=-0.01) == 1.0
    assert barrier_probability(90.0, 100.0, 1e-6, 30, drift=0.01) == 0.0
    assert barrier_probability(99.99999, 100.0, 5.0, 1e4) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(
    ("level", "position", "expected"),
    [
        (100.0, None, 1.0),
        (105.0, "long", 1.0),
        (95.0, "short", 1.0),
        (0.0, None, 0.0),
        (math.inf, None, 0.0),
        (0.0, "short", 1.0),
    ],
)
def test_levels_past_and_out_of_reach(
    level: float, position: Any, expected: float, clustered: pd.Series
) -> None:
    assert barrier_probability(level, 100.0, 0.02, 10, position=position) == expected
    result = liquidation_probability(clustered, 100.0, level, 10, position=position, n_paths=50)
    assert (result.probability, result.closed_form) == (expected, expected)
    assert result.standard_error == 0.0


def test_two_returns_drawn_one_by_one_are_a_random_walk() -> None:
    """Steps of one, up with probability 2/5, on the lattice of all positions; blocks of one date are independent."""
    step, horizon, floor = 0.05, 12, -4
    below = {0: 1.0}  # probability of each position not yet at the floor
    for _ in range(horizon):
        moved: dict[int, float] = {}
        for at, mass in below.items():
            moved[at + 1] = moved.get(at + 1, 0.0) + 0.4 * mass
            moved[at - 1] = moved.get(at - 1, 0.0) + 0.6 * mass
        below = {at: mass for at, mass in moved.items() if at > floor}
    expected = 1.0 - sum(below.values())
    past = series(np.expm1(step * np.array([1, -1, -1, 1, -1] * 8)))
    level = 100.0 * math.exp(step * (floor + 0.5))
    result = liquidation_probability(past, 100.0, level, horizon, n_paths=100_000, block_length=1)
    assert abs(result.probability - expected) < 2.0 * result.standard_error
    # intervals of draws of their own hold it as often as they say, give or take three standard errors
    few = [
        liquidation_probability(
            past, 1.0, level / 100.0, horizon, n_paths=500, block_length=1, seed=s
        ).conf_int()
        for s in range(400)
    ]
    assert np.mean([low <= expected <= high for low, high in few]) == pytest.approx(0.95, abs=0.033)


def test_endless_blocks_are_the_stretches_of_the_past(clustered: pd.Series) -> None:
    logs, horizon = np.log1p(clustered.to_numpy()), 40
    turns = np.array(
        [np.cumsum(np.roll(logs, -start)[:horizon]).min() for start in range(len(logs))]
    )
    expected = np.mean(turns <= math.log(0.85))
    result = liquidation_probability(
        clustered, 100.0, 85.0, horizon, block_length=10**9, n_paths=40_000
    )
    assert abs(result.probability - expected) < 2.0 * result.standard_error


@pytest.mark.parametrize("level", [80.0, 130.0])
def test_blocks_against_the_definition(clustered: pd.Series, level: float) -> None:
    """Blocks of geometric length from a date drawn evenly, wrapped at the end, laid one after another."""
    rng, returns, touches = np.random.default_rng(5), clustered.to_numpy(), []
    for _ in range(10_000):
        path: list[float] = []
        while len(path) < 30:
            start, length = int(rng.integers(len(returns))), int(rng.geometric(1 / 8))
            path += [returns[(start + i) % len(returns)] for i in range(length)]
        prices = 100.0 * np.cumprod(1.0 + np.array(path[:30]))
        touches.append(prices.min() <= level if level < 100.0 else prices.max() >= level)
    result = liquidation_probability(clustered, 100.0, level, 30, block_length=8, n_paths=100_000)
    difference = math.hypot(result.standard_error, np.std(touches) / math.sqrt(10_000))
    assert abs(result.probability - np.mean(touches)) < 2.0 * difference


def test_normal_returns_agree_with_the_closed_form() -> None:
    normal = series(np.expm1(0.02 * np.random.default_rng(2).standard_normal(5_000)))
    result = liquidation_probability(normal, 50.0, 43.0, 30, n_paths=20_000, block_length=1)
    # the drawn sample is not quite normal, and the correction not quite exact
    assert result.closed_form == pytest.approx(result.probability, abs=3.0 * result.standard_error)
    logs = np.log1p(normal)
    expected = barrier_probability(43.0, 50.0, logs.std(), 30, logs.mean(), steps=30)
    assert result.closed_form == pytest.approx(expected, rel=1e-12)


def test_the_share_of_paths_by_counting(clustered: pd.Series) -> None:
    drawn = simulate_price_range(clustered, 100.0, 20, n_paths=500, seed=3)
    for level, position in (
        (85.0, "long"),
        (120.0, "short"),
        (120.0, "long"),
        (0.0, "long"),
        (math.inf, "short"),
    ):
        counted = (
            sum(low <= level for low in drawn.lowest)
            if position == "long"
            else sum(drawn.highest >= level)
        )
        assert drawn.probability(level, position) == counted / 500
    assert drawn.probability(85.0) == drawn.probability(85.0, "long")
    assert drawn.probability(120.0) == drawn.probability(120.0, "short")
    found = liquidation_probability(clustered, 100.0, 85.0, 20, n_paths=500, seed=3)
    assert (found.probability, found.barrier) == (drawn.probability(85.0), 85.0)
    with pytest.raises(DataError, match="level must lie strictly between 0 and inf; got -1"):
        drawn.probability(-1.0)


def test_clusters_of_volatility_choose_longer_blocks(clustered: pd.Series) -> None:
    shuffled = series(np.random.default_rng(0).permutation(clustered.to_numpy()))
    assert (
        simulate_price_range(clustered, 1.0, 5).block_length
        > 3 * simulate_price_range(shuffled, 1.0, 5).block_length
    )


@pytest.mark.parametrize(("level", "n_paths"), [(75.0, 400), (1.0, 50), (99.99, 300)])
def test_the_interval_is_that_of_statsmodels(
    clustered: pd.Series, level: float, n_paths: int
) -> None:
    result = liquidation_probability(clustered, 100.0, level, 20, n_paths=n_paths)
    count = round(result.probability * n_paths)
    assert result.standard_error == math.sqrt(
        result.probability * (1 - result.probability) / n_paths
    )
    for share in (0.9, 0.95):
        expected = proportion_confint(count, n_paths, alpha=1 - share, method="wilson")
        np.testing.assert_allclose(result.conf_int(share), expected, atol=1e-12)


def test_same_seed_same_paths_and_units_do_not_matter(clustered: pd.Series) -> None:
    one, two = (
        simulate_price_range(clustered, 100.0, 30, seed=4),
        simulate_price_range(clustered, 100.0, 30, seed=4),
    )
    np.testing.assert_array_equal(one.lowest, two.lowest)
    cents = simulate_price_range(clustered, 10_000.0, 30, seed=4)
    np.testing.assert_allclose(cents.highest, 100.0 * one.highest, rtol=1e-14)
    assert not np.array_equal(one.lowest, simulate_price_range(clustered, 100.0, 30, seed=5).lowest)
    assert repr(one).startswith("PriceRange(10000 paths of 30 periods in blocks of ")


def test_longer_and_nearer_is_likelier(clustered: pd.Series) -> None:
    nearer = [
        liquidation_probability(clustered, 100.0, level, 30).probability
        for level in (70.0, 85.0, 95.0)
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
        ({"level": -1.0}, "level must lie strictly between 0 and inf; got -1.0"),
        ({"level": np.array([80.0, 90.0])}, "level must lie strictly between 0 and inf"),
        ({"level": math.nan}, "level must lie strictly between 0 and inf; got nan"),
        ({"price": 0.0}, "price must lie strictly between 0 and inf; got 0.0"),
        ({"position": "flat"}, "position must be one of 'long', 'short'; got 'flat'"),
    ],
)
def test_bad_levels_are_refused(clustered: pd.Series, arguments: dict, message: str) -> None:
    question = {"price": 100.0, "level": 80.0, "horizon": 10, **arguments}
    with pytest.raises(DataError, match=message):
        barrier_probability(**question, volatility=0.1)
    with pytest.raises(DataError, match=message):
        liquidation_probability(clustered, **question)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"volatility": 0.0}, "volatility must lie strictly between 0 and inf; got 0.0"),
        ({"horizon": 0}, "horizon must lie strictly between 0 and inf; got 0"),
        ({"drift": math.nan}, "drift must lie strictly between -inf and inf; got nan"),
        ({"steps": 0}, "steps must be a whole number of at least 1; got 0"),
    ],
)
def test_bad_motions_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        barrier_probability(
            **{"level": 80.0, "price": 100.0, "volatility": 0.1, "horizon": 10, **arguments}
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"horizon": 0}, "horizon must be a whole number of at least 1; got 0"),
        ({"horizon": 1.5}, "horizon must be a whole number of at least 1; got 1.5"),
        ({"n_paths": 1}, "n_paths must be a whole number of at least 2"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"block_length": 0}, "block_length must be a whole number of at least 1; got 0"),
        ({"returns": series([0.01, -0.01] * 5)}, "returns must have at least 20 rows; got 10"),
        ({"returns": series([0.01] * 30)}, "returns must vary"),
        (
            {"returns": series([0.01, -1.0] * 15)},
            "returns must exceed -1, a loss of all; got -1 on 2015-01-02",
        ),
        ({"returns": series([0.01, np.nan] * 15)}, "returns must be finite"),
        ({"returns": [0.01, -0.01]}, "returns must be a pandas Series"),
        (
            {
                "returns": pd.DataFrame(
                    {"a": series([0.01, 0.02] * 15), "b": series([0.02, 0.01] * 15)}
                )
            },
            "one series",
        ),
        (
            {"returns": hr.returns(series(np.arange(1.0, 40.0)), "log")},
            "returns must be simple returns; got log",
        ),
    ],
)
def test_bad_paths_are_refused(clustered: pd.Series, arguments: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        simulate_price_range(**{"returns": clustered, "price": 100.0, "horizon": 10, **arguments})


def test_bad_interval_levels_are_refused(clustered: pd.Series) -> None:
    with pytest.raises(DataError, match="level must lie strictly between 0 and 1; got 95"):
        liquidation_probability(clustered, 100.0, 80.0, 10, n_paths=100).conf_int(95)
