"""No-trade bands against quadrature, simulated costs and printed examples.

In units of the band b and of the cost e, what a band of half-width c costs per step depends on
u / b alone, with u the standard deviation of the target's move in one step: the grids below are
over u / b.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr
from scipy.stats import norm

from hedgeresearch._constants import OVERSHOOT
from hedgeresearch.errors import DataError
from hedgeresearch.trading.bands import (
    MEAN_ABSOLUTE_NORMAL,
    NoTradeBand,
    no_trade_band,
    tracking_error_band,
)
from hedgeresearch.typing import Array


def stationary(half_width: float, move: float, n_points: int = 100) -> tuple[float, float]:
    """Mean square after the trade and mean trade per step of x' = clip(x + move * normal).

    By Gauss-Legendre quadrature of the stationary distribution.
    """
    nodes, weights = (half_width * values for values in np.polynomial.legendre.leggauss(n_points))
    points = np.concatenate([nodes, [-half_width, half_width]])
    density = norm.pdf(nodes, points[:, None], move) * weights
    below = ndtr((-half_width - points) / move)
    above = ndtr((points - half_width) / move)
    transition = np.column_stack([density, below, above])
    system = np.vstack([transition.T - np.eye(n_points + 2), np.ones(n_points + 2)])
    mass = np.linalg.lstsq(system, np.append(np.zeros(n_points + 2), 1.0), rcond=None)[0]
    traded = sum(
        far * ndtr(far / move) + move * norm.pdf(far / move)
        for far in (points - half_width, -points - half_width)
    )
    return float(mass @ points**2), float(mass @ traded)


def cost_per_step(
    half_width: float, move: float, cost: float, risk_cost: float, step: float
) -> float:
    """Cost of trading and risk of one step, without the risk within the step."""
    mean_square, traded = stationary(half_width, move)
    return cost * traded + risk_cost / 2.0 * mean_square * step


def simulated(half_widths: Array, move: float, n_steps: int, seed: int) -> tuple[Array, Array]:
    """Simulate what :func:`stationary` computes, for many half-widths on the same paths."""
    moves = np.random.default_rng(seed).normal(scale=move, size=(n_steps, 400))
    held = np.zeros((len(half_widths), 400))  # holding less target
    square = np.zeros(len(half_widths))
    traded = np.zeros(len(half_widths))
    edges = half_widths[:, None]
    for moved in moves:
        away = held - moved
        held = np.clip(away, -edges, edges)
        square += np.square(held).mean(axis=1)
        traded += np.abs(held - away).mean(axis=1)
    return square / n_steps, traded / n_steps


SETTINGS = {  # cost, target_variance, risk_aversion, hedge_variance, step
    "index future, hourly": (7.5, 1.5**2, 2e-7, 2500.0**2, 1 / 24),
    "index future, daily": (7.5, 1.5**2, 2e-7, 2500.0**2, 1.0),
    "share, daily": (0.02, 40.0**2, 4e-5, 1.2**2, 1.0),
    "share, weekly": (0.02, 40.0**2, 4e-5, 1.2**2, 5.0),
    "share, monthly": (0.02, 40.0**2, 4e-5, 1.2**2, 21.0),
}


def test_mean_absolute_normal_is_that_of_scipy() -> None:
    assert pytest.approx(norm.expect(abs), rel=1e-8) == MEAN_ABSOLUTE_NORMAL


@pytest.mark.parametrize(
    ("log_moneyness", "with_cost", "without"), [(-0.05, 0.2946, 0.2239), (0.05, 0.7284, 0.7945)]
)
def test_band_equals_the_example_of_pfhedge(
    log_moneyness: float, with_cost: float, without: float
) -> None:
    """Docstring of pfhedge.nn.WhalleyWilmott: a call struck at 1, holding .5.

    .1 years to go, volatility .2, a cost of 1e-5 of what is traded, aversion 1; ``with_cost`` is
    the new holding, ``without`` the delta.
    """
    spot = math.exp(log_moneyness)
    spread = 0.2 * math.sqrt(0.1)
    d1 = log_moneyness / spread + spread / 2
    gamma = norm.pdf(d1) / (spot * spread)
    price_variance = (0.2 * spot) ** 2
    half_width = no_trade_band(1e-5 * spot, gamma**2 * price_variance, 1.0, price_variance)
    assert norm.cdf(d1) == pytest.approx(without, abs=5e-5)
    new, _ = NoTradeBand(norm.cdf(d1), half_width).trade(0.5)
    assert new == pytest.approx(with_cost, abs=5e-5)


def test_continuous_band_minimizes_the_cost_rate() -> None:
    cost, variance, aversion, price_variance, _ = SETTINGS["index future, daily"]

    def rate(half_width: float) -> float:
        risk = aversion * price_variance / 2 * half_width**2 / 3
        return risk + cost * variance / (2 * half_width)

    best = minimize_scalar(rate, bounds=(0.1, 20.0), method="bounded", options={"xatol": 1e-9})
    half_width = no_trade_band(cost, variance, aversion, price_variance)
    assert half_width == pytest.approx(best.x, rel=1e-6)  # the minimum is flat: half the digits
    assert rate(half_width) == pytest.approx(0.75 * cost * variance / half_width, rel=1e-12)


def test_frequent_observation_gives_the_derived_deviation() -> None:
    mean_square, traded = stationary(1.0, 0.05)
    expected = (1 + OVERSHOOT * 0.05) ** 2 / 3 - 0.05**2 / 4
    assert mean_square == pytest.approx(expected, rel=1e-4)  # the first terms
    expected = 1 / (2 * (1 + OVERSHOOT * 0.05))
    # what is left out falls exponentially
    assert traded / 0.05**2 == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", SETTINGS)
def test_no_other_band_costs_noticeably_less(name: str) -> None:
    cost, variance, aversion, price_variance, step = SETTINGS[name]
    risk_cost = aversion * price_variance
    move = math.sqrt(variance * step)

    def total(half_width: float) -> float:
        return cost_per_step(half_width, move, cost, risk_cost, step)

    half_width = no_trade_band(cost, variance, aversion, price_variance, step=step)
    widest = no_trade_band(cost, variance, aversion, price_variance)
    best = minimize_scalar(total, bounds=(1e-3 * widest, 1.5 * widest), method="bounded").fun
    assert total(half_width) == pytest.approx(best, rel=1e-3)  # the claim of the module
    assert total(half_width) < cost * MEAN_ABSOLUTE_NORMAL * move  # trading to the target


@pytest.mark.parametrize("ratio", [0.1, 0.3, 0.6, 0.9, 1.0, 1.2, 1.6, 2.0, 4.0])
def test_band_is_near_the_best_at_every_step(ratio: float) -> None:
    half_width = no_trade_band(1.0, ratio**2, 1.5 * ratio**2, 1.0, step=1.0)  # b = 1
    assert no_trade_band(1.0, ratio**2, 1.5 * ratio**2, 1.0) == pytest.approx(1.0, rel=1e-12)

    def total(width: float) -> float:
        return cost_per_step(width, ratio, 1.0, 1.5 * ratio**2, 1.0)

    best = minimize_scalar(total, bounds=(1e-3, 1.5), method="bounded").fun
    assert total(half_width) == pytest.approx(best, rel=1e-3)


def test_trading_to_the_edge_is_cheaper_than_past_it() -> None:
    """From outside the band of half-width 1 to an inner band: never cheaper than to the edge."""
    moves = np.random.default_rng(4).normal(scale=0.5, size=(4000, 200))
    half_width = no_trade_band(1.0, 0.25, 0.375, 1.0, step=1.0)
    totals = []
    for inner in (1.0, 0.8, 0.5, 0.0):
        held = np.zeros(200)
        total = 0.0
        for moved in moves:
            away = held - moved
            inside = np.abs(away) <= half_width
            held = np.where(inside, away, np.sign(away) * inner * half_width)
            total += (np.abs(held - away) + 0.375 / 2 * held**2).mean()
        totals.append(total)
    assert totals == sorted(totals)


def check_simulation(name: str, n_steps: int, tolerance: float) -> float:
    """Check that the closed form is the simulated optimum.

    Returns the cost of trading to the target at every step, as a multiple of the optimum.
    """
    cost, variance, aversion, price_variance, step = SETTINGS[name]
    move = math.sqrt(variance * step)
    half_width = no_trade_band(cost, variance, aversion, price_variance, step=step)
    grid = np.concatenate([[half_width, 0.0], half_width * np.linspace(0.4, 2.0, 9)])
    square, traded = simulated(grid, move, n_steps, seed=1)
    total = cost * traded + aversion * price_variance / 2 * square * step
    assert total[0] <= total.min() * (1 + tolerance)
    return float(total[1] / total[0])


@pytest.mark.parametrize(
    ("name", "least"), [("index future, daily", 1.8), ("share, daily", 1.8), ("share, weekly", 1.2)]
)
def test_closed_form_is_the_simulated_optimum(name: str, least: float) -> None:
    assert least < check_simulation(name, n_steps=1500, tolerance=0.02) < 3.4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least", "most"),  # the cost of trading to the target at every step, as a multiple
    [
        ("index future, hourly", 9.0, 10.0),
        ("index future, daily", 1.8, 3.4),
        ("share, daily", 1.8, 3.4),
        ("share, weekly", 1.2, 1.5),
        ("share, monthly", 1.0, 1.1),
    ],
)
def test_closed_form_is_the_optimum_of_long_simulations(
    name: str, least: float, most: float
) -> None:
    assert least < check_simulation(name, n_steps=20_000, tolerance=0.005) < most


def test_simulation_agrees_with_the_quadrature() -> None:
    square, traded = simulated(np.array([1.0]), 0.7, 4000, seed=2)
    # Monte Carlo, 1.6 million steps
    assert (square[0], traded[0]) == pytest.approx(stationary(1.0, 0.7), rel=0.01)


@pytest.mark.parametrize("deviation", [0.71, 0.75, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0, 4.0])
def test_tracking_error_is_kept_at_discrete_observation(deviation: float) -> None:
    half_width = tracking_error_band(deviation * 3, 3.0, target_variance=1.0, step=1.0)
    # half a step of moves between two observations
    realized = math.sqrt(stationary(half_width, 1.0)[0] + 0.5)
    assert 0.97 < realized / deviation < 1.005  # the claim of the docstring
    exact = brentq(lambda c: stationary(c, 1.0)[0] + 0.5 - deviation**2, 1e-3, 10.0)
    assert half_width == pytest.approx(exact, rel=0.06)


def test_tracking_error_band_by_hand_without_a_step() -> None:
    expected = pytest.approx(math.sqrt(27.0), rel=1e-12)
    assert tracking_error_band(6.0, 2.0) == expected
    assert tracking_error_band(6.0, 2.0, target_variance=0.0, step=1.0) == expected
    often = tracking_error_band(6.0, 2.0, target_variance=1.0, step=1e-8)
    assert often == pytest.approx(math.sqrt(27.0) - OVERSHOOT * 1e-4, rel=1e-8)


def test_smallest_tracking_error_trades_to_the_target() -> None:
    smallest = 3.0 * math.sqrt(2.0 * 0.25 / 2.0)
    band = tracking_error_band(smallest * (1 + 1e-12), 3.0, target_variance=2.0, step=0.25)
    assert band < 1e-5
    message = r"at least 1.5, which .*; got 1.4. Observe it .* a step of at most 0.217778."
    with pytest.raises(DataError, match=message):
        tracking_error_band(1.4, 3.0, target_variance=2.0, step=0.25)


@pytest.mark.parametrize("step", [None, 1.0])
def test_band_without_cost_or_moves_is_half_a_lot(step: float | None) -> None:
    for cost, variance in ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0)):
        assert no_trade_band(cost, variance, 1.0, 1.0, step=step) == 0.0
        assert no_trade_band(cost, variance, 1.0, 1.0, step=step, lot=3.0) == 1.5
    wide = no_trade_band(100.0, 1.0, 1.0, 1.0, step=step)
    assert no_trade_band(100.0, 1.0, 1.0, 1.0, step=step, lot=3.0) == wide
    assert tracking_error_band(1.0, 1.0, lot=10.0) == 5.0
    assert tracking_error_band(1.0, 1.0, target_variance=1.0, step=1.0, lot=10.0) == 5.0


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_units_do_not_matter(unit: float) -> None:
    # units of the hedge, of time, of currency
    reference = no_trade_band(7.5, 2.25, 2e-7, 6.25e6, step=1.0)
    finer = no_trade_band(7.5 * unit, 2.25 / unit**2, 2e-7, 6.25e6 * unit**2, step=1.0)
    assert finer * unit == pytest.approx(reference, rel=1e-12)
    faster = no_trade_band(7.5, 2.25 * unit, 2e-7, 6.25e6 * unit, step=1 / unit)
    assert faster == pytest.approx(reference, rel=1e-12)
    dearer = no_trade_band(7.5 * unit, 2.25, 2e-7 / unit, 6.25e6 * unit**2, step=1.0)
    assert dearer == pytest.approx(reference, rel=1e-12)
    error = tracking_error_band(5e3, 2.5e3, target_variance=2.25, step=1.0)
    scaled = tracking_error_band(5e3, 2.5e3 * unit, target_variance=2.25 / unit**2, step=1.0)
    assert scaled * unit == pytest.approx(error, rel=1e-9)


def test_trades_go_to_the_nearest_edge() -> None:
    band = NoTradeBand(-10.0, 2.5)
    assert (band.lower, band.upper) == (-12.5, -7.5)
    assert band.trade(0.0) == (-7.5, -7.5)
    assert band.trade(-20) == (-12.5, 7.5)
    for holding in (-12.5, -11.0, -10.0, -7.5):
        assert band.trade(holding) == (holding, 0.0)
    assert NoTradeBand(1.0, 0.0).trade(3.0) == (1.0, -2.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: no_trade_band(-1.0, 1.0, 1.0, 1.0),
            "cost must not be negative; got -1. Pass 0 for a rebate",
        ),
        (
            lambda: no_trade_band(1.0, -1.0, 1.0, 1.0),
            "target_variance must not be negative; got -1.",
        ),
        (
            lambda: no_trade_band(1.0, 1.0, 0.0, 1.0),
            "risk_aversion must be positive; got 0. .* with tracking_error_band.",
        ),
        (
            lambda: no_trade_band(1.0, 1.0, -2.0, 1.0),
            "risk_aversion must be positive; got -2. Without",
        ),
        (
            lambda: no_trade_band(1.0, 1.0, math.nan, 1.0),
            "risk_aversion must lie strictly between -inf and inf; got nan.",
        ),
        (
            lambda: no_trade_band(1.0, 1.0, 1.0, 0.0),
            "hedge_variance must lie strictly between 0 and inf; got 0.0.",
        ),
        (
            lambda: no_trade_band(1.0, 1.0, 1.0, 1.0, step=0.0),
            "step must lie strictly between 0 and inf; got 0.0.",
        ),
        (
            lambda: no_trade_band(1.0, 1.0, 1.0, 1.0, lot=-1.0),
            "lot must not be negative; got -1. Pass 0 if",
        ),
        (
            lambda: no_trade_band(math.nan, 1.0, 1.0, 1.0),
            "cost must lie strictly between -inf and inf; got nan.",
        ),
        (
            lambda: tracking_error_band(0.0, 1.0),
            "tracking_error must lie strictly between 0 and inf; got 0.0.",
        ),
        (
            lambda: tracking_error_band(1.0, -1.0),
            "hedge_volatility must lie strictly between 0 and inf; got -1.0.",
        ),
        (
            lambda: tracking_error_band(1.0, 1.0, step=1.0),
            "target_variance and step must be given together",
        ),
        (
            lambda: tracking_error_band(1.0, 1.0, target_variance=1.0),
            "must be given together; got one of them.",
        ),
        (
            lambda: tracking_error_band(1.0, 1.0, target_variance=-1.0, step=1.0),
            "target_variance must not be neg",
        ),
        (
            lambda: NoTradeBand(math.inf, 1.0),
            "target must lie strictly between -inf and inf; got inf.",
        ),
        (
            lambda: NoTradeBand(1.0, -1.0),
            "half_width must not be negative; got -1. Compute it with no_trade_band.",
        ),
        (
            lambda: NoTradeBand(1.0, 1.0).trade(math.nan),
            "holding must lie strictly between -inf and inf; got nan.",
        ),
    ],
)
def test_invalid_numbers_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()
