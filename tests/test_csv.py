"""Tables as CSV: text is never a formula, numbers stay numbers."""

import csv
from io import StringIO

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._csv import to_csv_text


@pytest.mark.parametrize(
    "name",
    ['=HYPERLINK("http://x.y")', "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\uff1d1+1", "=a,b"],
)
def test_formulas_become_text_in_every_place(name: str) -> None:
    table = pd.DataFrame({name: [name, "plain"], "n": [-1.5, 2e-7]}, pd.Index([name, 3], name=name))
    text = to_csv_text(table, index=True)
    rows = list(csv.reader(StringIO(text, newline="")))
    assert [cell.startswith("'") for cell in rows[0]] == [True, True, False]
    assert rows[1] == [f"'{name}", f"'{name}", "-1.5"]
    assert rows[2] == ["3", "plain", "2e-07"]


def test_plain_tables_are_written_as_pandas_does() -> None:
    table = pd.DataFrame({"a": [1.0, float("nan")], "b": ["x, y", "z"]}, pd.Index([1, 2], name="i"))
    assert to_csv_text(table, index=True) == table.to_csv(lineterminator="\n")


def test_separators_of_other_locales_are_quoted() -> None:
    table = pd.DataFrame({"name": ["a;=1+1"], "n": [-1.0]})
    assert to_csv_text(table, index=False) == '"name","n"\n"a;=1+1",-1.0\n'


def test_orders_of_an_instrument_with_a_formula_are_inert() -> None:
    returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    prices = (100 * (1 + returns).cumprod()).rename(columns={"hedge": "=cmd|' /C calc'!A0"})
    market = hr.Market(prices)
    future = hr.LinearContract(prices.columns[1], 1)
    position = hr.Position({"asset": 1000})
    fit = hr.OLSHedge().fit(*market.returns(position, future))
    advice = hr.recommend(fit, position=position, instruments=future, market=market)
    cells = list(csv.reader(StringIO(advice.to_csv())))[1]
    assert cells[0] == "'=cmd|' /C calc'!A0"
    assert float(cells[2]) == advice.orders["contracts"].iloc[0]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
