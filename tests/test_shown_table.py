"""Tables that terminals and notebooks show whole."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch import _shown_table
from hedgeresearch._shown_table import ShownTable


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
