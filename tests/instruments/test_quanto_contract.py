"""Quanto contracts by hand arithmetic."""

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.quanto_contract import QuantoContract

QUANTO = QuantoContract("QUANTO", 200, fixed_rate=1e-6)


def test_profit_worth_and_notional_by_hand() -> None:
    assert QUANTO.size == 200
    assert QUANTO.payoff(3, 100.0, 90.0) == pytest.approx(-0.006, rel=1e-14)
    assert QUANTO.worth(70.0) == pytest.approx(0.014, rel=1e-14)
    assert QUANTO.notional(70.0, 60_000.0) == pytest.approx(200 * 70e-6 * 60_000)


def test_multiplier_and_fixed_rate_must_be_positive() -> None:
    with pytest.raises(DataError, match="multiplier must be a number above 0"):
        QuantoContract("X", -1)
    with pytest.raises(DataError, match="fixed_rate must be a number above 0"):
        QuantoContract("X", 1, 0.0)
