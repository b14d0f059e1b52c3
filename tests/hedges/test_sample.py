"""Sample: the observations of a fit, and their extension."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import Sample


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=60, seed=3).returns


def test_sample_holds_names_dates_and_rows(returns):
    sample = Sample.of(returns, "simple")
    assert sample.asset == "asset"
    assert sample.n_estimation == len(sample.rows) == 60
    assert sample.end == sample.last_date == returns.index[-1]
    assert sample.returns_kind == "simple"
    np.testing.assert_array_equal(sample.rows.values, returns)


def test_appended_rows_are_not_in_the_estimation_sample(returns):
    sample = Sample.of(returns.iloc[:40], None)
    later = sample.append(returns.iloc[40:])
    assert (len(later.rows), later.n_estimation) == (60, 40)
    assert later.end == returns.index[39]
    assert later.last_date == returns.index[-1]
    np.testing.assert_array_equal(later.estimation_rows(), returns.iloc[:40])
    assert len(sample.rows) == 40


@pytest.mark.parametrize("model", [hr.OLSHedge(), hr.ConstrainedHedge(hr.OLSHedge(), upper=5.0)])
def test_extensions_share_their_rows(returns, model):
    fit = model.fit(returns["asset"].iloc[:50], returns[["hedge"]].iloc[:50])
    for day in range(50, 60):
        fit = fit.extend(returns["asset"].iloc[[day]], returns[["hedge"]].iloc[[day]])
    assert fit.sample.n_estimation == 50
    pd.testing.assert_frame_equal(
        fit.sample.rows.frame(), returns.reset_index(drop=True), check_names=False
    )
