"""Fixtures of all tests: plots without windows, reference values, and original data files."""

import doctest
import inspect
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

import hedgeresearch as hr
from tests.r_files import read_r_file

# a busy machine may need long for an example, or for making one
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


matplotlib.use("Agg")
# Tests compare what is printed, whether or not kernels were compiled before.
os.environ["HEDGERESEARCH_QUIET"] = "1"

_defined_in = doctest.DocTestFinder._from_module  # type: ignore[attr-defined]


def _from_module(finder: doctest.DocTestFinder, module: Any, value: Any) -> bool:
    """Whether a module defines a value: public names carry the name of their room instead."""
    public = str(getattr(value, "__module__", "")).startswith("hedgeresearch.")
    if public and module is not None and inspect.isfunction(value):
        return bool(inspect.unwrap(value).__code__.co_filename == module.__file__)
    if public and module is not None and inspect.isclass(value):
        return bool(re.search(rf"\bclass {value.__name__}\b", inspect.getsource(module)))
    return bool(_defined_in(finder, module, value))


doctest.DocTestFinder._from_module = _from_module  # type: ignore[attr-defined]


class CloseFigures:
    """Closes the figures of each test and doctest: matplotlib warns of more than twenty."""

    def pytest_runtest_teardown(self) -> None:
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")


def pytest_configure(config: pytest.Config) -> None:
    """Register what is for all tests, those outside of this folder included."""
    config.pluginmanager.register(CloseFigures())


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
    """Results of rugarch 1.5-6, rmgarch 1.4-2 and depmixS4 1.5-1, with their calls.

    On 100 x log returns of NASDAQ and S&P 500.
    """
    return json.loads((REFERENCE / "nasdaq_sp500.json").read_text())


@pytest.fixture(scope="session")
def reference_path() -> pd.DataFrame:
    """Conditional covariances (h11, h12, h22) and correlation (rho) of each date by rmgarch."""
    return pd.read_csv(
        REFERENCE / "nasdaq_sp500_dcc_path.csv.gz", index_col="date", parse_dates=True
    )


@pytest.fixture(scope="session")
def simulated_reference() -> dict[str, Any]:
    """rmgarch 1.4-2, tsmarch 1.0.3 and BEKKs 1.4.5 on the simulated panel; calls inside."""
    return json.loads((REFERENCE / "simulated.json").read_text())


@pytest.fixture(scope="session")
def simulated_panel() -> pd.DataFrame:
    """The simulated panel of the reference: spot, fut and alt, 2000 dates."""
    return on_business_days(pd.read_csv(REFERENCE / "simulated.csv.gz"))


@pytest.fixture(scope="session")
def ten_reference() -> dict[str, Any]:
    """rmgarch 1.4-2 and rugarch 1.5-6 on ten simulated series; calls inside."""
    return json.loads((REFERENCE / "simulated_ten.json").read_text())


@pytest.fixture(scope="session")
def ten_series() -> pd.DataFrame:
    """The ten simulated series of the reference, 1000 dates."""
    return on_business_days(pd.read_csv(REFERENCE / "simulated_ten.csv.gz"))


@pytest.fixture(scope="session")
def dow(data_dir: Path) -> pd.DataFrame:
    """100 x weekly log returns of 30 Dow stocks, 1141 weeks."""
    table = read_r_file(data_dir / "dji30retw.rda")
    dates = pd.date_range("1987-03-20", periods=len(table), freq="W-FRI", name="date")
    return pd.DataFrame(100 * np.asarray(table), index=dates, columns=list(table.columns))


@pytest.fixture(scope="session")
def dem_gbp(data_dir: Path) -> np.ndarray:
    """Daily per-cent returns of the mark in pounds, 1974 dates."""
    return np.ascontiguousarray(np.ravel(read_r_file(data_dir / "dem2gbp.rda")), dtype=float)


@pytest.fixture(scope="session")
def dem_gbp_reference() -> dict[str, Any]:
    """rugarch 1.5-6 on the mark in pounds; calls inside."""
    return json.loads((REFERENCE / "dem_gbp.json").read_text())


@pytest.fixture(scope="session")
def dow_reference() -> dict[str, Any]:
    """rmgarch 1.4-2 on the Dow stocks, and an independent two-step sandwich; calls inside."""
    return json.loads((REFERENCE / "dow.json").read_text())


@pytest.fixture(scope="session")
def option_reference() -> dict[str, Any]:
    """Reference numbers of options by id: inputs, values, source, tolerance, own second value."""
    return json.loads((REFERENCE / "options.json").read_text())


def on_business_days(values: pd.DataFrame) -> pd.DataFrame:
    """The same rows under dates."""
    return values.set_axis(pd.bdate_range("2000-01-03", periods=len(values), name="date"))


@pytest.fixture(scope="session")
def percent_log_returns() -> pd.DataFrame:
    """The data of the reference: 100 x log returns, 5030 dates."""
    return 100 * hr.returns(hr.load("nasdaq_sp500"), kind="log")


@pytest.fixture(scope="session")
def simple_returns() -> pd.DataFrame:
    """Simple returns of the bundled NASDAQ and S&P 500, fractions per day."""
    return hr.returns(hr.load("nasdaq_sp500"))
