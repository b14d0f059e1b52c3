"""Deribit is subscribed to for what it has, and other names of venues are refused."""

import asyncio
import json
from typing import Any

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import ChainFeed, DeribitVenue, UniswapV2Pair, sequence_rule
from hedgeresearch.feeds.venues.venue import RefusedError
from hedgeresearch.microstructure import DERIBIT

NAMES = ("BTC-PERPETUAL", "BTC-25DEC26")


def test_only_perpetuals_are_asked_for_funding() -> None:
    venue = DeribitVenue(NAMES, ("quotes", "funding"))
    channels = json.loads(venue.connections[0].messages[0])["params"]["channels"]
    assert channels == ["quote.BTC-PERPETUAL", "quote.BTC-25DEC26", "perpetual.BTC-PERPETUAL.100ms"]
    with pytest.raises(DataError, match="BTC-25DEC26 of Deribit: perpetuals alone have funding"):
        DeribitVenue(NAMES, ("funding",))


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        ({"id": 1, "error": "busy"}, RefusedError),
        ({"id": 9, "error": ["busy"]}, DataError),
        ({"id": 1, "result": None}, RefusedError),
    ],
)
def test_answers_of_any_shape_are_refused(frame: dict[str, Any], error: Any) -> None:
    with pytest.raises(error, match="Deribit"):
        DeribitVenue(NAMES).read(frame, 0)


def test_a_heartbeat_of_any_shape_is_read() -> None:
    shapes: tuple[Any, ...] = (None, "text", [])
    for params in shapes:
        assert DeribitVenue(NAMES).reply({"method": "heartbeat", "params": params}) is None


def test_a_rule_of_an_unknown_venue_is_refused() -> None:
    pytest.importorskip("ccxt")
    assert sequence_rule("deribit") == sequence_rule("kraken") == DERIBIT
    with pytest.raises(DataError, match="got 'binance-futures'"):
        sequence_rule("binance-futures")


def test_a_chain_feed_closed_before_its_first_event_ends() -> None:
    pytest.importorskip("web3")
    feed = ChainFeed("http://127.0.0.1:9", [UniswapV2Pair("0x" + "ab" * 20)], chain=1, poll=60.0)

    async def closed() -> int:
        events = feed.events()
        await feed.aclose()
        n_events = 0
        async for _ in events:
            n_events += 1
            assert n_events < 3, "the feed goes on"
        return n_events

    assert asyncio.run(closed()) == 1
