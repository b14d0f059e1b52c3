"""Warnings of regimes that were visited on a few dates."""

import warnings

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import ConvergenceWarning
from hedgeresearch.estimation.rare_regimes import MIN_DATES, warn_of_rare_regimes


def probabilities(n_second):
    """Return certain probabilities of 100 dates, of which the last ones are in regime 1."""
    second = np.arange(100) >= 100 - n_second
    dates = pd.bdate_range("2020-01-01", periods=100)
    return pd.DataFrame({0: 1.0 - second, 1: 1.0 * second}, index=dates)


def test_dates_of_a_rare_regime_are_named():
    with pytest.warns(ConvergenceWarning, match="regime 1 .* only on 2020-05-18, 2020-05-19"):
        warn_of_rare_regimes(probabilities(2))


def test_regime_without_a_date_is_named():
    with pytest.warns(ConvergenceWarning, match="regime 1 .* it was never visited"):
        warn_of_rare_regimes(probabilities(0))


def test_regime_of_twenty_dates_is_reliable():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_rare_regimes(probabilities(MIN_DATES))
