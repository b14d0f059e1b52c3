"""Reference values of hidden Markov models, and fits that several test files share."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.r_files import read_r_file

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="session")
def depmix():
    """Fits of depmixS4 1.5-1 to a series each; calls inside."""
    return json.loads((REFERENCE / "hmm.json").read_text())


@pytest.fixture(scope="session")
def simulated_hmm():
    """The simulated series of the reference, 5000 dates."""
    return pd.read_csv(REFERENCE / "simulated_hmm.csv.gz")[["y"]]


@pytest.fixture(scope="session")
def monthly_stocks(data_dir):
    """Monthly log returns of the S&P 500, 744 months."""
    table = read_r_file(data_dir / "sp500.rda")
    return pd.DataFrame({"y": np.asarray(table["logret"], dtype=float)})


@pytest.fixture(scope="session")
def two_regimes(percent_log_returns):
    """A Gaussian HMM with two regimes of NASDAQ and S&P 500."""
    return hr.GaussianHMM(2).fit(percent_log_returns)


@pytest.fixture(scope="session")
def three_regimes(percent_log_returns):
    """A Gaussian HMM with three regimes of NASDAQ and S&P 500."""
    return hr.GaussianHMM(3).fit(percent_log_returns)
