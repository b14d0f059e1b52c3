"""Sample data of the validation tests."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

DATES = pd.date_range("2020-01-01", periods=60, name="date")


@pytest.fixture(scope="session")
def sample() -> Callable[..., tuple[pd.Series, pd.DataFrame]]:
    """Return a function of an index that makes returns of an asset and of two hedges."""

    def make(index: pd.Index = DATES) -> tuple[pd.Series, pd.DataFrame]:
        values = np.random.default_rng(0).normal(scale=0.01, size=(len(index), 3))
        asset = pd.Series(values.sum(axis=1), index, name="oil")
        return asset, pd.DataFrame(values[:, :2], index, ["gas", "coal"])

    return make
