"""Composed hedges bar by bar: without tables, over one sample."""

import pickle

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.hedges.fitting import fit_to, split

EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
DECAYS = hr.hedges.stacked_decays_hedge()
MODELS = {
    "default": DECAYS,
    "shrunk": hr.ShrunkHedge(EWMA),
    "constrained": hr.ConstrainedHedge(DECAYS, lower=0.0, gross=0.5),
    "free": hr.ConstrainedHedge(EWMA, lower=-9.0),
    "by regime": hr.RegimeWeightedHedge(
        {"naive": hr.NaiveHedge(), "ewma": EWMA}, hr.GaussianHMM(2, n_starts=1)
    ),
}


@pytest.fixture(scope="module")
def returns():
    """An asset and two hedges with moving covariances, 560 dates."""
    return hr.data.simulate_dcc(n_dates=560, n_series=3, correlation=0.6, seed=21).returns


@pytest.mark.parametrize("name", MODELS)
def test_a_bar_makes_no_table(returns, name, monkeypatch):
    early = fit_to(MODELS[name], returns.iloc[:500])
    values = returns.to_numpy()[500:]
    dates = returns.index[500:]
    fit = early
    with monkeypatch.context() as refused:
        refused.delattr(pd.DataFrame, "__init__")
        refused.delattr(pd.Series, "__init__")
        for i in range(len(values)):
            fit = fit.advance_array(values[i : i + 1], dates[i : i + 1])
    at_once = early.extend(*split(returns.iloc[500:]))
    np.testing.assert_allclose(fit.next_ratio, at_once.next_ratio, rtol=1e-12)
    np.testing.assert_allclose(fit.ratio, at_once.ratio.iloc[-1:], rtol=1e-12)
    pd.testing.assert_frame_equal(fit.summary, at_once.summary, rtol=1e-9)
    assert fit.last_date == returns.index[-1]


@pytest.mark.parametrize("name", MODELS)
def test_tables_that_were_not_read_are_pickled(returns, name):
    fit = fit_to(MODELS[name], returns.iloc[:500])
    copy = pickle.loads(pickle.dumps(fit))
    pd.testing.assert_frame_equal(copy.summary, fit.summary)


MEMBERS = {"ols": hr.OLSHedge(), "ewma": EWMA, "rolling": hr.RollingOLSHedge(60)}


def test_members_share_the_observations(returns):
    nested = hr.CombinedHedge(MEMBERS | {"two": hr.CombinedHedge({"a": EWMA, "b": EWMA})})
    fit = fit_to(nested, returns.iloc[:500]).extend(*split(returns.iloc[500:]))
    members = fit.state.members
    assert all(members[name].sample is fit.sample for name in MEMBERS)
    assert members["two"].sample is not fit.sample  # it extends those of its own members
    np.testing.assert_array_equal(fit.sample.rows.values, returns)
    np.testing.assert_array_equal(members["two"].sample.rows.values, returns)
