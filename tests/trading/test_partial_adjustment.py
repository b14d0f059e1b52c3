"""Trading rate and aim against the Riccati recursion, the printed formula and simulated costs."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.trading.partial_adjustment import PartialTrade, aim_position, trading_rate
from hedgeresearch.typing import Array

CASES = [  # impact, risk_aversion, hedge_variance, discount, reversion
    (20.0, 2e-7, 2500.0**2, 0.0, 0.0),
    (20.0, 2e-7, 2500.0**2, 0.0, 0.1),
    (20.0, 2e-7, 2500.0**2, 0.02, 0.3),
    (0.01, 1.0, 1.0, 0.3, 0.05),
    (500.0, 1.0, 2.0, 0.001, 0.02),
    (3.0, 0.5, 4.0, 0.1, 1.0),
]


def riccati(
    impact: float, risk_cost: float, discount: float, reversion: float
) -> tuple[float, float]:
    """Rate and weight of the target in the aim, by value iteration on the state (holding, target).

    With the long-run level at zero: V(y, m) = min over x of impact/2 (x - y)^2 + (1 - discount)
    times the sum of risk_cost/2 (x - m)^2 and of V(x, (1 - reversion) m) one step later, quadratic
    in (y, m); shocks add a constant.
    """
    value = np.zeros((2, 2))
    forward = np.diag([1.0, 1.0 - reversion])
    policy = np.zeros(2)
    for _ in range(100_000):
        # the cost in (x, y, m): its Hessian, with the next value's state (x, (1 - reversion) m)
        later = risk_cost * np.array([[1.0, -1.0], [-1.0, 1.0]]) + forward @ value @ forward
        hessian = impact * np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
        hessian[np.ix_([0, 2], [0, 2])] += (1.0 - discount) * later
        new_policy = -hessian[0, 1:] / hessian[0, 0]
        value = hessian[1:, 1:] - np.outer(hessian[1:, 0], hessian[0, 1:]) / hessian[0, 0]
        if np.abs(new_policy - policy).max() < 1e-15:
            break
        policy = new_policy
    rate = 1.0 - new_policy[0]
    return float(rate), float(new_policy[1] / rate)


@pytest.mark.parametrize(("impact", "aversion", "variance", "discount", "reversion"), CASES)
def test_rate_and_aim_solve_the_riccati_recursion(
    impact: float, aversion: float, variance: float, discount: float, reversion: float
) -> None:
    rate = trading_rate(impact, aversion, variance, discount=discount)
    aim = aim_position(1.0, 0.0, reversion, rate, discount=discount)
    expected = riccati(impact, aversion * variance, discount, reversion)
    assert (rate, aim) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("impact", "aversion", "variance", "discount", "reversion"), CASES)
def test_rate_and_aim_equal_the_printed_formula(
    impact: float, aversion: float, variance: float, discount: float, reversion: float
) -> None:
    """Garleanu and Pedersen (2013) with trading costs lambda times the variance."""
    kept = 1.0 - discount
    scale = impact / variance
    linear = aversion * kept + scale * discount
    a = (-linear + math.sqrt(linear**2 + 4 * aversion * scale * kept**2)) / (2 * kept)
    rate = trading_rate(impact, aversion, variance, discount=discount)
    assert rate == pytest.approx(a / scale, rel=1e-9)
    aim = aim_position(7.0, 3.0, reversion, rate, discount=discount)
    assert aim == pytest.approx(3.0 + 4.0 / (1 + reversion * a / aversion), rel=1e-9)


@pytest.mark.parametrize(("impact", "aversion", "variance", "discount", "reversion"), CASES)
def test_aim_is_the_mean_of_the_target_now_and_later(
    impact: float, aversion: float, variance: float, discount: float, reversion: float
) -> None:
    rate = trading_rate(impact, aversion, variance, discount=discount)
    present = rate + discount * (1 - rate)
    steps = np.arange(20_000)
    expected = 3.0 + 4.0 * (1 - reversion) ** steps
    average = float(np.sum(present * (1 - present) ** steps * expected))
    aim = aim_position(7.0, 3.0, reversion, rate, discount=discount)
    assert aim == pytest.approx(average, rel=1e-9)


def costs(rates: Array, weights: Array, reversion: float, n_steps: int, seed: int) -> Array:
    """Simulated cost per step of rates and weights of the target in the aim.

    The impact is 20, the price of risk 1.25.
    """
    shocks = np.random.default_rng(seed).normal(size=(n_steps, 400))
    target = np.zeros(400)
    held = np.zeros((len(rates), 400))
    total = np.zeros(len(rates))
    for shock in shocks:
        target = (1.0 - reversion) * target + shock
        trade = rates[:, None] * (weights[:, None] * target - held)
        held = held + trade
        total += (10.0 * trade**2 + 0.625 * (held - target) ** 2).mean(axis=1)
    return total / n_steps


@pytest.mark.parametrize("reversion", [0.0, 0.1])
def test_rate_and_aim_are_the_simulated_optimum(reversion: float) -> None:
    rate = trading_rate(20.0, 2e-7, 2500.0**2)
    weight = aim_position(1.0, 0.0, reversion, rate)
    of_rate = np.array([1.0, 0.5, 0.7, 0.85, 1.15, 1.4, 2.0, 1.0 / rate])
    by_rate = costs(rate * of_rate, np.full(8, weight), reversion, 1500, seed=3)
    of_weight = np.array([1.0, 0.6, 0.8, 0.9, 1.1, 1.2, 1.3, 1.5])
    by_aim = costs(np.full(8, rate), weight * of_weight, reversion, 1500, seed=3)
    for total in (by_rate, by_aim):
        assert total[0] <= total.min() * 1.02  # Monte Carlo, and a flat minimum
    assert by_rate[-1] > 1.8 * by_rate[0]  # all of the way at every step


@pytest.mark.slow
@pytest.mark.parametrize("reversion", [0.0, 0.02, 0.1, 0.5])
def test_rate_and_aim_are_the_optimum_of_long_simulations(reversion: float) -> None:
    rate = trading_rate(20.0, 2e-7, 2500.0**2)
    weight = aim_position(1.0, 0.0, reversion, rate)
    multiples = np.array([1.0, 0.5, 0.7, 0.85, 0.95, 1.05, 1.15, 1.4, 2.0])
    by_rate = costs(rate * multiples, np.full(9, weight), reversion, 20_000, seed=5)
    by_aim = costs(np.full(9, rate), weight * multiples, reversion, 20_000, seed=5)
    assert by_rate.argmin() == by_aim.argmin() == 0


def test_rate_and_aim_have_their_limits() -> None:
    assert trading_rate(0.0, 1.0, 1.0) == 1.0
    assert trading_rate(0.0, 1.0, 1.0, discount=0.5) == 1.0
    # the printed form loses digits here
    assert trading_rate(1e-12, 1.0, 1.0) == pytest.approx(1.0 - 1e-12, rel=1e-13)
    # the root of risk over impact
    assert trading_rate(1e12, 1.0, 1.0) == pytest.approx(1e-6, rel=1e-5)
    assert aim_position(7.0, 3.0, 0.0, 0.2) == 7.0
    assert aim_position(7.0, 3.0, 0.4, 1.0) == 7.0
    assert aim_position(7.0, 3.0, 1.0, 0.2) == pytest.approx(3.8, rel=1e-12)


@pytest.mark.parametrize("unit", [1e-4, 1e4])
def test_rate_does_not_depend_on_units(unit: float) -> None:
    reference = pytest.approx(trading_rate(20.0, 2e-7, 6.25e6, discount=0.01), rel=1e-12)
    # of the hedge, then of currency
    finer = trading_rate(20.0 * unit**2, 2e-7, 6.25e6 * unit**2, discount=0.01)
    assert finer == reference
    dearer = trading_rate(20.0 * unit, 2e-7 / unit, 6.25e6 * unit**2, discount=0.01)
    assert dearer == reference


def test_trades_go_part_of_the_way() -> None:
    assert PartialTrade(-10.0, 0.25).trade(10) == (5.0, -5.0)
    assert PartialTrade(3.0, 1.0).trade(0.0) == (3.0, 3.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trading_rate(-1.0, 1.0, 1.0), "impact must not be negative; got -1."),
        (
            lambda: trading_rate(math.nan, 1.0, 1.0),
            "impact must lie strictly between -inf and inf; got nan.",
        ),
        (
            lambda: trading_rate(1.0, 0.0, 1.0),
            "risk_aversion must lie strictly between 0 and inf; got 0.0.",
        ),
        (
            lambda: trading_rate(1.0, 1.0, 0.0),
            "hedge_variance must lie strictly between 0 and inf; got 0.0.",
        ),
        (
            lambda: trading_rate(1.0, 1.0, 1.0, discount=-0.1),
            "discount must not be negative; got -0.1.",
        ),
        (
            lambda: trading_rate(1.0, 1.0, 1.0, discount=1.0),
            "discount must lie strictly between -inf and 1; got 1.0.",
        ),
        (
            lambda: aim_position(math.nan, 0.0, 0.1, 0.5),
            "target must lie strictly between -inf and inf; got nan.",
        ),
        (
            lambda: aim_position(1.0, math.inf, 0.1, 0.5),
            "long_run must lie strictly between -inf and inf; got inf.",
        ),
        (lambda: aim_position(1.0, 0.0, -0.1, 0.5), "reversion must not be negative; got -0.1."),
        (
            lambda: aim_position(1.0, 0.0, 1.1, 0.5),
            "reversion must be at most 1, all of the way in one step; got 1.1.",
        ),
        (
            lambda: aim_position(1.0, 0.0, 0.1, 0.0),
            "rate must lie strictly between 0 and 1; got 0.0.",
        ),
        (lambda: PartialTrade(1.0, 1.5), "rate must lie strictly between 0 and 1; got 1.5."),
        (
            lambda: PartialTrade(math.nan, 0.5),
            "aim must lie strictly between -inf and inf; got nan.",
        ),
        (
            lambda: PartialTrade(1.0, 0.5).trade(math.inf),
            "holding must lie strictly between -inf and inf; got inf.",
        ),
    ],
)
def test_invalid_numbers_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()
