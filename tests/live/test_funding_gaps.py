"""Payments from before a rate was received are said, also where a venue states no interval."""

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import Source
from hedgeresearch.live import FundingLeg
from hedgeresearch.microstructure import FundingRate

SOURCE = Source("one", "BTC")
HOUR = 3_600_000_000_000
DUE = 1_000 * HOUR


def test_payments_before_the_first_rate_need_the_hours() -> None:
    rate = FundingRate(1e-4, None, DUE, None, None, None, DUE - HOUR)
    unknown = FundingLeg(SOURCE).state("F", DUE - 24 * HOUR)
    unknown.apply(rate)
    assert unknown.notes == []
    state = FundingLeg(SOURCE, interval_hours=8.0).state("F", DUE - 24 * HOUR)
    state.apply(rate)
    assert state.notes[0].startswith("F: 2 funding payments are missing")
    assert state.number(DUE + 9 * HOUR) == pytest.approx(2e-4)


def test_funding_all_the_time_says_the_hours_that_are_missing() -> None:
    state = FundingLeg(SOURCE).state("F", DUE - 24 * HOUR)
    state.apply(FundingRate(1e-4, 8.0, None, None, None, None, DUE))
    assert state.notes[0].startswith("F: funding of 24 hours is missing")
    state.start_bar()
    assert state.notes == []


def test_an_interval_of_no_hours_is_refused() -> None:
    with pytest.raises(DataError, match="interval_hours"):
        FundingLeg(SOURCE, interval_hours=0.0)
