"""Funding that venues send becomes the funding of the market's bars."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.feeds import Source
from hedgeresearch.live import FundingLeg, Session
from hedgeresearch.microstructure import FundingRate, Interruption, Quote

SPOT = Source("binance", "BTCUSDT")
PERPETUAL = Source("binance-usd-m", "BTCUSDT")
SECOND = 1_000_000_000
HOUR = 3600 * SECOND
LEGS = {"BTC": SPOT, "PERP": PERPETUAL, "FUNDING": FundingLeg(PERPETUAL, max_age=7200.0)}


@pytest.fixture(scope="module")
def hourly() -> hr.recommendation.Recommendation:
    """A recommendation on hourly bars that end at 12:00."""
    times = pd.date_range(end="2026-03-02 12:00", periods=300, freq="1h", tz="UTC")
    steps = 30.0 * np.random.default_rng(0).standard_normal((2, 300)).cumsum(axis=1)
    table = pd.DataFrame({"BTC": 6e4 + steps[0], "PERP": 6e4 + steps[0] + steps[1] / 9.0}, times)
    table["FUNDING"] = np.where(times.hour % 8 == 0, 1e-4, 0.0)
    market = hr.Market(table, funding={"PERP": "FUNDING"})
    position = hr.Position({"BTC": 2.0})
    perpetual = hr.LinearContract("PERP", 0.001, funding="8-hourly", fee=1e-6)
    fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
    return hr.recommend(fit, position, perpetual, market)


def stream(start: Any, hours: int, rates: dict[float, Any]) -> list[tuple[Source, Any]]:
    """Return quotes of each half hour, and rates or interruptions at some hours."""
    begin = start.as_of.value
    found: list[tuple[Source, Any]] = []
    for number in range(1, 2 * hours + 2):
        time = begin + number * HOUR // 2 - SECOND
        for source in (SPOT, PERPETUAL):
            found.append(
                (source, Quote(number, 6e4 + number, 1.0, 6e4 + number + 1, 1.0, None, time))
            )
    for hour, build in rates.items():
        found.append((PERPETUAL, build(begin + round(hour * HOUR))))
    return sorted(found, key=lambda each: each[1].receive_time)


def eight_hourly(rate: float, next_hour: float) -> Any:
    """Return a function from a time to a rate that is paid at an hour after 12:00."""
    noon = pd.Timestamp("2026-03-02 12:00", tz="UTC").value

    def build(time: int) -> FundingRate:
        return FundingRate(rate, 8.0, noon + round(next_hour * HOUR), None, None, None, time)

    return build


def funding_of(start: Any, events: list[Any]) -> list[float | None]:
    decisions = Session(start, LEGS, max_age=7200.0).run(events)
    return [decision.bar.get("FUNDING") for decision in decisions]


def test_the_last_rate_before_a_payment_is_paid(hourly: Any) -> None:
    # payments at 16:00, four hours after the start, and eight hours later
    # the venue still states the payment at 0:00 after it
    rates = {hour + 0.1: eight_hourly(1e-4 * hour, 4.0 if hour < 4 else 12.0) for hour in range(14)}
    paid = funding_of(hourly, stream(hourly, 14, rates))
    expected = [0.0] * 14
    expected[3] = 3e-4
    expected[11] = 11e-4
    assert paid == pytest.approx(expected)


def test_the_market_charges_what_was_received(hourly: Any) -> None:
    rates = {hour + 0.1: eight_hourly(2e-4, 4.0) for hour in range(4)}
    session = Session(hourly, LEGS, max_age=7200.0)
    list(session.run(stream(hourly, 4, rates)))
    series = session.advice.problem.market.funding_rates("PERP")
    assert series is not None
    assert series.iloc[-4:].tolist() == [0.0, 0.0, 0.0, 2e-4]


def test_funding_that_is_paid_all_the_time_grows_with_it(hourly: Any) -> None:
    def build(time: int) -> FundingRate:
        return FundingRate(8e-4, 8.0, None, None, None, None, time)

    paid = funding_of(hourly, stream(hourly, 3, {hour + 0.1: build for hour in range(4)}))
    assert paid == pytest.approx([0.9e-4, 1e-4, 1e-4])


def test_missing_funding_gives_no_advice_but_the_reason(hourly: Any) -> None:
    events = stream(hourly, 4, {})
    first = next(Session(hourly, LEGS, max_age=7200.0).run(events))
    assert first.problems[0].kind == "funding"
    assert first.reasons == ["FUNDING: no funding rate has been received."]
    old = stream(hourly, 4, {0.1: eight_hourly(1e-4, 4.0)})
    decisions = list(Session(hourly, LEGS, max_age=7200.0).run(old))
    assert [d.action == "none" for d in decisions] == [False, False, True, True]
    assert decisions[2].reasons == ["FUNDING: the last funding rate is 1.04e+04 s old."]


def test_payments_during_an_interruption_are_in_the_next_bar(hourly: Any) -> None:
    rates = {
        0.1: eight_hourly(3e-4, 4.0),
        1.5: lambda time: Interruption("the connection was closed", time),
        5.5: eight_hourly(1e-4, 12.0),
    }
    events = stream(hourly, 7, rates)
    decisions = list(Session(hourly, LEGS, max_age=7200.0).run(events))
    assert [d.bar.get("FUNDING") for d in decisions] == [0.0, None, None, None, None, 3e-4, 0.0]
    assert decisions[1].reasons[-1] == (
        "FUNDING: no funding rate has been received since: the connection was closed."
    )


def test_payments_before_the_first_rate_are_counted(hourly: Any) -> None:
    late = {hour + 0.1: eight_hourly(1e-4, 20.0) for hour in range(13, 16)}
    quotes = [each for each in stream(hourly, 15, late) if each[1].receive_time > 0]
    begin = hourly.as_of.value + 12 * HOUR
    decisions = list(
        Session(hourly, LEGS, max_age=7200.0).run(
            [each for each in quotes if each[1].receive_time > begin]
        )
    )
    with_advice = [d for d in decisions if d.advice is not None]
    assert with_advice[0].reasons[-2] == (
        "FUNDING: 2 funding payments are missing, from before a rate was received, and counted as "
        "zero."
    )
    assert "missing" not in " ".join(with_advice[1].reasons)


@pytest.mark.parametrize(
    ("legs", "words"),
    [
        ({**LEGS, "FUNDING": SPOT}, "BTCUSDT at binance is the source of two columns"),
        (
            {**LEGS, "FUNDING": Source("other", "BTC")},
            "'FUNDING' is a column of funding of the market",
        ),
        ({**LEGS, "BTC": FundingLeg(SPOT)}, "'BTC' is not a column of funding"),
        ({**LEGS, "BTC": "binance"}, "must be a Leg, a FundingLeg or a Source; got 'binance'"),
    ],
)
def test_legs_of_the_wrong_kind_are_refused(hourly: Any, legs: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Session(hourly, legs)


def rates_around_a_payment(clock_behind: int, interval: float | None) -> list[FundingRate]:
    """Return rates of each second around a payment at 16:00, by a clock that is behind."""
    due = pd.Timestamp("2026-03-02 16:00", tz="UTC").value
    found = []
    for second in range(-3, 4):
        event = due + second * SECOND + SECOND // 10
        rate, payment = (3e-4, due) if event < due else (5e-4, due + 8 * HOUR)
        received = event - clock_behind
        found.append(FundingRate(rate, interval, payment, None, None, event, received))
    return found


@pytest.mark.parametrize("interval", [8.0, None])
@pytest.mark.parametrize("clock_behind", [0, SECOND // 2, 1_270_000_000, 2_500_000_000])
def test_a_payment_is_made_once_by_a_clock_behind(clock_behind: int, interval: Any) -> None:
    due = pd.Timestamp("2026-03-02 16:00", tz="UTC").value
    state = FundingLeg(PERPETUAL).state("FUNDING", due - HOUR)
    for rate in rates_around_a_payment(clock_behind, interval):
        state.apply(rate)
    assert state.number(due + HOUR) == pytest.approx(3e-4)
    assert state.number(due + 8 * HOUR) == pytest.approx(8e-4)


def test_a_late_rate_for_a_payment_made_pays_nothing() -> None:
    due = pd.Timestamp("2026-03-02 16:00", tz="UTC").value
    state = FundingLeg(PERPETUAL).state("FUNDING", due - HOUR)
    for payment, time in ((due, due - SECOND), (due + 8 * HOUR, due - 9), (due, due - 8)):
        state.apply(FundingRate(3e-4, 8.0, payment, None, None, None, time))
    assert state.number(due + HOUR) == pytest.approx(3e-4)


def test_a_payment_that_is_put_off_is_not_paid() -> None:
    due = pd.Timestamp("2026-03-02 16:00", tz="UTC").value
    state = FundingLeg(PERPETUAL).state("FUNDING", due - 3 * HOUR)
    state.apply(FundingRate(3e-4, 8.0, due, None, None, None, due - 2 * HOUR))
    state.apply(FundingRate(3e-4, 8.0, due + HOUR, None, None, None, due - HOUR))
    assert state.number(due + HOUR - 1) == 0.0
