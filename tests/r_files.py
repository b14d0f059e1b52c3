"""Data files of R, for tests that compare with it."""

from pathlib import Path
from typing import Any

import pytest

from hedgeresearch.datasets.r_data import read_rda


def read_r_file(path: Path) -> Any:
    """Return the first object in a file of R; the test is skipped without the package rdata."""
    pytest.importorskip("rdata")
    return read_rda(path)
