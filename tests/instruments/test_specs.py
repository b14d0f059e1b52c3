"""The table of venues against what each must say, and the instruments made of it."""

import datetime

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.specs import contract_spec, list_contracts

TICK_VALUES = {  # dollars that the least step of the price moves one contract, as the exchange's pages state it
    "cme_btc": 25.0,
    "cme_mbt": 0.5,
    "cme_es": 12.5,
    "cme_nq": 5.0,
    "cme_cl": 10.0,
}


@pytest.mark.parametrize("name", TICK_VALUES)
def test_a_tick_is_worth_what_the_exchange_says(name: str) -> None:
    contract = contract_spec(name)
    assert contract.profit(1, 100.0, 100.0 + contract.tick) == pytest.approx(
        TICK_VALUES[name], rel=1e-12
    )
    assert (contract.funding, contract.expiry, contract.lot) == (None, None, 1)


def test_every_row_makes_an_instrument() -> None:
    table = list_contracts()
    assert len(table) == 10
    for name, row in table.iterrows():
        contract = contract_spec(name)
        assert isinstance(contract, LinearContract if row["kind"] == "linear" else InverseContract)
        assert contract.name == row["symbol"]
        assert contract.size == (row["multiplier"] if row["kind"] == "linear" else row["value"])
        for term in ("lot", "tick", "currency", "source"):
            assert getattr(contract, term) == row[term]
        for term in ("fee", "initial_margin", "maintenance_margin"):
            assert getattr(contract, term) == (0.0 if pd.isna(row[term]) else row[term])
        assert (contract.funding is None) == pd.isna(row["funding"])
        assert contract.half_spread == 0.0


def test_every_row_says_where_it_is_from_and_what_to_check() -> None:
    table = list_contracts()
    assert table.index.is_unique and table["symbol"].is_unique
    assert table["source"].str.startswith("https://www.").all()
    assert table["note"].str.len().gt(20).all()
    dates = table["as_of"].dropna()
    assert all(
        isinstance(date, datetime.date) and date < datetime.date(2026, 1, 1) for date in dates
    )
    perpetual = table["funding"].notna()
    assert (
        table.loc[perpetual, ["fee", "initial_margin", "maintenance_margin"]].notna().all(axis=None)
    )
    assert (
        table.loc[~perpetual, ["fee", "initial_margin"]].isna().all(axis=None)
    )  # nothing invented


def test_binance_and_deribit_by_hand() -> None:
    coin = contract_spec("binance_coinm_btc", name="BTC_COIN_PERP")
    assert coin.profit(-500, 50_000.0, 40_000.0, rate=40_000.0) == pytest.approx(
        10_000.0
    )  # 500 x 100 dollars: a coin
    assert contract_spec("binance_coinm_eth").value == 10
    assert contract_spec("deribit_btc").funding == "continuous"
    linear = contract_spec("binance_usdm_btc")
    assert linear.profit(-0.5, 50_000.0, 40_000.0) == 5_000.0
    assert 1 / linear.initial_margin == pytest.approx(125)


def test_terms_are_replaced() -> None:
    contract = contract_spec(
        "cme_es", name="ESH5", fee=0.00001, initial_margin=0.071, expiry=datetime.date(2025, 3, 21)
    )
    assert contract == LinearContract(
        "ESH5",
        50,
        tick=0.25,
        fee=0.00001,
        initial_margin=0.071,
        expiry=datetime.date(2025, 3, 21),
        currency="USD",
        source="https://www.cmegroup.com/equityfutures",
    )
    assert contract_spec("binance_coinm_btc", value=1000).value == 1000


def test_the_table_is_not_changed_by_its_reader() -> None:
    table = list_contracts()
    table.loc["cme_es", "multiplier"] = 1.0
    assert contract_spec("cme_es").multiplier == 50


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("ES", "cme_es"),
        ("CME_CL", "cme_cl"),
        ("btcusdt", "binance_usdm_btc"),
        ("copper", None),
        ("DAX", None),
    ],
)
def test_the_nearest_is_told_by_name_or_symbol_where_one_is_near(
    asked: str, nearest: str | None
) -> None:
    with pytest.raises(hr.DataError, match="contract must be one of cme_btc, ") as refused:
        contract_spec(asked)
    assert ("The nearest is" in str(refused.value)) == (nearest is not None)
    assert nearest is None or f"The nearest is {nearest!r};" in str(refused.value)


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(
        hr.DataError,
        match=r"got 'binance_coin_btc'. The nearest is 'binance_coinm_btc'; hr.list_contracts\(\)",
    ):
        contract_spec("binance_coin_btc")
    with pytest.raises(hr.DataError, match=r"got 5. hr.list_contracts\(\) describes them all"):
        contract_spec(5)
    with pytest.raises(hr.DataError, match="terms of 'cme_es' must be among name, .*; got 'face'"):
        contract_spec("cme_es", face=3)
    with pytest.raises(hr.DataError, match="fee must be a share from 0 to 1; got -1"):
        contract_spec("cme_es", fee=-1)
