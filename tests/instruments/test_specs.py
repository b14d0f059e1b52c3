"""The table of venues against what each page says, and the instruments made of it."""

import datetime

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.instruments.inverse_contract import InverseContract
from hedgeresearch.instruments.linear_contract import LinearContract
from hedgeresearch.instruments.specs import contract_spec, list_contracts

TICK_VALUES = {  # dollars by which a tick moves one contract, as the exchange's pages state it
    "cme_btc": 25.0,
    "cme_mbt": 0.5,
    "cme_es": 12.5,
    "cme_nq": 5.0,
    "cme_cl": 10.0,
    "cme_mes": 1.25,
    "cme_mnq": 0.5,
    "cme_rty": 5.0,
    "cme_gc": 10.0,
    "cme_si": 25.0,
    "cme_ho": 4.2,
    "cme_rb": 4.2,
    "cme_ng": 10.0,
    "cme_bz": 10.0,
    "cme_6e": 6.25,
    "cme_6j": 6.25,
    "cme_zn": 15.625,
    "cme_zt": 7.8125,
    "eurex_fesx": 10.0,
    "eurex_fdax": 25.0,
}
TYPICAL = {  # a price of 2024 or 2025, and what a contract was worth to the nearest thousand
    "cme_es": (6_000.0, 300_000),
    "cme_nq": (21_000.0, 420_000),
    "cme_cl": (70.0, 70_000),
    "cme_mes": (6_000.0, 30_000),
    "cme_mnq": (21_000.0, 42_000),
    "cme_rty": (2_200.0, 110_000),
    "cme_gc": (2_700.0, 270_000),
    "cme_si": (31.0, 155_000),
    "cme_ho": (2.3, 97_000),
    "cme_rb": (2.1, 88_000),
    "cme_ng": (3.1, 31_000),
    "cme_bz": (73.0, 73_000),
    "cme_6e": (1.08, 135_000),
    "cme_6j": (0.0066, 83_000),
    "cme_zn": (110.0, 110_000),
    "cme_zt": (103.0, 206_000),
    "eurex_fesx": (5_000.0, 50_000),
    "eurex_fdax": (20_000.0, 500_000),
    "binance_usdm_btc": (60_000.0, 60_000),
}


@pytest.mark.parametrize("name", TICK_VALUES)
def test_tick_is_worth_what_the_exchange_says(name: str) -> None:
    contract = contract_spec(name)
    tick = list_contracts().loc[name, "tick"]
    profit = contract.profit(1, 0.0, tick)
    assert profit == pytest.approx(TICK_VALUES[name], rel=1e-12)
    assert (contract.funding, contract.expiry, contract.lot) == (None, None, 1)


@pytest.mark.parametrize("name", TYPICAL)
def test_a_contract_is_worth_what_it_was(name: str) -> None:
    price, worth = TYPICAL[name]
    assert contract_spec(name).notional(price) == pytest.approx(worth, abs=1_000)


def test_every_row_makes_an_instrument() -> None:
    table = list_contracts()
    assert len(table) == 25
    for name, row in table.iterrows():
        contract = contract_spec(name)
        linear = row["kind"] == "linear"
        assert isinstance(contract, LinearContract if linear else InverseContract)
        assert contract.name == row["symbol"]
        assert contract.size == row["multiplier" if linear else "value"]
        assert contract.lot == row["lot"]
        assert contract.currency == row["currency"]
        assert contract.source == row["source"]
        for term in ("fee", "maintenance_margin"):
            assert getattr(contract, term) == (None if pd.isna(row[term]) else row[term])
        assert (contract.funding is None) == pd.isna(row["funding"])
        assert contract.half_spread is None
        assert contract.has_costs == pd.notna(row["fee"])


def test_every_row_has_a_source_and_what_to_check() -> None:
    table = list_contracts()
    assert table.index.is_unique
    assert table["symbol"].is_unique
    assert table["source"].str.match(r"https?://[a-z]+\.").all()
    assert table["note"].str.len().gt(20).all()
    for date in table["as_of"].dropna():
        assert isinstance(date, datetime.date)
        assert date < datetime.date(2026, 1, 1)
    perpetual = table["funding"].notna()
    margins = ["initial_margin", "maintenance_margin"]
    assert table.loc[perpetual, ["fee", *margins]].notna().all(axis=None)
    assert (table["maintenance_margin"] <= table["initial_margin"])[perpetual].all()
    unpriced = table.loc[~perpetual & table["as_of"].isna(), "note"]
    assert unpriced.str.contains("before use|fee_per_contract=").all()
    # nothing is invented
    assert table.loc[~perpetual, ["fee", "initial_margin"]].isna().all(axis=None)


def test_contracts_of_binance_and_deribit_by_hand() -> None:
    coin = contract_spec("binance_coinm_btc", name="BTC_COIN_PERP")
    # 500 x 100 dollars: a coin
    profit = coin.profit(-500, 50_000.0, 40_000.0, rate=40_000.0)
    assert profit == pytest.approx(10_000.0)
    assert contract_spec("binance_coinm_eth").value == 10
    assert contract_spec("deribit_btc").funding == "continuous"
    linear = contract_spec("binance_usdm_btc")
    assert linear.profit(-0.5, 50_000.0, 40_000.0) == 5_000.0
    leverage = 1 / list_contracts().loc["binance_usdm_btc", "initial_margin"]
    assert leverage == pytest.approx(125)


def test_terms_of_the_venue_can_be_replaced() -> None:
    expiry = datetime.date(2025, 3, 21)
    contract = contract_spec(
        "cme_es", name="ESH5", fee=0.00001, maintenance_margin=0.071, expiry=expiry
    )
    assert contract == LinearContract(
        "ESH5",
        50,
        fee=0.00001,
        maintenance_margin=0.071,
        expiry=expiry,
        currency="USD",
        source="https://www.cmegroup.com/equityfutures",
    )
    assert contract_spec("binance_coinm_btc", value=1000).value == 1000


def test_changes_of_the_table_change_no_contract() -> None:
    table = list_contracts()
    table.loc["cme_es", "multiplier"] = 1.0
    assert contract_spec("cme_es").multiplier == 50


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("ES", "cme_es"),
        ("CME_CL", "cme_cl"),
        ("btcusdt", "binance_usdm_btc"),
        ("copper", None),
        ("DAX", "eurex_fdax"),
        ("corn", None),
    ],
)
def test_similar_names_and_symbols_are_suggested(text: str, nearest: str | None) -> None:
    with pytest.raises(hr.DataError, match="contract must be one of cme_btc, ") as refused:
        contract_spec(text)
    assert ("The nearest is" in str(refused.value)) == (nearest is not None)
    assert nearest is None or f"The nearest is {nearest!r};" in str(refused.value)


@pytest.mark.parametrize(
    ("contract", "terms", "message"),
    [
        (
            "binance_coin_btc",
            {},
            r"got 'binance_coin_btc'. The nearest is 'binance_coinm_btc'; "
            r"hr.instruments.list_contracts\(\)",
        ),
        (5, {}, r"got 5. hr.instruments.list_contracts\(\) describes them all"),
        ("cme_es", {"face": 3}, "terms of 'cme_es' must be among name, .*; got 'face'"),
        ("cme_es", {"tick": 0.25}, "terms of 'cme_es' must be among name, .*; got 'tick'"),
        ("cme_es", {"fee": -1}, "fee must be a share of the traded value, .*; got -1"),
        ("cme_es", {"name": ""}, "name must be the column of the instrument's prices; got ''"),
    ],
)
def test_unknown_contracts_and_terms_are_refused(
    contract: object, terms: dict, message: str
) -> None:
    with pytest.raises(hr.DataError, match=message):
        contract_spec(contract, **terms)
