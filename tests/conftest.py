"""What every test shares: plots without windows, and the folder of original data files."""

import os
from pathlib import Path

import matplotlib
import pytest

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
