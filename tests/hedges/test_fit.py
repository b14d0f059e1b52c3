"""HedgeFit: intervals, bands and tests of the ratios, and extensions."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.hedges.fitting import Slope, split


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=300, n_series=3, seed=4).returns


def test_bands_of_a_constant_ratio_are_its_interval(returns):
    fit = hr.OLSHedge().fit(*split(returns))
    bands = fit.bands(0.9)
    ends = [("hedge", "lower"), ("hedge", "upper"), ("hedge2", "lower"), ("hedge2", "upper")]
    assert bands.columns.tolist() == ends
    assert (bands == fit.conf_int(0.9).to_numpy().ravel()).all(axis=None)


def test_bands_of_unknown_errors_are_refused(returns):
    fit = hr.MinimumVarianceHedge(hr.DCC()).fit(*split(returns))
    with pytest.raises(
        hr.DataError, match=r"bands\(\) needs standard errors for every date, .*; got MinimumV"
    ):
        fit.bands()


def test_invalid_interval_settings_are_refused(returns):
    fit = hr.OLSHedge().fit(*split(returns))
    with pytest.raises(
        hr.DataError, match=r"confidence must be the probability .*, in \[0.5, 1\); got 95"
    ):
        fit.conf_int(95)
    with pytest.raises(
        hr.DataError, match="method must be one of 'delta', 'bootstrap'; got 'jackknife'"
    ):
        fit.conf_int(method="jackknife")
    with pytest.raises(hr.DataError, match="n_bootstrap must be a whole number of at least 2"):
        fit.conf_int(method="bootstrap", n_bootstrap=1)
    with pytest.raises(
        hr.DataError, match=r"method must be 'bootstrap' for Slope\(\), .* got 'delta'"
    ):
        Slope().fit(*split(returns)).conf_int(method="delta")


@pytest.mark.filterwarnings("ignore:returns should be fractions")
@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.parametrize("scale", [1.0, 1e-8])
def test_wald_test_of_many_ratios_is_the_f_test(scale):
    rng = np.random.default_rng(4)
    hedges = pd.DataFrame(rng.normal(size=(800, 60))).add_prefix("hedge ")
    asset = pd.Series(scale * (hedges.sum(axis=1) + rng.normal(size=800)), name="asset")
    fit = hr.OLSHedge(standard_errors="nonrobust").fit(asset, hedges)
    x = np.column_stack([np.ones(800), hedges])
    restricted = (
        (asset - scale * hedges.sum(axis=1)) - (asset - scale * hedges.sum(axis=1)).mean()
    ) ** 2
    full = (asset - x @ np.linalg.lstsq(x, asset, rcond=None)[0]) ** 2
    f = (restricted.sum() - full.sum()) / 60 / (full.sum() / (800 - 61))
    assert fit.wald_test(scale).statistic == pytest.approx(f, rel=1e-8)


@pytest.fixture
def nasdaq(simple_returns):
    return simple_returns["NASDAQ"]


@pytest.fixture
def sp500(simple_returns):
    return simple_returns[["SP500"]]


def test_extension_with_other_returns_is_refused(nasdaq, sp500):
    fit = hr.NaiveHedge().fit(nasdaq[:100], sp500[:100])
    differences = hr.returns(hr.load("nasdaq_sp500"), kind="difference").iloc[100:]
    with pytest.raises(
        hr.DataError, match="new data must be simple returns like those of the fit; got difference"
    ):
        fit.extend(differences["NASDAQ"], differences[["SP500"]])


class NewSample(Slope):
    """Its ``advance`` wrongly returns a fit to the new observations."""

    def advance(self, fit, returns):
        return self.fit(returns.iloc[:, 0], returns.iloc[:, 1:])


def test_advance_must_keep_the_estimation_sample(returns):
    asset, hedges = split(returns)
    fit = NewSample().fit(asset.iloc[:200], hedges.iloc[:200])
    with pytest.raises(hr.DataError, match="must keep the estimation sample, which ends on"):
        fit.extend(asset.iloc[200:], hedges.iloc[200:])
