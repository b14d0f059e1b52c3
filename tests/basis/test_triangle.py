"""Trades of the triangle against the payoffs of their contracts at several final prices."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.basis import TriangleTerms, arbitrage_triangle
from hedgeresearch.errors import DataError

DATES = pd.DatetimeIndex(["2026-01-01", "2026-02-01"], tz="UTC")
EXPIRY = pd.Timestamp("2026-03-27", tz="UTC")
PRICES = pd.DataFrame(
    {"BTC": [100.0, 120.0], "DATED": [102.0, 121.0], "PERP": [99.6, 120.4]}, DATES
)
SPOT = hr.Spot("BTC", fee=0.001)
FUNDING = 0.06


def contract(name: str, kind: str, **terms: object) -> hr.LinearContract | hr.InverseContract:
    made = hr.LinearContract if kind == "linear" else hr.InverseContract
    return made(name, 0.01 if kind == "linear" else 100.0, **terms)  # type: ignore[arg-type]


def triangle(
    future_kind: str = "linear", perpetual_kind: str = "linear", **terms: object
) -> hr.basis.ArbitrageTriangle:
    return arbitrage_triangle(
        PRICES,
        SPOT,
        contract("DATED", future_kind, fee=0.0005, half_spread=0.0001, expiry=EXPIRY),
        contract("PERP", perpetual_kind, fee=0.0004, funding="8-hourly"),
        funding=FUNDING,
        terms=TriangleTerms(borrow_rate=0.03, **terms),  # type: ignore[arg-type]
    )


def gain_of_leg(name: str, kind: str, row: pd.Series, final: float, years: float) -> float:
    """Return what a long leg for one coin gains in dollars, by the payoff of its contract."""
    if name == "BTC":
        return final - row["BTC"]
    made = contract(name, kind)
    premium = row["PERP"] / row["BTC"]
    end = final if name == "DATED" else final * premium
    if kind == "inverse":
        held = row[name] / 100.0
        coins = float(made.payoff(held, row[name], end))
        gain = coins * final
        notional = row[name]
    else:
        held = (1.0 if name == "DATED" else 1.0 / premium) / 0.01
        gain = float(made.payoff(held, row[name], end))
        notional = row["BTC"]
    paid = 0.0 if name == "DATED" else FUNDING * years * notional
    return gain - paid


@pytest.mark.parametrize("future_kind", ["linear", "inverse"])
@pytest.mark.parametrize("perpetual_kind", ["linear", "inverse"])
def test_each_pair_locks_its_profit_in(future_kind: str, perpetual_kind: str) -> None:
    found = triangle(future_kind, perpetual_kind)
    kinds = {"BTC": "", "DATED": future_kind, "PERP": perpetual_kind}
    assert len(found.parts) == 6
    for trade, part in found.parts.items():
        bought, sold = trade.removeprefix("buy ").split(", sell ")
        for date, row in PRICES.iterrows():
            years = (EXPIRY - date) / pd.Timedelta(days=365)
            for final in (0.4 * row["BTC"], row["BTC"], 3.0 * row["BTC"]):
                gain = gain_of_leg(bought, kinds[bought], row, final, years)
                loss = gain_of_leg(sold, kinds[sold], row, final, years)
                expected = (gain - loss) / row["BTC"]
                assert part.loc[date, "gross"] == pytest.approx(expected, abs=1e-12)


def test_the_pairs_of_a_triangle_add_up() -> None:
    parts = triangle().parts
    together = parts["buy BTC, sell PERP"]["gross"] + parts["buy PERP, sell DATED"]["gross"]
    pd.testing.assert_series_equal(together, parts["buy BTC, sell DATED"]["gross"])
    back = parts["buy DATED, sell BTC"]["gross"]
    pd.testing.assert_series_equal(-back, parts["buy BTC, sell DATED"]["gross"])


def test_profits_are_after_costs_interest_and_on_the_collateral() -> None:
    found = triangle(cash_rate=0.02, settlement_fee=0.0002, borrow_margin=0.4)
    years = (EXPIRY - DATES[0]) / pd.Timedelta(days=365)
    carry = 0.02 - 2.0 * 0.001 - 0.0006 * 1.02 - 0.0002
    expected = carry / ((1.0 + 0.1 * 1.02) * years) - 0.02
    assert found.profits["buy BTC, sell DATED"].iloc[0] == pytest.approx(expected)
    reverse = -0.02 - 2.0 * 0.001 - 0.0006 * 1.02 - 0.0002 - 0.03 * years
    expected = reverse / ((0.4 + 0.1 * 1.02) * years) - 0.02
    assert found.profits["buy DATED, sell BTC"].iloc[0] == pytest.approx(expected)


def test_the_columns_add_up_to_the_profit_per_year() -> None:
    found = triangle(cash_rate=0.04)
    years = (EXPIRY - DATES[-1]) / pd.Timedelta(days=365)
    for trade, row in found.summary.iterrows():
        borrowed = 0.03 * years if str(trade).endswith("sell BTC") else 0.0
        assert row["interest"] == pytest.approx(borrowed + 0.04 * row["collateral"] * years)
        net = row["gross"] - row["costs"] - row["interest"]
        assert row["per year on collateral"] == pytest.approx(net / row["collateral"] / years)
        assert row["years"] == pytest.approx(years)
    assert repr(found).endswith("a year over cash)")


def test_coins_are_the_collateral_of_an_inverse_contract() -> None:
    linear = triangle().parts["buy BTC, sell DATED"]
    inverse = triangle("inverse").parts["buy BTC, sell DATED"]
    assert inverse["collateral"].tolist() == [1.0, 1.0]
    assert linear["collateral"].iloc[0] == pytest.approx(1.102)


def test_contracts_are_those_of_one_coin() -> None:
    table = triangle("inverse", "linear").contracts
    assert table["DATED"].tolist() == pytest.approx([1.02, 1.21])
    assert table["PERP"].tolist() == pytest.approx([100.0 / 0.996, 100.0 * 120.0 / 120.4])
    faces = triangle("linear", "inverse").contracts
    assert faces["DATED"].tolist() == [100.0, 100.0]
    assert faces["PERP"].tolist() == pytest.approx([0.996, 1.204])


def test_without_borrowing_spot_is_not_sold() -> None:
    found = arbitrage_triangle(
        PRICES,
        SPOT,
        contract("DATED", "linear", fee=0.0, expiry=EXPIRY),
        contract("PERP", "linear", fee=0.0, funding="8-hourly"),
        funding=pd.Series([0.0, 0.1], DATES),
    )
    assert len(found.profits.columns) == 4
    assert not any("sell BTC" in name for name in found.profits)


def test_what_pays_is_listed_first() -> None:
    found = triangle()
    best = found.summary.index[0]
    assert found.profits.iloc[-1].idxmax() == best
    assert found.mispriced.index.tolist() == found.summary.index[found.summary["pays"]].tolist()
    assert best in repr(found)
    assert found.share_paying[best] > 0.0
    assert "% a year" in found.plot().get_ylabel()


def test_where_nothing_pays_the_least_loss_is_drawn() -> None:
    found = triangle(cash_rate=5.0)
    assert found.mispriced.empty
    assert len(found.plot().lines) == 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"spot": hr.LinearContract("BTC", 1)}, r"spot must be a Spot"),
        ({"future": hr.LinearContract("DATED", 1)}, r"future must be a contract with an expiry"),
        ({"perpetual": hr.LinearContract("PERP", 1)}, r"perpetual must be a contract with funding"),
        ({"prices": PRICES[["BTC"]]}, r"with the columns \['BTC', 'DATED', 'PERP'\]"),
        ({"prices": PRICES.shift(60, freq="D")}, r"dated before the expiry"),
        ({"terms": 0.1}, r"terms must be TriangleTerms"),
        ({"spot": hr.Spot("BTC")}, r"has no fee and no half spread"),
    ],
)
def test_what_is_no_triangle_is_refused(changed: dict, message: str) -> None:
    given = {
        "prices": PRICES,
        "spot": SPOT,
        "future": contract("DATED", "linear", fee=0.0, expiry=EXPIRY),
        "perpetual": contract("PERP", "linear", fee=0.0, funding="8-hourly"),
    }
    with pytest.raises(DataError, match=message):
        arbitrage_triangle(**(given | changed), funding=0.0)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"future_margin": 0.0}, r"future_margin must lie strictly between"),
        ({"borrow_rate": -0.1}, r"borrow_rate must not be negative"),
        ({"cash_rate": np.nan}, r"cash_rate must lie strictly between"),
    ],
)
def test_terms_out_of_range_are_refused(terms: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        TriangleTerms(**terms)
