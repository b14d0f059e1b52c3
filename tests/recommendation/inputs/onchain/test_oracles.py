"""Oracles of a market: the moment of their prices, and which of them give none."""

from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.onchain import SequencerStatus
from hedgeresearch.recommendation import Oracles
from tests.recommendation.pool_positions import DAY, LAST, coin_table, market, oracle

ANY: Any = 2_000.0


def test_prices_are_those_of_the_rounds() -> None:
    assert Oracles({"WETH": oracle(1_990.5)}).prices(LAST) == {"WETH": 1_990.5}


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"updated_at": LAST - DAY}, r"updated 86400 s ago, its heartbeat is 3600 s"),
        ({"answer": 0}, r"the answer of ETH/USD is 0, not a positive price"),
        ({"answered_in_round": 6}, r"round 7 of ETH/USD is not complete"),
        ({"updated_at": None}, r"round 7 of ETH/USD is not complete"),
        ({"updated_at": LAST + DAY}, r"a clock is wrong"),
    ],
)
def test_a_round_that_must_not_be_used_is_refused(terms: dict[str, Any], problem: str) -> None:
    oracles = Oracles({"WETH": oracle(**terms)})
    with pytest.raises(hr.DataError, match=problem):
        oracles.prices(LAST)


def test_a_sequencer_that_is_down_is_refused() -> None:
    down = SequencerStatus(up=False, since=LAST - pd.Timedelta("1h"))
    with pytest.raises(hr.DataError, match=r"sequencer has been down for 3600 s"):
        Oracles({"WETH": oracle()}, sequencer=down).prices(LAST)


def test_the_moment_moves_with_the_bars() -> None:
    table = coin_table()
    table.index = table.index.tz_localize(None)
    oracles = Oracles({"WETH": oracle(heartbeat=90_000.0)}, moment=LAST)
    prices = market(table, oracles=oracles)
    later = prices.append(dict.fromkeys(table, 1.0), LAST.tz_localize(None) + DAY)
    assert later.oracles is not None
    assert later.oracles.moment == LAST + DAY
    later.oracles.prices(later.last_date)
    last = later.append(dict.fromkeys(table, 1.0), LAST.tz_localize(None) + 2 * DAY)
    assert last.oracles is not None
    with pytest.raises(hr.DataError, match="updated 173400 s ago"):
        last.oracles.prices(last.last_date)


def test_later_rounds_replace_those_of_their_token() -> None:
    before = Oracles({"WETH": oracle(), "WBTC": oracle(60_000.0)})
    after = before.with_later({"WETH": oracle(1_900.0)})
    assert after.prices(LAST) == {"WETH": 1_900.0, "WBTC": 60_000.0}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Oracles({"WETH": ANY}), r"round of 'WETH' must be made by"),
        (lambda: Oracles({}, sequencer=ANY), r"sequencer must be made by"),
        (lambda: Oracles({}, moment="2026-01-01"), r"moment must be a time with a zone"),
        (lambda: Oracles({"WETH": oracle()}).prices("Monday"), r"say the moment of its last"),
        (lambda: market(oracles={"WETH": oracle()}), r"oracles must be made by"),
    ],
)
def test_other_oracles_are_refused(call: Any, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        call()
