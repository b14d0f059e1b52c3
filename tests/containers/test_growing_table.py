"""Rows are shared by the tables that follow, and never change for any of them."""

import pickle

import numpy as np
import pandas as pd
import pytest

from hedgeresearch._containers.growing_table import GrowingTable


def rows(first: int, last: int) -> pd.DataFrame:
    return pd.DataFrame(np.arange(2.0 * first, 2.0 * last).reshape(-1, 2), columns=["a", "b"])


def dated(n_rows: int) -> pd.DataFrame:
    dates = pd.date_range("2024-01-01", periods=n_rows, name="date")
    return rows(0, n_rows).set_index(dates)


def dated_table(frame: pd.DataFrame) -> GrowingTable:
    return GrowingTable(frame.to_numpy(), frame.columns, frame.index)


def test_rows_are_appended_without_copying_those_before() -> None:
    table = GrowingTable.of(rows(0, 5))
    every = [table]
    for i in range(5, 400):
        every.append(every[-1].append(rows(i, i + 1).to_numpy()))
    np.testing.assert_array_equal(every[-1].values, rows(0, 400))
    for n, shorter in enumerate(every, start=5):
        np.testing.assert_array_equal(shorter.values, rows(0, n))
    assert len({id(one._rows) for one in every}) == 1  # all share one store


def test_two_continuations_of_a_table_are_independent() -> None:
    table = GrowingTable.of(rows(0, 5))
    left = table.append(rows(5, 6).to_numpy())
    right = table.append(rows(90, 93))
    left = left.append(rows(6, 9).to_numpy())
    np.testing.assert_array_equal(left.values, rows(0, 9))
    np.testing.assert_array_equal(right.values[5:], rows(90, 93))
    assert len(table) == 5


def test_dates_are_those_of_each_continuation() -> None:
    frame = dated(8)
    table = dated_table(frame.iloc[:5])
    left = table.append(frame.iloc[5:6].to_numpy(), frame.index[5:6])
    right = table.append(frame.iloc[6:7].to_numpy(), frame.index[6:7])
    left = left.append(frame.iloc[6:].to_numpy(), frame.index[6:])
    pd.testing.assert_frame_equal(left.frame(), frame, check_freq=False)
    pd.testing.assert_frame_equal(left.frame(4), frame.iloc[4:], check_freq=False)
    assert right.dates.tolist() == [*frame.index[:5], frame.index[6]]
    assert table.dates.equals(frame.index[:5])
    last_dates = [one.last_date for one in (table, left, right)]
    assert last_dates == [frame.index[4], frame.index[7], frame.index[6]]


def test_values_are_copied_and_read_only() -> None:
    frame = rows(0, 5)
    table = GrowingTable.of(frame)
    frame.iloc[0, 0] = 99.0
    assert table.values[0, 0] == 0.0
    assert not table.values.flags.writeable


def test_a_pickle_holds_its_own_rows_only() -> None:
    table = GrowingTable.of(rows(0, 5))
    table.append(rows(5, 5000).to_numpy())
    copy = pickle.loads(pickle.dumps(table))
    np.testing.assert_array_equal(copy.values, rows(0, 5))
    assert len(pickle.dumps(table)) < 2000
    longer = copy.append(rows(5, 7).to_numpy())
    pd.testing.assert_frame_equal(longer.frame(4), rows(0, 7).iloc[4:])


def test_a_pickle_holds_the_dates() -> None:
    frame = dated(7)
    table = dated_table(frame.iloc[:5]).append(frame.iloc[5:6].to_numpy(), frame.index[5:6])
    copy = pickle.loads(pickle.dumps(table))
    longer = copy.append(frame.iloc[6:].to_numpy(), frame.index[6:])
    pd.testing.assert_frame_equal(longer.frame(), frame, check_freq=False)


@pytest.mark.parametrize(
    "dates",
    [
        pd.bdate_range("2020-01-01", periods=6, name="day"),
        pd.date_range("2020-01-01", periods=6, freq="h", tz="Europe/Berlin"),
        pd.date_range("2020-01-01", periods=6).as_unit("s"),
        pd.period_range("2020-01", periods=6, freq="M"),
        pd.RangeIndex(3, 9),
    ],
    ids=["days", "zone", "seconds", "months", "numbers"],
)
def test_dates_of_later_rows_continue_the_index(dates: pd.Index) -> None:
    values = np.arange(12.0).reshape(6, 2)
    table = GrowingTable(values[:4], pd.Index(["a", "b"]), dates[:4])
    longer = table.append(values[4:5], dates[4:5]).append(values[5:], dates[5:])
    frame = longer.frame()
    assert frame.index.equals(dates)
    assert frame.index.name == dates.name
    assert frame.index.dtype == dates.dtype
    np.testing.assert_array_equal(frame, values)
