"""Spot instruments by hand arithmetic."""

from datetime import date

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.instruments.spot import Spot

SPOT = Spot("BTC", lot=0.001)


def test_profit_worth_and_notional_by_hand() -> None:
    assert SPOT.size == 1.0
    assert SPOT.profit(-2, 100.0, 90.0) == 20.0
    assert SPOT.worth(70.0) == 70.0
    assert SPOT.notional(70.0, 0.5) == 35.0


def test_expiry_and_funding_are_refused() -> None:
    message = "a spot instrument must have neither expiry nor funding; got funding. Use Linear"
    with pytest.raises(DataError, match=message):
        Spot("X", funding="8-hourly")
    with pytest.raises(DataError, match="got an expiry"):
        Spot("X", expiry=date(2025, 3, 28))
