"""Binance every eight hours: changes of the clock, columns, and two known regressions."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr


@pytest.fixture(scope="module")
def binance(data_dir):
    return hr.load("binance_8h")


def test_bars_are_eight_hours_apart_at_clock_changes(binance):
    assert str(binance.index.tz) == "UTC"
    assert (np.diff(binance.index) == np.timedelta64(8, "h")).all()
    assert set(binance.index.hour) == {0, 8, 16}
    assert binance.notna().to_numpy().all()


def test_rows_are_dated_by_the_close_with_its_funding(binance, data_dir):
    raw = pd.read_csv(data_dir / "all_exchanges.csv")
    raw = raw[(raw["exchange"] == "binance") & (raw["pair"] == "BTCUSDCM")].set_index("time")
    # London is an hour ahead of UTC in summer: the bar labelled 09:00 opens at 8 and closes at 16.
    row = binance.loc["2023-07-03 16:00+00:00"]
    assert row["BTC_COIN_PERP"] == raw.loc["2023-07-03 09:00:00", "close"]
    assert row["BTC_COIN_PERP_FUNDING"] == raw.loc["2023-07-03 17:00:00", "funding rate"]
    # The hour that occurred twice on 2023-10-29.
    assert (
        binance.loc["2023-10-29 08:00+00:00", "BTC_COIN_PERP"]
        == raw.loc["2023-10-29 01:00:00", "close"]
    )


@pytest.mark.parametrize(
    ("label", "date"),
    [
        # London is on UTC: the bar opens at 8 and closes at 16.
        ("2023-01-03 08:00:00", "2023-01-03 16:00+00:00"),
        # In summer London is an hour ahead of UTC.
        ("2023-07-06 09:00:00", "2023-07-06 16:00+00:00"),
    ],
)
def test_columns_equal_those_of_the_file(binance, data_dir, label, date):
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
    assert len(set(expected.values())) == 10  # so that swapped columns would be seen
    assert binance.loc[date].to_dict() == expected


def test_description_agrees_with_the_table(binance):
    assert binance.attrs["rows"] == str(len(binance))
    assert binance.attrs["period"] == f"{binance.index[0]:%Y-%m-%d} to {binance.index[-1]:%Y-%m-%d}"
    assert [column.split(":")[0] for column in binance.attrs["columns"].split("; ")] == list(
        binance.columns
    )


@pytest.mark.parametrize(
    ("asset", "ratio", "share"), [("BTC", 0.9969, 0.9998), ("ETH", None, 0.681)]
)
def test_hedge_with_the_bitcoin_perpetual_is_known(binance, asset, ratio, share):
    returns = hr.returns(binance[["BTC", "ETH", "BTC_USDT_PERP"]], kind="log")
    fit = hr.OLSHedge().fit(returns[asset], returns[["BTC_USDT_PERP"]])
    assert fit.expected_effectiveness == pytest.approx(share, abs=6e-4 if asset == "ETH" else 5e-5)
    if ratio is not None:
        assert fit.next_ratio["BTC_USDT_PERP"] == pytest.approx(ratio, abs=5e-5)
