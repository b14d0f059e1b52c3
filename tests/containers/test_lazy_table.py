"""Fields that are tables, made when they are read."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch._containers.lazy_table import (
    Deferred,
    Labelled,
    LazyTable,
    held,
    labels_of,
    same_labels,
)


@dataclass(frozen=True, eq=False)
class Record:
    """A required table, and one that may be missing."""

    table: LazyTable[pd.DataFrame] = LazyTable()
    other: LazyTable[Any] = LazyTable(default=None)


LABELLED = Labelled(np.eye(2), ["a", "b"], ["x", "y"])


def test_a_table_is_made_once_when_it_is_read():
    record = Record(LABELLED, LABELLED)
    assert held(record, "table") is LABELLED
    expected = pd.DataFrame(np.eye(2), ["a", "b"], ["x", "y"])
    pd.testing.assert_frame_equal(record.table, expected)
    assert record.table is record.table
    pd.testing.assert_frame_equal(record.other, expected)


def test_only_a_field_with_a_default_may_be_left_out():
    assert Record(LABELLED).other is None
    assert Record(LABELLED, "a text").other == "a text"
    with pytest.raises(TypeError, match="table"):
        Record()


def test_a_table_of_several_types_is_deferred():
    made = []
    expected = pd.DataFrame({"x": [1.0], "word": ["one"]})

    def make():
        made.append(True)
        return expected

    record = Record(LABELLED, Deferred(make))
    assert not made
    assert record.other is expected
    assert record.other is expected
    assert len(made) == 1


def test_equal_labels_may_be_lists_or_indices():
    dates = pd.date_range("2020", periods=2)
    assert same_labels(dates, list(dates))
    assert not same_labels(dates, list(dates[:1]))


def test_labels_of_rows_are_those_that_are_held():
    assert labels_of(LABELLED) is LABELLED.labels
    table = LABELLED.table()
    assert labels_of(table) is table.index
