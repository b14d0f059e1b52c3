"""Data shared by tests of several hedges."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.r_files import read_r_file


@pytest.fixture(scope="session")
def skewed_returns():
    """Skewed, heavy-tailed returns of an asset and two hedges, 300 dates, with means."""
    rng = np.random.default_rng(5)
    hedges = 0.01 * rng.standard_t(4, (300, 2)) @ np.array([[1.0, 0.4], [0.0, 0.8]]) + [4e-4, -2e-4]
    asset = (
        hedges @ [0.7, 0.3]
        + 0.006 * (rng.exponential(size=300) - 1.0)
        - 0.004 * (rng.exponential(size=300) - 1.0)
    )
    return pd.DataFrame(np.column_stack([asset, hedges]), columns=["asset", "first", "second"])


@pytest.fixture(scope="session", params=["Pound", "DM", "Yen"])
def currency(request: pytest.FixtureRequest, data_dir: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Spot and forward rates of a currency, and the results of R."""
    table = read_r_file(data_dir / f"{request.param}.rda")
    values = np.column_stack([table["s"], table["f"]]).astype(float)
    dates = pd.bdate_range("2001-01-01", periods=len(values))
    text = (request.config.rootpath / "tests" / "reference" / "ols_ecm.json").read_text()
    return pd.DataFrame(values, dates, ["spot", "forward"]), json.loads(text)[request.param]
