"""What every test shares: plots without windows, and the folder of original data files."""

import json
import os
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
import pytest

import hedgeresearch as hr

matplotlib.use("Agg")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of original data files; the test is skipped where there is none."""
    setting = os.environ.get("HEDGERESEARCH_DATA_DIR")
    if not setting:
        pytest.skip("HEDGERESEARCH_DATA_DIR is not set: it names the folder of original data files")
    folder = Path(setting)
    if not folder.is_dir():
        pytest.skip(f"HEDGERESEARCH_DATA_DIR names no folder: {folder}")
    return folder


REFERENCE = Path(__file__).parent / "reference"


@pytest.fixture(scope="session")
def reference() -> dict[str, Any]:
    """rugarch 1.5-6, rmgarch 1.4-2 and depmixS4 1.5-1 on 100 x log returns of NASDAQ and S&P 500; calls inside."""
    return json.loads((REFERENCE / "nasdaq_sp500.json").read_text())


@pytest.fixture(scope="session")
def reference_path() -> pd.DataFrame:
    """The conditional covariances (h11, h12, h22) and correlation (rho) that rmgarch reports for every date."""
    return pd.read_csv(REFERENCE / "nasdaq_sp500_dcc_path.csv.gz", index_col="date", parse_dates=True)


@pytest.fixture(scope="session")
def percent_log_returns() -> pd.DataFrame:
    """The data of the reference: 100 x log returns, 5030 dates."""
    return 100 * hr.returns(hr.load("nasdaq_sp500"), kind="log")


@pytest.fixture(scope="session")
def simple_returns() -> pd.DataFrame:
    """Simple returns of the bundled NASDAQ and S&P 500, fractions per day."""
    return hr.returns(hr.load("nasdaq_sp500"))
