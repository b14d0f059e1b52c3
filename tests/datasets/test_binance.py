"""Binance every eight hours: the clock changes, the columns, and two regressions known from the file."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def binance(data_dir):
    return hr.load("binance_8h")


def test_bars_are_eight_hours_apart_through_the_clock_changes(binance):
    assert str(binance.index.tz) == "UTC"
    assert (np.diff(binance.index) == np.timedelta64(8, "h")).all()
    assert set(binance.index.hour) == {0, 8, 16}
    assert binance.notna().to_numpy().all()


def test_a_row_is_dated_by_the_close_and_holds_the_funding_of_that_moment(binance, data_dir):
    raw = pd.read_csv(data_dir / "all_exchanges.csv")
    raw = raw[(raw["exchange"] == "binance") & (raw["pair"] == "BTCUSDCM")].set_index("time")
    # in summer London is an hour ahead of UTC: the bar labelled 09:00 opens at 8 o'clock and closes at 16
    row = binance.loc["2023-07-03 16:00+00:00"]
    assert row["BTC_COIN_PERP"] == raw.loc["2023-07-03 09:00:00", "close"]
    assert row["BTC_COIN_PERP_FUNDING"] == raw.loc["2023-07-03 17:00:00", "funding rate"]
    # the hour that came twice on 2023-10-29
    assert (
        binance.loc["2023-10-29 08:00+00:00", "BTC_COIN_PERP"]
        == raw.loc["2023-10-29 01:00:00", "close"]
    )


@pytest.mark.parametrize(
    ("label", "date"),
    [
        (
            "2023-01-03 08:00:00",
            "2023-01-03 16:00+00:00",
        ),  # London is on UTC: the bar opens at 8 and closes at 16
        ("2023-07-06 09:00:00", "2023-07-06 16:00+00:00"),  # and an hour ahead of it in summer
    ],
)
def test_every_column_is_the_one_of_its_name_in_the_file(binance, data_dir, label, date):
    raw = pd.read_csv(data_dir / "all_exchanges.csv")
    raw = raw[raw["exchange"] == "binance"].set_index(["pair", "time"])
    later = str(pd.Timestamp(label) + pd.Timedelta(hours=8))
    expected = {}
    for coin in ("BTC", "ETH"):
        expected[coin] = raw.loc[(f"{coin}/USDT", label), "close"]
        expected[f"{coin}_USDT_PERP"] = raw.loc[(f"{coin}USDT", label), "close"]
        expected[f"{coin}_COIN_PERP"] = raw.loc[(f"{coin}USDCM", label), "close"]
        expected[f"{coin}_USDT_PERP_FUNDING"] = raw.loc[(f"{coin}USDT", later), "funding rate"]
        expected[f"{coin}_COIN_PERP_FUNDING"] = raw.loc[(f"{coin}USDCM", later), "funding rate"]
    assert len(set(expected.values())) == 10  # a column taken for another would be seen
    assert binance.loc[date].to_dict() == expected


def test_the_description_is_that_of_the_table(binance):
    assert binance.attrs["rows"] == str(len(binance))
    assert binance.attrs["period"] == f"{binance.index[0]:%Y-%m-%d} to {binance.index[-1]:%Y-%m-%d}"
    assert [column.split(":")[0] for column in binance.attrs["columns"].split("; ")] == list(
        binance.columns
    )


@pytest.mark.parametrize(
    ("asset", "ratio", "share"), [("BTC", 0.9969, 0.9998), ("ETH", None, 0.681)]
)
def test_hedged_with_the_usdt_perpetual_of_bitcoin(binance, asset, ratio, share):
    returns = hr.returns(binance[["BTC", "ETH", "BTC_USDT_PERP"]], kind="log")
    fit = hr.OLSHedge().fit(returns[asset], returns[["BTC_USDT_PERP"]])
    assert fit.expected_effectiveness == pytest.approx(share, abs=6e-4 if asset == "ETH" else 5e-5)
    if ratio is not None:
        assert fit.next_ratio["BTC_USDT_PERP"] == pytest.approx(ratio, abs=5e-5)
