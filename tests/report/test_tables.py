"""Cells and tables as text."""

import math

import pandas as pd
import pytest

from hedgeresearch.report.tables import (
    ABSENT,
    amount,
    contracts,
    fine_percent,
    percent,
    ratio,
    table_of,
    transposed,
    words,
)


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (ratio, 1.17459, "1.175"),
        (ratio, 0.00123456, "0.001235"),
        (ratio, 12345.678, "12,346"),
        (ratio, -0.0, "0"),
        (ratio, 3.2e-9, "3.200e-09"),
        (percent, 0.99996, "99.996"),
        (percent, 0.783, "78.3"),
        (percent, -0.00001, "0.0"),
        (percent, -0.289, "-28.9"),
        (fine_percent, 0.0000123, "0.00123"),
        (fine_percent, 0.0233, "2.33"),
        (fine_percent, 12.0, "1,200"),
        (amount, -0.0, "0"),
        (amount, 2500.0, "2,500"),
        (amount, 17.548, "17.55"),
        (amount, -7144522.5, "-7,144,522"),
        (contracts, 1234.567, "1,234.567"),
        (contracts, 0.1 + 0.2, "0.3"),
        (contracts, -0.0, "0"),
        (ratio, math.nan, ABSENT),
        (percent, None, ABSENT),
    ],
)  # fmt: skip
def test_numbers_have_the_digits_of_their_kind(write: object, value: float, text: str) -> None:
    assert callable(write)
    assert write(value) == text


def test_transposed_table_has_rows_as_columns() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}, index=["x", "y"])
    table = table_of(frame, "row", {"a": ("A", amount), "b": ("B", amount)})
    turned = transposed(table, "of row")
    assert turned.heads == ["of row", "x", "y"]
    assert turned.rows == [["A", "1", "2"], ["B", "3", "4"]]
    assert turned.texts == [True, False, False]
    assert words("x") == "x"
