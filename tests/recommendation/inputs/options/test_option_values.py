"""Options revalued in scenarios: what passing time does to them."""

import numpy as np
import pytest

from hedgeresearch.recommendation.inputs.options.option_values import (
    OptionState,
    revalued,
    value_options,
)


@pytest.fixture
def state() -> OptionState:
    """A call and a put with a discount."""
    return OptionState(
        forward=np.full(2, 100.0),
        strike=np.array([90.0, 120.0]),
        years=np.full(2, 0.5),
        volatility=np.full(2, 0.2),
        discount=np.full(2, 0.95),
        sign=np.array([1.0, -1.0]),
        scale=np.full(2, 1.0),
        in_coin=False,
    )


def value_after(state: OptionState, elapsed: float) -> np.ndarray:
    return revalued(state, np.zeros(1), np.zeros((1, 2)), elapsed)[0]


def test_values_move_in_time_as_theta_says(state: OptionState) -> None:
    step = 1e-5
    slope = (value_after(state, step) - value_after(state, 0.0)) / step
    np.testing.assert_allclose(slope, value_options(state).theta, rtol=1e-3)


def test_expired_options_are_worth_their_settlement(state: OptionState) -> None:
    np.testing.assert_allclose(value_after(state, 0.6), [10.0, 20.0], rtol=1e-6)
