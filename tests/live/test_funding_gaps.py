"""Payments without a rate of their own are said, also where a venue states no interval."""

import math

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import Source
from hedgeresearch.live import FundingLeg
from hedgeresearch.live.column import Tolerances
from hedgeresearch.microstructure import FundingRate, Interruption

SOURCE = Source("one", "BTC")
HOUR = 3_600_000_000_000
DUE = 1_000 * HOUR
"""1970-02-11 16:00 UTC."""
USUAL = Tolerances(10.0, 1.0)


def rate_at(
    time: int, payment: int | None, rate: float = 1e-4, hours: float | None = None
) -> FundingRate:
    return FundingRate(rate, hours, payment, None, None, None, time)


def test_payments_before_the_first_rate_need_the_hours() -> None:
    rate = rate_at(DUE - HOUR, DUE)
    unknown = FundingLeg(SOURCE).state("F", DUE - 24 * HOUR)
    unknown.apply(rate)
    assert unknown.notes == [
        "F: funding payments between 1970-02-10 16:00 and 1970-02-11 15:00 UTC are not known and "
        "counted as zero, as the venue states no interval: give interval_hours to its leg."
    ]
    state = FundingLeg(SOURCE, interval_hours=8.0).state("F", DUE - 24 * HOUR)
    state.apply(rate)
    assert state.notes[0].startswith("F: 2 funding payments are missing")
    assert state.number(DUE + 9 * HOUR) == pytest.approx(2e-4)


def test_funding_all_the_time_says_the_hours_that_are_missing() -> None:
    state = FundingLeg(SOURCE).state("F", DUE - 24 * HOUR)
    state.apply(rate_at(DUE, None, hours=8.0))
    assert state.notes[0].startswith("F: funding of 24 hours is missing")
    state.start_bar()
    assert state.notes == []


@pytest.mark.parametrize("hours", [0.0, -8.0, 1.0 / 60.0, math.nan])
def test_an_interval_of_no_hours_is_refused(hours: float) -> None:
    with pytest.raises(DataError, match="interval_hours"):
        FundingLeg(SOURCE, interval_hours=hours)


def test_payments_during_an_interruption_are_said_to_be_assumed() -> None:
    state = FundingLeg(SOURCE, interval_hours=8.0).state("F", DUE - HOUR)
    state.apply(rate_at(DUE - HOUR, DUE))
    state.apply(Interruption("the connection was closed", DUE - HOUR // 2))
    state.apply(rate_at(DUE + 17 * HOUR, DUE + 24 * HOUR, 9e-4))
    assert state.number(DUE + 17 * HOUR) == pytest.approx(3e-4)
    assert state.notes == [
        "F: 3 funding payments without rates are assumed at the last rate before, not received: "
        "1970-02-11 16:00 UTC at 0.0100%, 1970-02-12 00:00 UTC at 0.0100%, 1970-02-12 08:00 UTC "
        "at 0.0100%."
    ]
    state.start_bar()
    assert state.notes == []
    # the next payment has a rate
    assert state.number(DUE + 25 * HOUR) == pytest.approx(9e-4)


def test_without_an_interval_payments_that_are_not_known_are_said() -> None:
    state = FundingLeg(SOURCE).state("F", DUE - HOUR)
    state.apply(rate_at(DUE - HOUR, DUE))
    state.apply(Interruption("the connection was closed", DUE - HOUR // 2))
    state.apply(rate_at(DUE + 17 * HOUR, DUE + 24 * HOUR))
    assert state.number(DUE + 17 * HOUR) == pytest.approx(1e-4)
    assumed, unknown = state.notes
    assert assumed.startswith("F: 1 funding payment without a rate is assumed at the last rate")
    assert "between 1970-02-11 16:00 and 1970-02-12 09:00 UTC are not known" in unknown


def test_a_payment_by_a_rate_that_was_too_old_is_assumed() -> None:
    state = FundingLeg(SOURCE, max_age=600.0).state("F", DUE - HOUR)
    state.apply(rate_at(DUE - HOUR, DUE, hours=8.0))
    state.apply(rate_at(DUE + HOUR, DUE + 8 * HOUR, hours=8.0))
    assert "1 funding payment without a rate is assumed" in state.notes[0]
    young = FundingLeg(SOURCE, max_age=600.0).state("F", DUE - HOUR)
    young.apply(rate_at(DUE - HOUR // 12, DUE, hours=8.0))
    young.apply(rate_at(DUE + HOUR // 12, DUE + 8 * HOUR, hours=8.0))
    assert young.number(DUE + HOUR // 12) == pytest.approx(1e-4)
    assert young.notes == []


def test_hours_without_rates_of_funding_all_the_time_are_said() -> None:
    state = FundingLeg(SOURCE).state("F", DUE)
    state.apply(rate_at(DUE, None, hours=8.0))
    state.apply(Interruption("the connection was closed", DUE + HOUR // 2))
    state.apply(rate_at(DUE + 2 * HOUR, None, hours=8.0))
    assert state.number(DUE + 2 * HOUR) == pytest.approx(0.25e-4)
    assert state.notes == [
        "F: funding of 1.5 hours without rates is assumed at the last rate before, 0.0100%."
    ]


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (rate_at(DUE, DUE + HOUR, math.nan, 8.0), "a funding rate of nan cannot be"),
        (rate_at(DUE, DUE + HOUR, 1e-4, -8.0), "a funding rate for -8 hours cannot be"),
        (rate_at(DUE, DUE - HOUR, 1e-4, 1e-12), "a funding rate for 1e-12 hours cannot be"),
        (rate_at(DUE, None, 1e-4, 0.0), "a funding rate for 0 hours cannot be"),
    ],
)
def test_a_rate_that_cannot_be_is_an_interruption(rate: FundingRate, words: str) -> None:
    state = FundingLeg(SOURCE).state("F", DUE - HOUR)
    state.apply(rate_at(DUE - HOUR, DUE + HOUR, 2e-4, 8.0))
    state.apply(rate)
    problem = state.problem(DUE, USUAL)
    assert problem is not None
    assert problem.text == words
    state.apply(rate_at(DUE + 2 * HOUR, DUE + 9 * HOUR, 3e-4, 8.0))
    assert state.problem(DUE + 2 * HOUR, USUAL) is None
    assert state.number(DUE + 2 * HOUR) == pytest.approx(2e-4)
    assert "assumed" in state.notes[0]


def test_a_payment_stated_of_long_ago_is_stepped_over() -> None:
    state = FundingLeg(SOURCE).state("F", DUE)
    state.apply(rate_at(DUE, DUE - 10_000_000 * HOUR, -1e-4, 1.0))
    assert state.number(DUE + HOUR) == pytest.approx(-1e-4)
