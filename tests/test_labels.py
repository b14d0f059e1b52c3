"""Indices of texts that are made once."""

import pandas as pd

from hedgeresearch._labels import labels


def test_labels_are_those_of_pandas() -> None:
    pd.testing.assert_index_equal(
        labels(name for name in ("mu", "omega")), pd.Index(["mu", "omega"])
    )


def test_a_name_does_not_reach_other_indices() -> None:
    one = labels(["mu", "omega"])
    one.name = "parameter"
    assert labels(["mu", "omega"]).name is None
