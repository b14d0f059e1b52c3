"""Records of estimations: summaries with and without errors, and information criteria."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED, Estimates


@dataclass(frozen=True)
class KnownErrors:
    def covariance(self):
        return np.diag([0.25, np.nan])


def test_summary_without_errors_has_the_estimates_only():
    summary = Estimates(values={"a": 1.0, "b": 2.0}, n_dates=10).summary
    assert summary.columns.tolist() == ["estimate"]
    assert summary["estimate"].to_dict() == {"a": 1.0, "b": 2.0}


@pytest.mark.parametrize("degrees", [np.inf, 7.0])
def test_summary_has_two_sided_p_values(degrees):
    estimates = Estimates(
        values={"a": 1.0, "b": 0.0}, n_dates=10, degrees_of_freedom=degrees, errors=KnownErrors()
    )
    row = estimates.summary.loc["a"]
    distribution = stats.norm if np.isinf(degrees) else stats.t(degrees)
    assert row["standard error"] == 0.5
    assert row["t"] == 2.0
    assert row["p"] == pytest.approx(2.0 * distribution.sf(2.0), rel=1e-12)
    assert estimates.summary.loc["b", ["standard error", "t", "p"]].isna().all()


def test_information_criteria_count_targets():
    estimates = Estimates(values={"a": 1.0}, n_dates=10, log_likelihood=-5.0, n_targets=2)
    assert estimates.information_criterion(2.0) == 16.0
    assert Estimates(values={"a": 1.0}, n_dates=10).information_criterion(2.0) is None


def test_nothing_estimated_is_an_empty_table():
    assert NOTHING_ESTIMATED.summary.empty
    assert NOTHING_ESTIMATED.covariance is None


def test_standard_errors_are_those_of_the_summary():
    class Errors:
        def covariance(self):
            return np.array([[4.0, 0.1], [0.1, np.nan]])

    estimates = Estimates({"a": 1.0, "b": 2.0}, n_dates=10, errors=Errors())
    expected = pd.Series([2.0, np.nan], ["a", "b"], name="standard error")
    pd.testing.assert_series_equal(estimates.standard_errors, expected)
    pd.testing.assert_series_equal(estimates.summary["standard error"], expected)
    assert Estimates({"a": 1.0}, n_dates=10).standard_errors.empty
