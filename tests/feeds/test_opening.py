"""Feeds by the name of their venue: what is refused, and what needs the extra."""

import builtins
import socket
import sys
from typing import Any

import pytest

from hedgeresearch.errors import DataError, MissingDataError
from hedgeresearch.feeds import BinanceVenue, DeribitVenue, WebsocketFeed, open_feed
from tests.feeds.reading import events_of


def test_without_the_package_opening_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    find = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] in ("websockets", "ccxt"):
            raise ImportError(name)
        return find(name, *args, **kwargs)

    for name in [one for one in sys.modules if one.partition(".")[0] in ("websockets", "ccxt")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    feed = WebsocketFeed(DeribitVenue("BTC-PERPETUAL"))
    with pytest.raises(MissingDataError, match=r'pip install "hedgeresearch\[live\]"'):
        events_of(feed, lambda _: True)
    with pytest.raises(MissingDataError, match=r'pip install "hedgeresearch\[live\]"'):
        open_feed("binance", "BTCUSDT")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("binanc", "BTCUSDT"), r"venue must be one of binance, .*; got 'binanc'"),
        (("binance", ()), r"symbols must be one or more different names; got \(\)"),
        (("binance", ("A", "A")), r"symbols must be one or more different names"),
        (("binance", "A", ("funding",)), r"kinds of Binance spot must be .*; got funding"),
        (("deribit", "A", ()), r"kinds of Deribit must be different ones of .*; got none"),
        (("binance", tuple(f"S{n}" for n in range(70))), r"70 symbols of 3 kinds are more than"),
    ],
)
def test_what_cannot_be_opened_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        open_feed(*arguments)


def test_settings_of_a_feed_are_checked() -> None:
    with pytest.raises(DataError, match="ws_url must begin with ws:// or wss://; got 'http://a'"):
        open_feed("binance", "BTCUSDT", ws_url="http://a")
    with pytest.raises(DataError, match="A setting of deribit does not exist"):
        open_feed("deribit", "BTC-PERPETUAL", rest_url="http://a")
    with pytest.raises(DataError, match="silence"):
        open_feed("deribit", "BTC-PERPETUAL", silence=0.0)


def test_tests_reach_the_loopback_only() -> None:
    with pytest.raises(AssertionError, match="a test connects to"):
        socket.create_connection(("192.0.2.1", 443), timeout=1.0)
    with pytest.raises(AssertionError, match="a test connects to"):
        socket.getaddrinfo("api.binance.com", 443)
    feed = WebsocketFeed(BinanceVenue("BTCUSDT"), pause=0.01)
    with pytest.raises(AssertionError, match="a test connects to"):
        events_of(feed, lambda found: len(found) == 2)
