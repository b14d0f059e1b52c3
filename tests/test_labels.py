"""Indices of texts that are made once."""

import pandas as pd
import pytest

from hedgeresearch._labels import labels, without_first


def test_labels_are_those_of_pandas() -> None:
    pd.testing.assert_index_equal(
        labels(name for name in ("mu", "omega")), pd.Index(["mu", "omega"])
    )


def test_a_name_does_not_reach_other_indices() -> None:
    one = labels(["mu", "omega"])
    one.name = "parameter"
    assert labels(["mu", "omega"]).name is None


@pytest.mark.parametrize(
    "columns",
    [
        pd.Index(["asset", "one", "two"]),
        pd.Index(["asset", "one"], name="market"),
        pd.Index(["asset", "one"], dtype=object),
        pd.Index(["asset", 7]),
        pd.RangeIndex(3),
    ],
)
def test_without_first_is_the_rest(columns: pd.Index) -> None:
    pd.testing.assert_index_equal(without_first(columns), columns[1:], exact=True)
