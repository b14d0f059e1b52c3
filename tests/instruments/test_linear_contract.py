"""Linear contracts by hand arithmetic."""

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.linear_contract import LinearContract

LINEAR = LinearContract("FUT", 5, currency="USD")


def test_profit_worth_and_notional_by_hand() -> None:
    assert LINEAR.size == 5
    assert LINEAR.payoff(-2, 100.0, 90.0) == 100.0
    assert LINEAR.profit(-2, 100.0, 90.0, rate=0.9) == pytest.approx(90.0, rel=1e-14)
    assert LINEAR.worth(70.0) == 350.0
    assert LINEAR.notional(70.0, 0.5) == 175.0


def test_multipliers_that_are_not_positive_are_refused() -> None:
    message = "multiplier must be a number above 0; got 0. Pass the units"
    with pytest.raises(DataError, match=message):
        LinearContract("FUT", 0)
    with pytest.raises(DataError, match="multiplier must be a number above 0"):
        LinearContract("FUT", True)
