"""Prices of oracles: when they may be used."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.onchain import OracleRound, SequencerStatus

NOW = pd.Timestamp("2026-03-02 12:00", tz="UTC")
LATEST = OracleRound("ETH/USD", 7, 7, 200_012_000_000, 8, NOW - pd.Timedelta("20min"), 3_600)


def test_a_fresh_round_gives_its_price() -> None:
    assert LATEST.problem_at(NOW) is None
    assert LATEST.price_at(NOW) == 2000.12
    running = SequencerStatus(True, NOW - pd.Timedelta("3h"))
    assert LATEST.price_at(NOW, running) == 2000.12


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"updated_at": NOW - pd.Timedelta("2h")}, "updated 7200 s ago, its heartbeat is 3600 s"),
        ({"updated_at": NOW + pd.Timedelta("5s")}, "updated 5 s after the moment: a clock"),
        ({"answer": 0}, "the answer of ETH/USD is 0, not a positive price"),
        ({"answer": -5}, "the answer of ETH/USD is -5, not a positive price"),
        ({"updated_at": None}, "round 7 of ETH/USD is not complete"),
        ({"answered_in_round": 6}, "round 7 of ETH/USD is not complete"),
    ],
)
def test_a_round_that_must_not_be_used_says_why(changed: dict[str, Any], problem: str) -> None:
    latest = replace(LATEST, **changed)
    assert problem in str(latest.problem_at(NOW))
    with pytest.raises(DataError, match="There is no usable price"):
        latest.price_at(NOW)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (
            SequencerStatus(False, NOW - pd.Timedelta("1min")),
            "the sequencer has been down for 60 s",
        ),
        (SequencerStatus(True, NOW - pd.Timedelta("10min")), "the sequencer came back 600 s ago"),
        (SequencerStatus(True, NOW + pd.Timedelta("10min")), "600 s after the moment: a clock is"),
    ],
)
def test_a_sequencer_that_is_down_or_just_back_forbids_it(
    status: SequencerStatus, problem: str
) -> None:
    assert problem in str(LATEST.problem_at(NOW, status))


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(DataError, match="updated_at must be a Timestamp with a time zone"):
        replace(LATEST, updated_at=pd.Timestamp("2026-03-02"))
    with pytest.raises(DataError, match="moment must be a Timestamp with a time zone"):
        LATEST.problem_at(pd.Timestamp("2026-03-02"))


@pytest.mark.parametrize("number", [float("nan"), 2000.12, None, True])
def test_numbers_that_are_not_whole_are_refused(number: Any) -> None:
    for name in ("answer", "round_id", "answered_in_round"):
        with pytest.raises(DataError, match=f"{name} must be an int, as the contract returns it"):
            replace(LATEST, **{name: number})
    assert replace(LATEST, answer=np.int64(5)).price_at(NOW) == 5e-8


def test_a_sequencer_is_up_or_not() -> None:
    with pytest.raises(DataError, match="up must be True or False; got 1"):
        SequencerStatus(1, NOW)  # type: ignore[arg-type]
