"""Classes of ccxt, unmodified, against a stub venue with real sockets."""

import asyncio
import copy
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import ccxt
import ccxt.pro
import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.feeds import (
    CcxtFeed,
    candles,
    funding_history,
    list_markets,
    open_feed,
    option_summaries,
    sequence_rule,
    trade_history,
)
from hedgeresearch.feeds.exchanges.ccxt_events import Events
from hedgeresearch.microstructure import (
    BookSnapshot,
    FundingRate,
    Interruption,
    OrderBook,
    Quote,
    Trade,
)
from hedgeresearch.options import OptionChain
from tests.feeds import stub_answers
from tests.feeds.reading import events_of
from tests.feeds.stub_answers import FIRST, HOUR, N_CANDLES, first_candle
from tests.feeds.stub_venue import StubVenue

SYMBOL = "BTC/USDT:USDT"
LINEAR = {"options": {"fetchMarkets": {"types": ["linear"]}, "fetchCurrencies": False}}


def redirected(exchange: Any, stub: StubVenue) -> Any:
    """Return an exchange whose addresses are on the loopback, with its hosts in the path."""

    def moved(urls: Any) -> Any:
        if isinstance(urls, dict):
            return {name: moved(url) for name, url in urls.items()}
        if not isinstance(urls, str):
            return urls
        url = urls.replace("https://", f"{stub.rest_url}/")
        return url.replace("wss://", f"{stub.ws_url}/").replace(":9443", "")

    exchange.urls["api"] = moved(copy.deepcopy(exchange.urls["api"]))
    exchange.enableRateLimit = False
    return exchange


@pytest.fixture
def stub() -> Iterator[StubVenue]:
    with StubVenue(("BTCUSDT",)) as venue:
        yield venue


def usd_m(stub: StubVenue, **settings: Any) -> CcxtFeed:
    exchange = redirected(ccxt.pro.binanceusdm(copy.deepcopy(LINEAR)), stub)
    kinds = settings.pop("kinds", ("book", "trades"))
    return CcxtFeed(exchange, SYMBOL, kinds, **{"silence": 30.0, "pause": 0.03} | settings)


@pytest.mark.long
def test_books_trades_and_funding_come_as_events(stub: StubVenue) -> None:
    feed = usd_m(stub, kinds=("book", "quotes", "trades", "funding"), every=0.1)

    def until(found: list[Any]) -> bool:
        counts = Counter(type(event) for _, event in found)
        return min(counts[kind] for kind in (BookSnapshot, Quote, Trade, FundingRate)) >= 4

    events = events_of(feed, until)
    assert events[0][1].reason == "the feed has begun"
    assert {source for source, _ in events} == set(feed.sources)
    book = OrderBook(sequence_rule("binanceusdm"))
    for _, event in events:
        if book.receive(event):
            best = (book.best_bid, book.best_ask)
            bids, asks = stub.history["BTCUSDT", book.last_id]
            assert best == (bids[0], asks[0])
            assert book.bids(5) == bids[:5]
    rates = [event for _, event in events if isinstance(event, FundingRate)]
    assert (rates[0].rate, rates[0].mark_price, rates[0].index_price) == (2e-4, 60_001.5, 60_000.5)
    assert rates[0].next_time == (FIRST + 8 * HOUR) * 1_000_000
    trades = [event.trade_id for _, event in events if isinstance(event, Trade)]
    assert len(trades) == len(set(trades))


def until_a_book_after_a_fault(stub: StubVenue) -> Callable[[list[Any]], bool]:
    """Return a condition that orders the fault after five books, and waits for one after it."""

    def until(found: list[Any]) -> bool:
        if sum(isinstance(event, BookSnapshot) for _, event in found) == 5:
            stub.strike()
        n_interruptions = sum(isinstance(event, Interruption) for _, event in found)
        return n_interruptions > 1 and isinstance(found[-1][1], BookSnapshot)

    return until


@pytest.mark.long
@pytest.mark.parametrize(("fault", "words"), [("closed", "NetworkError"), ("dropped", "Checksum")])
def test_faults_that_ccxt_notices_interrupt(fault: str, words: str) -> None:
    with StubVenue(("BTCUSDT",), fault=fault) as stub:
        events = events_of(usd_m(stub, kinds=("book",)), until_a_book_after_a_fault(stub))
    reasons = [event.reason for _, event in events if isinstance(event, Interruption)]
    assert words in reasons[1]


@pytest.mark.long
def test_silence_of_a_venue_interrupts_and_is_ended() -> None:
    with StubVenue(("BTCUSDT",), fault="silent") as stub:
        until = until_a_book_after_a_fault(stub)
        events = events_of(usd_m(stub, kinds=("book",), silence=1.0), until)
    reasons = [event.reason for _, event in events if isinstance(event, Interruption)]
    assert reasons[1] == "nothing was received for 1 s"


def test_a_symbol_that_does_not_exist_is_refused(stub: StubVenue) -> None:
    exchange = redirected(ccxt.pro.binanceusdm(copy.deepcopy(LINEAR)), stub)
    with pytest.raises(DataError, match="binanceusdm refuses it .BadSymbol: .*LTC/USDT:USDT"):
        events_of(CcxtFeed(exchange, "LTC/USDT:USDT"), lambda _: False)


def test_a_venue_that_does_not_answer_is_tried_again(stub: StubVenue) -> None:
    stub.status = 503
    events = events_of(usd_m(stub, kinds=("book",)), lambda found: len(found) == 3)
    assert "ExchangeNotAvailable" in events[2][1].reason


def test_books_of_deribit_are_warned_of() -> None:
    with pytest.warns(DataWarning, match="does not notice changes that are missing in books"):
        CcxtFeed("deribit", "BTC/USD:BTC", ("book",))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CcxtFeed("deribit", "BTC/USD:BTC", ("trades",))


def test_trades_that_are_called_for_again_come_once() -> None:
    reader = Events("trades")
    one = {"id": "7", "price": 5.0, "amount": 2.0, "side": "sell", "timestamp": 3}
    other = one | {"id": "ab-8", "side": None}
    assert reader.read([one], 1) == [Trade(7, 5.0, 2.0, -1, 3_000_000, 1)]
    # a number that is not whole is that of the event
    assert reader.read([one, other], 2) == [Trade(2, 5.0, 2.0, 0, 3_000_000, 2)]


def test_an_empty_side_has_no_price() -> None:
    book = {"nonce": None, "timestamp": None, "bids": [], "asks": [[5.0, 1.0, 3]]}
    (quote,) = Events("quotes").read(book, 9)
    assert isinstance(quote, Quote)
    assert np.isnan(quote.bid)
    assert (quote.ask, quote.ask_size, quote.event_time) == (5.0, 1.0, None)


def test_other_venues_are_opened_by_name() -> None:
    feed = open_feed("kraken", "BTC/USD", ("book",), every=5.0)
    assert repr(feed) == "CcxtFeed(BTC/USD at kraken)"
    asyncio.run(feed.aclose())
    with pytest.raises(DataError, match=r"of ccxt.pro.exchanges; got 'krakn'"):
        open_feed("krakn", "BTC/USD")
    with pytest.raises(DataError, match="A setting of kraken does not exist"):
        open_feed("kraken", "BTC/USD", ws_url="ws://127.0.0.1")
    with pytest.raises(DataError, match=r"an exchange of ccxt.pro; got binance"):
        CcxtFeed(ccxt.binance(), "BTC/USDT")


# --- tables ---


@pytest.fixture
def exchange(stub: StubVenue) -> Any:
    return redirected(ccxt.binanceusdm(copy.deepcopy(LINEAR)), stub)


def test_candles_leave_out_the_one_that_is_not_complete(
    exchange: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # an hour that ends during the test changes nothing of what the stub answers
    begin = first_candle()
    monkeypatch.setattr(stub_answers, "first_candle", lambda: begin)
    monkeypatch.setattr(exchange, "milliseconds", lambda: begin + (N_CANDLES - 1) * HOUR + 1)
    first = pd.Timestamp(begin, unit="ms", tz="UTC")
    table = candles(exchange, SYMBOL, "1h", start=first)
    assert len(table) == N_CANDLES - 1
    hour = pd.Timedelta("1h")
    assert table.index[0] == first + hour
    assert (table.index[1:] - table.index[:-1] == hour).all()
    assert table.attrs["incomplete"] == table.index[-1] + hour
    assert table.iloc[3].tolist() == [60_003.0, 60_012.0, 59_994.0, 60_004.0, 2.5]
    part = candles(exchange, SYMBOL, "1h", start=first + 5 * hour, end=first + 8 * hour)
    pd.testing.assert_frame_equal(part, table.iloc[5:8], check_freq=False)
    assert part.attrs["incomplete"] is None


def test_past_rates_say_the_hours_between_payments(exchange: Any) -> None:
    start = pd.Timestamp(FIRST, unit="ms", tz="UTC")
    table = funding_history(exchange, SYMBOL, start=start)
    assert len(table) == 1_200
    assert table["rate"].iloc[7] == pytest.approx(7e-6)
    assert set(table["interval_hours"]) == {8.0}


def test_past_trades_are_whole_over_many_calls(exchange: Any) -> None:
    start = pd.Timestamp(FIRST, unit="ms", tz="UTC")
    table = trade_history(exchange, SYMBOL, start=start, end=start + pd.Timedelta("1min"))
    assert table["id"].astype(int).tolist() == list(range(2_345))
    assert table["side"].iloc[:2].tolist() == [-1, 1]
    assert table["price"].iloc[5] == 60_005.0


def test_markets_are_listed_with_their_units(exchange: Any) -> None:
    row = list_markets(exchange).loc[SYMBOL]
    assert (row["id"], row["type"], row["settle"]) == ("BTCUSDT", "swap", "USDT")
    assert (row["tick"], row["lot"], row["contract_size"]) == (0.1, 0.001, 1.0)
    assert bool(row["linear"])


def test_option_summaries_are_a_chain_with_the_venues_volatility(stub: StubVenue) -> None:
    deribit = redirected(ccxt.deribit(), stub)
    frame = option_summaries(deribit, "BTC")
    assert frame["mark_iv"].tolist() == [55.0, 55.0]
    chain = OptionChain.from_deribit(frame)
    # 61,500 is the price of the future that the option is on, not the index
    assert chain.table["forward"].tolist() == [61_500.0] * 2
    assert chain.table["mark_volatility"].tolist() == [0.55] * 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda e: candles(e, "LTC/USDT", start="2026-03-02T00:00Z"), "does not answer .BadSymbol"),
        (
            lambda e: candles(e, SYMBOL, "1q", start="2026-03-02T00:00Z"),
            "does not answer .NotSupported",
        ),
        (lambda e: candles(e, SYMBOL, start="2026-03-02"), "start must be a time with a zone"),
        (lambda e: candles(e, SYMBOL, start="soon"), "start must be a time with a zone"),
        (lambda e: candles(e, SYMBOL, start="2090-03-02T00:00Z"), "has nothing in the time"),
        (
            lambda e: candles("binanc", SYMBOL, start="2026-03-02T00:00Z"),
            "ccxt has no exchange 'binanc'",
        ),
    ],
)
def test_what_cannot_be_called_for_is_refused(exchange: Any, call: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call(exchange)
