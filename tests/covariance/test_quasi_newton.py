"""The optimiser: bounds are met, failures are told, other starts are tried."""

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.quasi_newton import maximise


def hill(x):
    return float(-((x[0] - 0.3) ** 2)), np.array([-2 * (x[0] - 0.3)])


def test_the_top_is_found_inside_and_on_a_bound():
    assert maximise(hill, [np.array([0.9])], [(0, 1)], "a hill").point == pytest.approx([0.3])
    assert maximise(hill, [np.array([0.9])], [(0.5, 1)], "a hill").point == pytest.approx([0.5])


def test_a_likelihood_that_is_nowhere_finite_is_told():
    def nowhere(x):
        return np.nan, np.zeros(1)

    with pytest.raises(hr.ConvergenceError, match="the likelihood of a void must reach a maximum; stopped at"):
        maximise(nowhere, [np.array([0.5])], [(0, 1)], "a void")


def test_later_starts_are_tried_when_the_first_two_fail():
    """A cliff beyond which the value rises but is not differentiable traps the promising starts."""

    def trap(x):
        if x[0] > 0.8:
            return 10.0, np.array([1.0])  # says that it rises, and does not
        return hill(x)

    starts = [np.array([0.85]), np.array([0.9]), np.array([0.1])]
    assert maximise(trap, starts, [(0, 0.95)], "a trap").point == pytest.approx([0.3])
