"""Returns shared by tests of hedges with other objectives."""

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def returns(skewed_returns: pd.DataFrame) -> pd.DataFrame:
    """Skewed returns of an asset and two hedges."""
    return skewed_returns
