"""Newton steps on a ridge: they end at the maximum, and say how much is left to gain."""

import numpy as np
import pytest

from hedgeresearch.optimization.line_search import evaluate, mean_likelihood
from hedgeresearch.optimization.newton import climb_ridge, newton_direction
from hedgeresearch.optimization.quasi_newton import Optimum, maximize

LOW = np.array([-10.0, -10.0])
HIGH = np.array([10.0, 10.0])
DATES = np.random.default_rng(0).standard_normal(100)


def quadratic(x):
    """Log-likelihood by date with the Hessian -((4, 1), (1, 2)) and its maximum near (1, -2)."""
    matrix = np.array([[4.0, 1.0], [1.0, 2.0]])
    away = x - [1.0, -2.0]
    by_date = np.full(100, -0.5 * away @ matrix @ away) + DATES * away[0]
    scores = np.tile(-matrix @ away, (100, 1))
    scores[:, 0] += DATES
    return mean_likelihood(by_date, scores, np.eye(2))


def test_direction_is_that_of_newton_on_a_quadratic():
    matrix = np.array([[4.0, 1.0], [1.0, 2.0]])
    maximum = np.array([1.0, -2.0]) + np.linalg.solve(matrix, [DATES.mean(), 0.0])
    current = evaluate(quadratic, np.array([3.0, 3.0]))
    step = newton_direction(quadratic, current, LOW, HIGH)
    np.testing.assert_allclose(current.x + step, maximum, atol=1e-8)
    reached, gain = climb_ridge(quadratic, np.array([3.0, 3.0]), LOW, HIGH)
    np.testing.assert_allclose(reached.x, maximum, atol=1e-8)
    assert abs(gain) < 1e-10


def test_coordinate_on_its_bound_does_not_move():
    step = newton_direction(quadratic, evaluate(quadratic, np.array([0.0, 5.0])), LOW, [10.0, 5.0])
    assert step[0] != 0.0
    held = newton_direction(
        quadratic, evaluate(quadratic, np.array([0.0, -3.0])), [0.5, -3.0], HIGH
    )
    assert np.isfinite(held).all()
    at_bound = newton_direction(quadratic, evaluate(quadratic, np.array([3.0, 0.0])), LOW, [3, 9])
    assert at_bound[0] != 0.0  # the score points into the box
    outwards = newton_direction(quadratic, evaluate(quadratic, np.array([-1.0, 0])), LOW, [-1, 9])
    assert outwards[0] == 0.0


def curved_valley(x):
    """Steep across x_1 = x_0 ** 2, flatter along it by 10,000, with scores unlike the Hessian."""
    first = (1.0 - x[0]) + 0.0 * DATES
    second = 100.0 * (x[1] - x[0] ** 2) + 0.0 * DATES
    by_date = -0.5 * (first**2 + second**2)
    scores = np.stack([first + 200.0 * x[0] * second, -100.0 * second], axis=1)
    return mean_likelihood(by_date, scores, np.eye(2))


def test_end_of_a_steep_curved_valley_is_accepted():
    reached, gain = climb_ridge(curved_valley, np.array([0.5, 0.26]), LOW, HIGH)
    assert gain < 1e-6
    assert 100 * reached.value > -1e-6
    bounds = list(zip(LOW, HIGH, strict=True))
    optimum = maximize(curved_valley, [np.array([0.5, 0.26])], bounds, "a valley")
    assert optimum.converged


def test_gradient_alone_does_not_accept_a_slope():
    steep = Optimum(np.zeros(1), 0.0, gradient_norm=1.0, free=np.ones(1, dtype=bool))
    assert not steep.converged
    assert Optimum(np.zeros(1), 0.0, 1.0, np.ones(1, dtype=bool), expected_gain=1e-8).converged
    assert not Optimum(np.zeros(1), -np.inf, 0.0, np.ones(1, dtype=bool), 0.0).converged


def test_search_that_stopped_higher_is_continued():
    """The first start ends on a small hill, the second one high in the valley, not at its end."""

    def hill_and_valley(x):
        if x[0] >= -5.0:
            return curved_valley(x)
        away = x - [-8.0, 0.0]
        scores = np.tile(-2.0 * away, (100, 1))
        return mean_likelihood(np.full(100, -1.0 - away @ away), scores, np.eye(2))

    starts = [np.array([-8.5, 0.1]), np.array([0.5, 0.26])]
    bounds = list(zip(LOW, HIGH, strict=True))
    optimum = maximize(hill_and_valley, starts, bounds, "both", try_all_starts=True)
    assert optimum.log_likelihood == pytest.approx(0.0, abs=1e-6)
