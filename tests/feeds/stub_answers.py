"""Answers of the stub venue to what ccxt calls for: instruments, candles, rates and options."""

import time
from collections.abc import Mapping
from typing import Any

HOUR = 3_600_000
"""Milliseconds in an hour."""
FIRST = 1_700_000_000_000 // HOUR * HOUR
"""Time of the first candle, rate and trade, milliseconds."""
N_CANDLES = 2_500
"""Candles up to now, the last of which is not complete; more than one answer has."""
NAMES = ("BTC-28JUN30-60000-C", "BTC-28JUN30-60000-P")


def rest_answer(path: str, query: Mapping[str, str]) -> Any:
    """Return the answer to a call; None if it is of another kind."""
    answers = {
        "exchangeInfo": _exchange_info,
        "klines": _klines,
        "fundingRate": _funding_rates,
        "premiumIndex": _premium_index,
        "aggTrades": _trades,
        "get_currencies": _currencies,
        "get_instruments": _instruments,
        "get_book_summary_by_currency": _summaries,
    }
    return answers[path](query) if path in answers else None


def first_candle() -> int:
    """Return the start of the first candle: the last begins in this hour."""
    return time.time_ns() // 10**6 // HOUR * HOUR - (N_CANDLES - 1) * HOUR


def _exchange_info(query: Mapping[str, str]) -> Any:
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "0.1", "maxPrice": "1000000", "tickSize": "0.1"},
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
    ]
    symbol = {
        "symbol": "BTCUSDT",
        "pair": "BTCUSDT",
        "contractType": "PERPETUAL",
        "deliveryDate": 4_133_404_800_000,
        "onboardDate": 1_569_398_400_000,
        "status": "TRADING",
        "baseAsset": "BTC",
        "quoteAsset": "USDT",
        "marginAsset": "USDT",
        "pricePrecision": 2,
        "quantityPrecision": 3,
        "filters": filters,
        "orderTypes": [],
    }
    return {"timezone": "UTC", "rateLimits": [], "symbols": [symbol]}


def _klines(query: Mapping[str, str]) -> Any:
    first = first_candle()
    start = int(query.get("startTime", first))
    rows = []
    for number in range(N_CANDLES):
        at = first + number * HOUR
        if at >= start and len(rows) < int(query["limit"]):
            price = 60_000 + number
            prices = [str(price), str(price + 9), str(price - 9), str(price + 1)]
            rows.append([at, *prices, "2.5", at + HOUR - 1, "0", 1, "0", "0", "0"])
    return rows


def _funding_rates(query: Mapping[str, str]) -> Any:
    start = int(query["startTime"])
    limit = int(query["limit"])
    rows = [
        {
            "symbol": "BTCUSDT",
            "fundingRate": f"{1e-6 * number:.8f}",
            # payments are some milliseconds late
            "fundingTime": FIRST + 8 * HOUR * number + number % 3,
            "markPrice": "60000",
        }
        for number in range(1_200)
    ]
    return [row for row in rows if row["fundingTime"] >= start][:limit]  # type: ignore[operator]


def _premium_index(query: Mapping[str, str]) -> Any:
    return {
        "symbol": "BTCUSDT",
        "markPrice": "60001.5",
        "indexPrice": "60000.5",
        "estimatedSettlePrice": "60000",
        "lastFundingRate": "0.0002",
        "interestRate": "0.0001",
        "nextFundingTime": FIRST + 8 * HOUR,
        "time": FIRST,
    }


def _trades(query: Mapping[str, str]) -> Any:
    start = int(query.get("startTime", FIRST))
    rows = [
        {
            "a": number,
            "p": str(60_000 + number),
            "q": "0.5",
            "f": number,
            "l": number,
            # ten at each time, so that pages end within a time
            "T": FIRST + number // 10,
            "m": number % 2 == 0,
        }
        for number in range(2_345)
    ]
    return [row for row in rows if row["T"] >= start][: int(query["limit"])]  # type: ignore[operator]


def _currencies(query: Mapping[str, str]) -> Any:
    currency = {"currency": "BTC", "currency_long": "Bitcoin", "coin_type": "BITCOIN"}
    currency |= {"fee_precision": 4, "min_confirmations": 1, "withdrawal_fee": 0.0001}  # type: ignore[dict-item]
    return {"jsonrpc": "2.0", "result": [currency]}


def _instruments(query: Mapping[str, str]) -> Any:
    instruments = [
        {
            "instrument_name": name,
            "kind": "option",
            "option_type": "call" if name.endswith("C") else "put",
            "strike": 60_000.0,
            "base_currency": "BTC",
            "quote_currency": "BTC",
            "counter_currency": "USD",
            "settlement_currency": "BTC",
            "settlement_period": "month",
            "expiration_timestamp": 1_908_864_000_000,
            "creation_timestamp": FIRST,
            "contract_size": 1.0,
            "tick_size": 0.0005,
            "min_trade_amount": 0.1,
            "taker_commission": 0.0003,
            "maker_commission": 0.0003,
            "is_active": True,
        }
        for name in NAMES
    ]
    return {"jsonrpc": "2.0", "result": instruments}


def _summaries(query: Mapping[str, str]) -> Any:
    rows = [
        {
            "instrument_name": name,
            "base_currency": "BTC",
            "quote_currency": "BTC",
            "underlying_index": "BTC-28JUN30",
            "underlying_price": 61_500.0,
            "estimated_delivery_price": 61_000.0,
            "bid_price": 0.2 - 0.025 * place,
            "ask_price": 0.21 - 0.025 * place,
            "mark_price": 0.205 - 0.025 * place,
            "mid_price": 0.205 - 0.025 * place,
            "mark_iv": 55.0,
            "open_interest": 10.0,
            "volume": 1.0,
            "volume_usd": 61_000.0,
            "interest_rate": 0.0,
            "creation_timestamp": FIRST,
        }
        for place, name in enumerate(NAMES)
    ]
    return {"jsonrpc": "2.0", "result": rows}
