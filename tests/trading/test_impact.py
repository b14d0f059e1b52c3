"""Schedules of Almgren and Chriss against another program, a linear system and a search."""

import numpy as np
import pytest
from scipy.optimize import minimize

from hedgeresearch.errors import DataError
from hedgeresearch.trading import Impact, almgren_chriss_schedule

IMPACT = Impact(volatility=0.95, temporary=2.5e-6, permanent=2.5e-7, half_spread=0.0625)
PRINTED = [
    (0.6625, 1.0812, 0.6636, 51.3),
    (0.6625, 1.0794, 0.6647, 36.27),
    (0.6625, 1.0776, 0.6657, 29.62),
    (0.6625, 1.0758, 0.6668, 25.65),
    (0.6625, 1.074, 0.6679, 22.94),
    (0.6625, 1.0722, 0.669, 20.94),
    (0.6625, 1.0704, 0.67, 19.39),
    (0.6626, 1.0687, 0.6711, 18.14),
    (0.6626, 1.0669, 0.6722, 17.1),
]
"""Millions, 1e12, millions and days, for a risk aversion of 1e-9, 2e-9, ... (DRIP library)."""


@pytest.mark.parametrize(("row", "expected"), list(enumerate(PRINTED, start=1)))
def test_the_printed_table_is_reproduced(
    row: int, expected: tuple[float, float, float, float]
) -> None:
    schedule = almgren_chriss_schedule(1e6, 5, 1.0, IMPACT, risk_aversion=row * 1e-9)
    found = (schedule.expected_cost / 1e6, schedule.variance / 1e12, schedule.penalty / 1e6)
    assert found == pytest.approx(expected[:3], abs=6e-5)
    assert schedule.half_life == pytest.approx(expected[3], abs=6e-3)


@pytest.mark.parametrize("risk_aversion", [1e-9, 1e-6, 1e-4])
def test_holdings_solve_the_linear_system_of_the_optimum(risk_aversion: float) -> None:
    n, interval = 8, 0.5
    schedule = almgren_chriss_schedule(1e6, n, interval, IMPACT, risk_aversion)
    temporary = IMPACT.temporary - 0.5 * IMPACT.permanent * interval
    # derivative of the penalty with respect to what is left after each interval
    matrix = np.zeros((n - 1, n - 1))
    right = np.zeros(n - 1)
    urgency = risk_aversion * IMPACT.volatility**2 * interval**2 / temporary
    for j in range(n - 1):
        matrix[j, j] = 2.0 + urgency
        for neighbor in (j - 1, j + 1):
            if 0 <= neighbor < n - 1:
                matrix[j, neighbor] = -1.0
    right[0] = 1e6
    expected = np.linalg.solve(matrix, right)
    np.testing.assert_allclose(schedule.holdings[1:-1], expected, rtol=1e-9, atol=1e-6)


def test_no_other_schedule_has_a_lower_penalty() -> None:
    schedule = almgren_chriss_schedule(1e6, 4, 1.0, IMPACT, risk_aversion=1e-6)

    def penalty(inside: np.ndarray) -> float:
        holdings = np.concatenate([[1e6], inside * 1e6, [0.0]])
        trades = np.diff(holdings)
        cost = 0.5 * IMPACT.permanent * 1e12 + IMPACT.half_spread * 1e6
        cost += (IMPACT.temporary - 0.5 * IMPACT.permanent) * float(trades @ trades)
        variance = IMPACT.volatility**2 * float(holdings[1:] @ holdings[1:])
        return (cost + 1e-6 * variance) / 1e6

    found = minimize(penalty, [0.7, 0.4, 0.2], tol=1e-12)
    np.testing.assert_allclose(schedule.holdings[1:-1] / 1e6, found.x, atol=1e-5)
    assert schedule.penalty / 1e6 == pytest.approx(found.fun, rel=1e-9)


@pytest.mark.parametrize(
    ("risk_aversion", "interval"), [(1e-16, 1e4), (1e-9, 1.0), (1e-6, 1.0), (1e-4, 1.0)]
)
def test_a_long_schedule_falls_by_e_in_its_half_life(risk_aversion: float, interval: float) -> None:
    impact = Impact(volatility=0.95, temporary=2.5e-6)
    schedule = almgren_chriss_schedule(1.0, 5_000, interval, impact, risk_aversion)
    fall = np.log(schedule.holdings[0] / schedule.holdings[1])
    assert schedule.half_life == pytest.approx(interval / fall, rel=1e-8)


def test_without_risk_aversion_trades_are_equal() -> None:
    schedule = almgren_chriss_schedule(-500.0, 5, 1.0, IMPACT, risk_aversion=0.0)
    np.testing.assert_allclose(schedule.trades, -100.0)
    assert schedule.half_life == np.inf
    assert schedule.expected_cost > 0.0


def test_with_great_risk_aversion_everything_is_traded_at_once() -> None:
    schedule = almgren_chriss_schedule(1e6, 500, 1.0, IMPACT, risk_aversion=1e3)
    assert schedule.trades[0] == pytest.approx(1e6, rel=1e-6)
    assert np.isfinite(schedule.holdings).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Impact(0.0, 1e-6), r"volatility must lie"),
        (lambda: Impact(1.0, 1e-6, permanent=-1.0), r"permanent must not be negative"),
        (lambda: almgren_chriss_schedule(1.0, 0, 1.0, IMPACT, 0.0), r"n_intervals must be"),
        (lambda: almgren_chriss_schedule(1.0, 2, 50.0, IMPACT, 0.0), r"Use shorter intervals"),
        (lambda: almgren_chriss_schedule(1.0, 2, 1.0, IMPACT, -1.0), r"risk_aversion must not"),
    ],
)
def test_bad_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
