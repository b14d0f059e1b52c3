"""Option panels: what they keep, what they drop and count, and what they refuse."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataWarning
from hedgeresearch.options import OptionPanel, black_price, greeks, simulate_smiles


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Two calls and two puts on each of five dates."""
    smiles = simulate_smiles(5, kinds=("call", "put"), days=(21,), deltas=(0.3, 0.6), seed=1)
    return smiles.panel.table.drop(columns="regime")


def quotes() -> pd.DataFrame:
    """Two contracts on four dates, with the same names throughout."""
    dates = pd.bdate_range("2024-01-02", periods=4)
    rows = []
    for t, date in enumerate(dates):
        for strike, kind in ((100.0, "call"), (95.0, "put")):
            forward = 100.0 + t
            years = (60 - t) / 365
            price = black_price(forward, strike, years, 0.2, kind)
            rows.append((date, f"{kind}{strike:g}", kind, strike, years, forward, 0.2, price))
    columns = ["date", "contract", "kind", "strike", "expiry", "forward", "volatility", "price"]
    return pd.DataFrame(rows, columns=columns)


def test_panel_has_the_greeks_of_black(table: pd.DataFrame) -> None:
    panel = OptionPanel(table)
    found = greeks(
        table["forward"], table["strike"], table["expiry"], table["volatility"], table["kind"]
    )
    np.testing.assert_allclose(panel.arrays.delta, found.delta, rtol=1e-13)
    np.testing.assert_allclose(panel.arrays.vega, found.vega, rtol=1e-13)
    assert repr(panel) == "OptionPanel(20 options on 5 dates, 2000-01-03 to 2000-01-07)"
    assert panel.table.equals(table)


def test_moves_of_quotes_are_those_of_the_same_contract() -> None:
    given = quotes()
    panel = OptionPanel.from_quotes(given)
    first = panel.table[panel.table["contract"] == "put95"]
    same = given[given["contract"] == "put95"]
    assert first["next_price"].tolist()[:3] == same["price"].tolist()[1:]
    assert first["next_date"].tolist()[:3] == same["date"].tolist()[1:]
    assert first[["next_price", "next_forward", "next_volatility"]].iloc[3].isna().all()
    assert panel.arrays.n_moved == 3
    assert panel.dropped.sum() == 0


def test_quote_gaps_are_dropped_and_counted() -> None:
    given = quotes().drop(index=4)  # the call on the third date
    panel = OptionPanel.from_quotes(given)
    assert panel.dropped["no quote on the next date"] == 1
    assert len(panel.table) == 6
    assert panel.n_dates == 4


def test_quotes_that_come_twice_are_refused(table: pd.DataFrame) -> None:
    quotes = table.assign(strike=100.0)
    twice = pd.concat([quotes, quotes.iloc[:1]]).sort_values("date", kind="stable")
    with pytest.raises(hr.DataError, match="comes again"):
        OptionPanel.from_quotes(twice)
    with pytest.raises(hr.DataError, match="quotes must be a DataFrame; got list"):
        OptionPanel.from_quotes([1])  # type: ignore[arg-type]


def test_options_at_the_edges_are_dropped_and_counted(table: pd.DataFrame) -> None:
    soon = table.copy()
    soon.loc[0, "expiry"] = 4 / 365
    far = soon.copy()
    far.loc[1, "strike"] = 200.0
    far.loc[1, ["price", "next_price"]] = 0.0
    panel = OptionPanel(far)
    assert panel.dropped.to_dict() == {
        "expires soon": 1,
        "delta out of range": 1,
        "no quote on the next date": 0,
    }
    assert len(panel.table) == 18
    assert panel.arrays.n_rows == 18
    kept = OptionPanel(far, min_expiry=0.0, delta_range=(0.0, 1.0))
    assert len(kept.table) == 20


def test_days_are_the_rows_of_these_dates(table: pd.DataFrame) -> None:
    panel = OptionPanel(table)
    part = panel.days(1, 3)
    again = OptionPanel(part.table)
    assert part.table.equals(table.iloc[4:12])
    for name in ("starts", "sign", "delta", "next_price"):
        np.testing.assert_array_equal(getattr(part.arrays, name), getattr(again.arrays, name))


BAD: dict[str, tuple[Any, str]] = {
    "an unknown kind": (lambda t: t.assign(kind="C"), "kind must be 'call' or 'put'; got 'C'"),
    "a missing column": (lambda t: t.drop(columns="next_price"), r"\['next_price'\] are missing"),
    "no rows": (lambda t: t.iloc[:0], "must have rows"),
    "a missing price": (lambda t: t.assign(price=np.nan), "price must be positive.*got nan"),
    "a negative strike": (lambda t: t.assign(strike=-1.0), "strike must be positive"),
    "an infinite move": (lambda t: t.assign(next_price=np.inf), "next_price must be positive"),
    "a price in coin": (lambda t: t.assign(price=t["price"] / 1e3), "price must lie between"),
    "text for numbers": (lambda t: t.assign(price="a"), "price must hold numbers"),
    "dates that fall": (lambda t: t.iloc[::-1], "dates must ascend; 2000-01-06 follows 2000-01-07"),
    "a contract twice": (lambda t: t.assign(contract="x"), "'x' on 2000-01-03 comes again"),
    "overlapping moves": (
        lambda t: t.assign(next_date=t["next_date"] + pd.Timedelta(days=1)),
        "must end on the next date",
    ),
    "an end that is missing": (lambda t: t.drop(columns="next_date"), "next_date must say when"),
    "two underlyings": (
        lambda t: t.assign(
            **{
                name: t[name] * np.where(t.index == 5, 3.0, 1.0)
                for name in ("strike", "forward", "price", "next_forward", "next_price")
            }
        ),
        "must have one underlying; .* on 2000-01-04 have the forwards",
    ),
    "nothing left": (lambda t: t.assign(expiry=1e-3, strike=t["forward"]), "no option is left"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_are_refused(name: str, table: pd.DataFrame) -> None:
    change, message = BAD[name]
    with pytest.raises(hr.DataError, match=message):
        OptionPanel(change(table))


def test_dates_may_have_a_zone(table: pd.DataFrame) -> None:
    zoned = table.assign(
        date=table["date"].dt.tz_localize("UTC"), next_date=table["next_date"].dt.tz_localize("UTC")
    )
    panel = OptionPanel(zoned)
    assert str(panel.dates.tz) == str(panel.arrays.next_dates.tz) == "UTC"
    assert panel.days(1, 3).dates.equals(OptionPanel(table).days(1, 3).dates.tz_localize("UTC"))
    opened = zoned.copy()
    last = opened["date"] == opened["date"].iloc[-1]
    opened.loc[last, ["next_price", "next_forward", "next_volatility"]] = np.nan
    assert OptionPanel(opened.drop(columns="next_date")).arrays.n_moved == 4
    quoted = quotes()
    quoted["date"] = quoted["date"].dt.tz_localize("UTC")
    assert OptionPanel.from_quotes(quoted).arrays.n_moved == 3


def test_other_input_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(hr.DataError, match="must be a DataFrame"):
        OptionPanel(3)  # type: ignore[arg-type]
    with pytest.raises(hr.DataError, match="min_expiry must not be negative"):
        OptionPanel(table, min_expiry=-1.0)
    wrong: Any
    for wrong in ((0.9, 0.1), None, (0.1,), ("0.1", 0.9)):
        with pytest.raises(hr.DataError, match="two ascending numbers"):
            OptionPanel(table, delta_range=wrong)
    with pytest.raises(hr.DataError, match="keep its kind and strike; 'a' has several"):
        OptionPanel.from_quotes(quotes().assign(contract="a"))


def test_volatility_in_per_cent_warns(table: pd.DataFrame) -> None:
    with pytest.warns(DataWarning, match="annual fraction"):
        OptionPanel(table.assign(volatility=20.0), delta_range=(0.0, 1.0))


def test_prices_that_are_not_those_of_the_volatility_warn(table: pd.DataFrame) -> None:
    given = quotes()
    in_coin = given[given["contract"] == "put95"]
    in_coin = in_coin.assign(price=in_coin["price"] / in_coin["forward"])
    with pytest.warns(DataWarning, match="4 of 4 differ, first 'put95' on 2024-01-02.*in coin"):
        OptionPanel.from_quotes(in_coin, delta_range=(0.0, 1.0))
    with pytest.warns(DataWarning, match="must be undiscounted, and the forward .* not the index"):
        OptionPanel.from_quotes(given.assign(forward=given["forward"] - 3.0))
    one_stale = table.copy()
    one_stale.loc[0, "price"] *= 1.5
    assert OptionPanel(one_stale).n_dates == 5
