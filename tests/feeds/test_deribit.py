"""Notifications of Deribit: what is read, what is left out, and what is refused."""

import math
from typing import Any

import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.feeds import read_deribit_frame
from hedgeresearch.microstructure import BookSnapshot, BookUpdate, FundingRate, Quote, Trade

PERPETUAL = "BTC-PERPETUAL"


def notification(channel: str, data: Any) -> dict[str, Any]:
    return {"method": "subscription", "params": {"channel": channel, "data": data}}


def book(**changes: Any) -> dict[str, Any]:
    """Return a change of a book, with fields of it exchanged."""
    data = {
        "type": "change",
        "timestamp": 5,
        "instrument_name": PERPETUAL,
        "change_id": 12,
        "prev_change_id": 11,
        "bids": [["new", 61_800.0, 1_230.0], ["delete", 61_799.5, 0.0]],
        "asks": [["change", 61_801.0, 10.0]],
    }
    return notification(f"book.{PERPETUAL}.100ms", data | changes)


def test_a_change_of_a_book_names_the_one_before() -> None:
    ((name, update),) = read_deribit_frame(book(), 7)
    assert name == PERPETUAL
    bids = [(61_800.0, 1_230.0), (61_799.5, 0.0)]
    assert update == BookUpdate(12, 12, 11, bids, [(61_801.0, 10.0)], 5_000_000, 7)


def test_a_subscription_begins_with_a_snapshot() -> None:
    ((_, snapshot),) = read_deribit_frame(book(type="snapshot"), 7)
    assert isinstance(snapshot, BookSnapshot)
    assert snapshot.update_id == 12


def test_trades_of_a_notification_come_one_by_one() -> None:
    first = {
        "trade_seq": 30,
        "trade_id": "48079254",
        "timestamp": 4,
        "price": 61_800.5,
        "amount": 250.0,
        "direction": "sell",
        "instrument_name": PERPETUAL,
    }
    frame = notification(
        f"trades.{PERPETUAL}.100ms", [first, first | {"trade_seq": 31, "direction": "buy"}]
    )
    # the amount of an inverse contract is dollars, whatever a contract is worth
    assert read_deribit_frame(frame, 7) == [
        (PERPETUAL, Trade(30, 61_800.5, 250.0, -1, 4_000_000, 7)),
        (PERPETUAL, Trade(31, 61_800.5, 250.0, 1, 4_000_000, 7)),
    ]


def test_a_quote_without_bids_has_no_bid() -> None:
    data = {"timestamp": 4, "instrument_name": PERPETUAL, "best_bid_price": None}
    data |= {"best_bid_amount": 0.0, "best_ask_price": 61_801.0, "best_ask_amount": 10.0}
    ((_, quote),) = read_deribit_frame(notification(f"quote.{PERPETUAL}", data), 7)
    assert isinstance(quote, Quote)
    assert math.isnan(quote.bid)
    assert (quote.ask, quote.ask_size, quote.update_id) == (61_801.0, 10.0, None)


def test_funding_is_for_eight_hours_and_paid_all_the_time() -> None:
    data = {"interest": 0.0004, "timestamp": 4, "index_price": 61_790.0}
    ((_, rate),) = read_deribit_frame(notification(f"perpetual.{PERPETUAL}.100ms", data), 7)
    assert rate == FundingRate(0.0004, 8.0, None, None, 61_790.0, 4_000_000, 7)


@pytest.mark.parametrize(
    "frame",
    [
        {"jsonrpc": "2.0", "id": 1, "result": ["quote.BTC-PERPETUAL"]},
        {"method": "heartbeat", "params": {"type": "test_request"}},
        notification("deribit_price_index.btc_usd", {"price": 1.0}),
        [],
    ],
)
def test_frames_that_are_no_event_are_left_out(frame: Any) -> None:
    assert read_deribit_frame(frame, 1) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prev_change_id": None}, "None is not a whole number"),
        ({"change_id": 1.5}, "1.5 is not a whole number"),
        ({"bids": [["new", "a", 1.0]]}, "could not convert"),
        ({"bids": [[61_800.0, 1.0]]}, "not enough values"),
    ],
)
def test_what_cannot_be_read_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=rf"A frame of Deribit cannot be read .*{message}"):
        read_deribit_frame(book(**changes), 1)
