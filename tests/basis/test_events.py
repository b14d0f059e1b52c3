"""Funding payments from statements of a venue."""

import pytest

from hedgeresearch.basis import funding_rates, mark_premium
from hedgeresearch.errors import DataError
from hedgeresearch.microstructure import FundingRate, Quote

HOUR = 3_600 * 10**9


def stated(rate: float, payment: int | None, received: float) -> FundingRate:
    next_time = None if payment is None else payment * HOUR
    return FundingRate(rate, 8.0, next_time, None, None, None, round(received * HOUR))


def test_the_last_statement_before_a_payment_is_paid() -> None:
    events = [
        stated(1e-4, 8, 1.0),
        stated(2e-4, 8, 7.5),
        # a statement that comes after the payment is late
        stated(9e-4, 8, 8.1),
        stated(3e-4, 16, 8.2),
        Quote(0, 1.0, 1.0, 2.0, 1.0, None, 17 * HOUR),
        stated(4e-4, 24, 17.5),
    ]
    paid = funding_rates(events)
    assert paid.tolist() == [2e-4, 3e-4]
    assert paid.index.asi8.tolist() == [8 * HOUR, 16 * HOUR]
    assert str(paid.index.tz) == "UTC"


def test_events_without_a_payment_are_refused() -> None:
    with pytest.raises(DataError, match="hold no payment of funding"):
        funding_rates([stated(1e-4, 8, 1.0)])
    with pytest.raises(DataError, match="paid continuously"):
        funding_rates([stated(1e-4, None, 1.0)])


def test_the_premium_is_mark_over_index() -> None:
    events = [
        FundingRate(1e-4, 8.0, None, 101.0, 100.0, None, HOUR),
        FundingRate(1e-4, 8.0, None, None, 100.0, None, 2 * HOUR),
        FundingRate(1e-4, 8.0, None, 99.0, 100.0, None, 3 * HOUR),
    ]
    premium = mark_premium(events)
    assert premium.tolist() == pytest.approx([0.01, -0.01])
    assert premium.index.asi8.tolist() == [HOUR, 3 * HOUR]
    assert premium.attrs["left_out"] == 1
    with pytest.raises(DataError, match="got 1 without"):
        mark_premium([stated(1e-4, 8, 1.0)])
