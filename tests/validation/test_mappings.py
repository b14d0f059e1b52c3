"""Arguments given by name, and values shown in messages."""

import numpy as np
import pandas as pd
import pytest

from hedgeresearch._validation.mappings import as_mapping, preview
from hedgeresearch.errors import DataError


def test_mappings_and_series_become_dictionaries() -> None:
    assert as_mapping(None, "rates", "{'A': 1}") == {}
    assert as_mapping({"A": 1.0}, "rates", "{'A': 1}") == {"A": 1.0}
    assert as_mapping(pd.Series({"A": 1.0}), "rates", "{'A': 1}") == {"A": 1.0}


@pytest.mark.parametrize(
    ("value", "shown"),
    [(5, "5"), (["A"], r"\['A'\]"), (pd.Series([1.0, 2.0], ["A", "A"]), "a Series")],
)
def test_other_values_are_refused(value: object, shown: str) -> None:
    message = f"rates must map names to values, each name once, such as {{'A': 1}}; got {shown}."
    with pytest.raises(DataError, match=message):
        as_mapping(value, "rates", "{'A': 1}")


def test_long_values_and_tables_are_shown_by_their_type() -> None:
    assert preview("short") == "'short'"
    assert preview("x" * 100) == "a str"
    assert preview(list(range(100))) == "a list"
    assert preview(pd.DataFrame()) == "a DataFrame"
    assert preview(np.zeros(2)) == "a ndarray"
