"""Quotes as Deribit and Cboe write them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from hedgeresearch.errors import DataError
from hedgeresearch.options import OptionChain, black_price
from tests.options.conftest import MOMENT


def summary(**changes: Any) -> pd.DataFrame:
    """Book summary of six options on bitcoin, 60 % volatility, prices in bitcoin."""
    moment = pd.Timestamp("2024-06-01 08:00", tz="UTC")
    expiry = pd.Timestamp("2024-06-28 08:00", tz="UTC")
    strikes = np.repeat([55000.0, 60000.0, 65000.0], 2)
    kinds = np.array(["call", "put"] * 3)
    years = (expiry - moment) / pd.Timedelta(days=365)
    forward = 60500.0
    price = black_price(forward, strikes, years, 0.6, kinds) / forward
    letters = {"call": "C", "put": "P"}
    names = [
        f"BTC-28JUN24-{strike:.0f}-{letters[kind]}"
        for strike, kind in zip(strikes, kinds, strict=True)
    ]
    columns = {
        "instrument_name": names,
        "bid_price": price - 1e-5,
        "ask_price": price + 1e-5,
        "mark_price": price,
        "mark_iv": 60.0,
        "underlying_price": forward,
        "estimated_delivery_price": 60000.0,
        "open_interest": 10.0,
        "creation_timestamp": moment.value // 10**6,
    }
    return pd.DataFrame(columns | changes)


def test_deribit_prices_in_coin_become_dollars() -> None:
    chain = OptionChain.from_deribit(summary())
    assert (chain.underlying, chain.index) == ("BTC", 60000.0)
    assert chain.moment == pd.Timestamp("2024-06-01 08:00", tz="UTC")
    assert list(chain.expiries) == [pd.Timestamp("2024-06-28 08:00", tz="UTC")]
    assert chain.forward(chain.expiries[0]) == 60500.0
    assert_allclose(chain.forward(chain.expiries[0], "median"), 60500.0, rtol=1e-10)
    assert_allclose(chain.quotes()["volatility"], 0.6, rtol=1e-9)
    assert_allclose(chain.quotes()["mark_volatility"], 0.6)


def test_deribit_options_in_dollars_keep_their_prices() -> None:
    coin = summary()
    names = coin["instrument_name"].str.replace("BTC-", "BTC_USDC-")
    prices = {name: coin[name] * 60500.0 for name in ("bid_price", "ask_price", "mark_price")}
    chain = OptionChain.from_deribit(coin.assign(instrument_name=names, **prices))
    assert_allclose(chain.quotes()["volatility"], 0.6, rtol=1e-9)


def test_deribit_strikes_with_a_decimal_d_are_read() -> None:
    frame = summary().iloc[:2].assign(underlying_price=0.6)
    frame["instrument_name"] = ["XRP_USDC-28JUN24-0d625-C", "XRP_USDC-28JUN24-0d625-P"]
    frame[["bid_price", "ask_price", "mark_price"]] = [[0.02, 0.03, 0.025], [0.045, 0.055, 0.05]]
    chain = OptionChain.from_deribit(frame, index=0.59)
    assert chain.table["strike"].unique() == [0.625]
    assert chain.underlying == "XRP"


def test_deribit_index_as_forward_is_warned_of() -> None:
    frame = summary(underlying_price=60000.0)
    with pytest.warns(UserWarning, match="It equals the index"):
        OptionChain.from_deribit(frame)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (summary(instrument_name=["BTC-PERPETUAL"] * 6), "row 0 has 'BTC-PERPETUAL'"),
        (
            summary(instrument_name=[*summary()["instrument_name"][:5], "ETH-28JUN24-3000-C"]),
            "one underlying; got options on BTC and ETH",
        ),
        (summary().drop(columns="underlying_price"), "the column 'underlying_price'"),
        (summary().drop(columns="instrument_name"), "the column 'instrument_name'"),
        (summary().drop(columns="creation_timestamp"), "moment must be given"),
    ],
)
def test_other_tables_of_deribit_are_refused(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(DataError, match=message):
        OptionChain.from_deribit(frame)


def test_cboe_symbols_have_strike_kind_and_settlement() -> None:
    names = ["SPX240621C04800000", "SPX240621P04800000", "SPXW240621C04800500"]
    names += ["SPXW240621P04800500", "SPXW241220C04800000", "SPXW241220P04800000"]
    quotes = pd.DataFrame({"option": names, "bid": 10.0, "ask": 11.0})
    chain = OptionChain.from_cboe(quotes, MOMENT)
    assert chain.underlying == "SPX"
    times = [time.isoformat() for time in chain.expiries.tz_convert("America/New_York")]
    assert times == [
        "2024-06-21T09:30:00-04:00",  # settled at the opening
        "2024-06-21T16:00:00-04:00",
        "2024-12-20T16:00:00-05:00",
    ]
    assert chain.table["strike"].to_list() == [4800.0, 4800.0, 4800.5, 4800.5, 4800.0, 4800.0]


def test_cboe_roots_of_one_index_make_one_chain() -> None:
    names = ["NDX240621C18000000", "NDXP240628C18000000", "VIX240619C00015000"]
    names += ["VIXW240626C00015000", "NDX240621P18000000", "NDXP240628P18000000"]
    names += ["VIX240619P00015000", "VIXW240626P00015000"]
    quotes = pd.DataFrame({"option": names, "bid": 1.0, "ask": 1.1})
    times = {}
    for index in ("NDX", "VIX"):
        own = quotes[quotes["option"].str.startswith(index)]
        chain = OptionChain.from_cboe(own, MOMENT)
        assert chain.underlying == index
        local = chain.expiries.tz_convert("America/New_York")
        times[index] = [f"{time:%d %H:%M}" for time in local]
    assert times == {"NDX": ["21 09:30", "28 16:00"], "VIX": ["19 09:30", "26 09:30"]}


def test_cboe_strips_need_five_columns_and_a_zone() -> None:
    expiry = MOMENT + pd.Timedelta(days=30)
    with pytest.raises(DataError, match=r"must have the five columns .* shape \(1, 4\)"):
        OptionChain.from_cboe({expiry: [[100.0, 1.0, 2.0, 1.0]]}, MOMENT)
    plain = expiry.tz_localize(None)
    with pytest.raises(DataError, match="an expiry must be a time with a zone"):
        OptionChain.from_cboe({plain: [[100.0, 1.0, 2.0, 1.0, 2.0]]}, MOMENT)
    two = pd.DataFrame({"option": ["SPXW240621C04800000", "NDXP240621C04800000"]})
    with pytest.raises(DataError, match="options on NDX and SPX"):
        OptionChain.from_cboe(two.assign(bid=1.0, ask=2.0), MOMENT)
    with pytest.raises(DataError, match="an expiry at least"):
        OptionChain.from_cboe({}, MOMENT)
