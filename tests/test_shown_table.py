"""Tables that terminals and notebooks show whole."""

import copy
import html
import pickle

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch import _shown_table
from hedgeresearch._shown_table import ShownTable, line_and_table


@pytest.fixture
def table() -> ShownTable:
    columns = [f"a rather long column {i}" for i in range(12)]
    return ShownTable(np.arange(24.0).reshape(2, 12), ["first", "second"], columns)


def test_text_holds_every_column_in_lines_of_the_width(table: ShownTable, monkeypatch) -> None:
    monkeypatch.setattr(_shown_table, "terminal_width", lambda: 60)
    text = repr(table)
    assert "..." not in text
    assert all(str(name) in text for name in table.columns)
    assert max(map(len, text.splitlines())) <= 60


def test_page_holds_every_column_and_long_texts() -> None:
    advice = "a text of more than fifty letters, which notebooks cut by default elsewhere"
    table = ShownTable({f"column {i}": [advice] for i in range(30)})
    assert table._repr_html_().count(advice) == 30


def test_what_is_computed_from_it_is_a_plain_table(table: ShownTable) -> None:
    for other in (table.T, table.iloc[:, :2], table * 2.0, table.rename_axis("x"), table.round(2)):
        assert type(other) is pd.DataFrame


def test_copies_and_pickles_are_equal(table: ShownTable) -> None:
    for other in (pickle.loads(pickle.dumps(table)), copy.copy(table), copy.deepcopy(table)):
        pd.testing.assert_frame_equal(pd.DataFrame(other), pd.DataFrame(table))


def test_calling_it_says_that_it_is_a_table(table: ShownTable) -> None:
    with pytest.raises(TypeError, match="leave out the parentheses"):
        table()


def test_models_are_listed_with_their_whole_advice(monkeypatch) -> None:
    models = hr.list_models()
    text = " ".join(repr(models).split())
    for name, when in models["when to use it"].items():
        assert f"{name} {when}" in text
    assert max(map(len, repr(models).splitlines())) <= 80
    assert "..." not in text


def _results() -> list[object]:
    """Return a result of each class that is its line and a table in a notebook."""
    pair = ["<b>", "other"]
    shares = pd.DataFrame([[0.875, 0.125], [0.375, 0.625]], pair, pair)
    profits = pd.DataFrame({"<b>": [0.0, 0.0125]})
    parts = {"<b>": pd.DataFrame({"financing": [0.0, 0.0625]})}
    band = pd.DataFrame({"difference": [0.0, 0.0625], "profit": [0.0, 0.0125]})
    ratios = pd.DataFrame({"ratio": [0.75], "low": [0.5], "high": [0.875]}, [5.0])
    shocked = {"depth": [0.5, 0.75, 1.0], "spread": [1.5, 1.25, 1.0]}
    errors = {"depth_error": [0.125] * 3, "spread_error": [0.125] * 3}
    traders = {"share": [0.75, 0.25], "expected": [0.5, 0.5], "herding": [0.125, 0.375]}
    prices = hr.load("brent_wti")
    return [
        hr.basis.ArbitrageBand(band, -0.03125, 0.03125, ("<b>", "other")),
        hr.basis.ArbitrageTriangle(profits, parts, pd.DataFrame()),
        hr.risk.Connectedness(shares, 10, 1, "generalized"),
        hr.microstructure.RatioSignature(ratios, 0.95),
        hr.microstructure.Resilience(
            pd.DataFrame(shocked | errors, [0.1, 1.0, 10.0]), 2.0, 5e-4, 30, 0
        ),
        hr.risk.Herding(pd.DataFrame(traders), 0),
        hr.hedges.cointegration_test(prices["BRENT"], prices[["WTI"]]),
    ]


@pytest.mark.parametrize(
    ("number", "texts"),
    [
        (0, ["share outside", "<td>0.5</td>", "<td>0.0625</td>"]),
        (1, ["financing", "<td>0.0625</td>", "<td>True</td>"]),
        (2, ["<td>0.125</td>", "<td>0.375</td>", "<td>-0.25</td>"]),
        (3, ["<th>low</th>", "<td>0.75</td>", "<td>0.875</td>"]),
        (4, ["half-life, s", "<td>0.5</td>", "<td>1.5</td>"]),
        (5, ["buying", "<td>0.125</td>", "<td>0.375</td>"]),
        (6, ["critical value", "<td>-5.519</td>"]),
    ],
)
def test_a_result_is_its_line_above_its_table(number: int, texts: list[str]) -> None:
    result = _results()[number]
    page = result._repr_html_()  # type: ignore[attr-defined]
    line, table = page.split("</p>", 1)
    assert line == "<p>" + html.escape(repr(result))
    assert table.startswith("<table")
    assert all(text in table for text in texts)
    assert "<b>" not in page


def test_a_series_is_shown_with_its_name() -> None:
    page = line_and_table("line", pd.Series({"<i>": 1.0 / 3.0}, name="mean"))
    assert "<th>mean</th>" in page
    assert "<th>&lt;i&gt;</th>" in page
    assert "<td>0.3333</td>" in page
