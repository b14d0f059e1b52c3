"""The simulated series of MSGARCH's reference, and a fit to it."""

from pathlib import Path

import pandas as pd
import pytest

import hedgeresearch as hr

REFERENCE = Path(__file__).parents[2] / "reference"


@pytest.fixture(scope="session")
def series():
    """The simulated series of the reference, 3000 dates."""
    values = pd.read_csv(REFERENCE / "simulated_switching_garch.csv.gz")["y"].to_numpy()
    dates = pd.bdate_range("2000-01-03", periods=len(values), name="date")
    return pd.Series(values, dates, name="y")


@pytest.fixture(scope="session")
def fit(series):
    """A Markov-switching GARCH with two regimes of the simulated series."""
    return hr.MarkovSwitchingGARCH(n_starts=3).fit(series)
