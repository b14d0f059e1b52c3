"""Returns are checked without making a table, as a table of them is."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from hedgeresearch._validation.frames import check_returns, panel_of_returns
from hedgeresearch._validation.series import only_column, returns_of_one
from hedgeresearch.errors import DataError

DATES = pd.date_range("2020-01-01", periods=60, name="date")


def series(**settings: object) -> pd.Series:
    """Return returns with a zero and a name."""
    values = np.random.default_rng(1).standard_normal(60)
    values[7] = 0.0
    return pd.Series(values, DATES, name="oil").copy(**settings)


def changed(row: int, value: float) -> pd.Series:
    """Return the series with another value."""
    data = series()
    data.iloc[row] = value
    return data


WRONG: dict[str, Callable[[], object]] = {
    "gap": lambda: changed(3, np.nan),
    "infinity": lambda: changed(3, -np.inf),
    "constant": lambda: pd.Series(0.1, DATES, name="oil"),
    "constant without a name": lambda: pd.Series(0.1, DATES),
    "short": lambda: series().iloc[:1],
    "descending": lambda: series().iloc[::-1],
    "twice": lambda: pd.concat([series(), series()]),
    "texts for dates": lambda: series().set_axis([str(date) for date in DATES]),
    "texts": lambda: series().astype(str),
    "several": lambda: pd.DataFrame({"oil": series(), "gas": series() + 1.0}),
    "array": lambda: series().to_numpy(),
}


def checked_as_table(data: object) -> pd.Series:
    """Check a series as a table of one column."""
    return only_column(check_returns(data, minimum_rows=2), "returns")


@pytest.mark.parametrize("case", WRONG)
def test_one_series_is_refused_as_a_table_is(case: str) -> None:
    with pytest.raises(DataError) as expected:
        checked_as_table(WRONG[case]())
    with pytest.raises(DataError) as found:
        returns_of_one(WRONG[case](), minimum_rows=2)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("name", ["oil", None, ("oil", "close"), 3])
@pytest.mark.parametrize("dtype", ["float64", "float32", "Float64", "int64"])
def test_one_series_is_that_of_a_table(dtype: str, name: object) -> None:
    data = (100.0 * series()).round().astype(dtype).rename(name)
    data.attrs = {"returns": "log"}
    expected = checked_as_table(data)
    found = returns_of_one(data, minimum_rows=2)
    pd.testing.assert_series_equal(found.table(), expected.astype("float64"))
    assert found.name == expected.name
    assert found.table().attrs == expected.attrs


def test_one_series_does_not_follow_its_original() -> None:
    data = series()
    data.attrs = {"notes": ["first"]}
    found = returns_of_one(data, minimum_rows=2)
    data.index.name = "day"
    data.iloc[0] = 9.0
    data.attrs["notes"].append("second")
    assert found.values[0] != 9.0
    assert found.index.name == "date"
    assert found.attrs == {"notes": ["first"]}


WRONG_PANELS: dict[str, Callable[[], object]] = {
    "gap": lambda: panel().where(panel() < 2.0),
    "constant": lambda: panel().assign(tin=0.5),
    "short": lambda: panel().iloc[:1],
    "descending": lambda: panel().iloc[::-1],
    "texts": lambda: panel().astype({"gas": str}),
    "same names": lambda: panel().set_axis(["oil", "oil"], axis=1),
    "no column": lambda: panel()[[]],
    "list": lambda: [1.0, 2.0],
}


def panel() -> pd.DataFrame:
    """Return two series of returns."""
    values = np.random.default_rng(2).standard_normal((60, 2))
    return pd.DataFrame(values, DATES, pd.Index(["oil", "gas"], name="market"))


@pytest.mark.parametrize("case", WRONG_PANELS)
def test_a_panel_is_refused_as_a_table_is(case: str) -> None:
    with pytest.raises(DataError) as expected:
        check_returns(WRONG_PANELS[case](), minimum_rows=2)
    with pytest.raises(DataError) as found:
        panel_of_returns(WRONG_PANELS[case](), minimum_rows=2)
    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("dtype", ["float64", "float32", "Float64", "int64"])
def test_a_panel_is_a_copy_of_the_table(dtype: str) -> None:
    data = (100.0 * panel()).round().astype(dtype)
    data.attrs = {"returns": "log"}
    expected = check_returns(data, minimum_rows=2)
    found = panel_of_returns(data, minimum_rows=2)
    data.columns.name = "other"
    data.index.name = "day"
    data.iloc[0, 0] = 900
    pd.testing.assert_frame_equal(found.table(), expected.astype("float64"))
    assert found.table().attrs == expected.attrs
