"""The minimum-variance hedge against definitions and its limits."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

import hedgeresearch as hr


@pytest.fixture
def nasdaq(simple_returns):
    return simple_returns["NASDAQ"]


@pytest.fixture
def sp500(simple_returns):
    return simple_returns[["SP500"]]


def test_sample_covariance_gives_ols(nasdaq, sp500):
    ols = hr.OLSHedge().fit(nasdaq, sp500).next_ratio["SP500"]
    sample = hr.MinimumVarianceHedge(hr.SampleCovariance()).fit(nasdaq, sp500)
    np.testing.assert_allclose(sample.ratio, ols, rtol=1e-9)


def test_ewma_tends_to_the_mean_of_the_past(nasdaq, sp500):
    fit = hr.MinimumVarianceHedge(hr.EWMACovariance(1 - 1e-12)).fit(nasdaq, sp500)
    a = nasdaq.to_numpy()
    h = sp500["SP500"].to_numpy()
    for t in (20, 500, 5029):
        expected = (a[:t] @ h[:t]) / (h[:t] @ h[:t])
        assert fit.ratio["SP500"].loc[nasdaq.index[t]] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("value", ["DCC", hr.DCC, hr.GaussianHMM(1, n_starts=1), hr.OLSHedge()])
def test_other_models_are_refused(value):
    message = "covariance_model must be a covariance model such as DCC"
    with pytest.raises(hr.DataError, match=message):
        hr.MinimumVarianceHedge(value)


@dataclass(frozen=True)
class BootstrappedWindow:
    """A rolling covariance whose errors are those of the bootstrap."""

    warm_start: ClassVar[bool] = False
    error_source: ClassVar[str] = "bootstrap"

    def fit(self, returns):
        return replace(hr.RollingCovariance(250).fit(returns), model=self)


def test_moment_of_latest_returns_has_bootstrap_errors():
    returns = hr.data.simulate_dcc(n_dates=400, seed=3).returns
    fit = hr.MinimumVarianceHedge(BootstrappedWindow()).fit(returns["asset"], returns[["hedge"]])
    known = hr.MinimumVarianceHedge(hr.RollingCovariance(250)).fit(
        returns["asset"], returns[["hedge"]]
    )
    ratio = float(fit.standard_errors.iloc[0] / known.standard_errors.iloc[0])
    assert 0.5 < ratio < 2.0
