"""The check for look-ahead passes causal models and catches others."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.causality import check_causality
from hedgeresearch.hedges import HedgeTraits

pytestmark = pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")
MODELS = [
    hr.NaiveHedge(),
    hr.OLSHedge(),
    hr.RollingOLSHedge(60),
    hr.MinimumVarianceHedge(hr.DCC()),
    hr.MinimumVarianceHedge(hr.BEKK()),
    hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)),
    hr.RegimeHedge(
        hr.GaussianHMM(2, n_starts=3), weighting="most_likely", covariance_model=hr.EWMACovariance()
    ),
    hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), covariance_model=hr.DCC()),
    hr.EWMACovariance(),
    hr.RollingCovariance(50),
    hr.DCC(correction="aielli"),
    hr.DECO(),
    hr.OrthogonalGARCH(1),
    hr.CCC(hr.ArchModel(mean="AR", lags=1)),
    hr.GaussianHMM(2, n_starts=3),
]


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_regimes(n_dates=1000, seed=5).returns


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_every_model_is_causal(model, returns):
    check = check_causality(model, returns)
    assert check.passed, check
    assert "causal: 20 shocks moved no value dated up to them" in repr(check)
    assert len(check.table) == 20


@dataclass(frozen=True)
class SmoothedHedge:
    """Regimes weighted by smoothed probabilities, which use the dates after."""

    traits: ClassVar[HedgeTraits] = HedgeTraits(filters_state=True)
    honest: hr.RegimeHedge = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3))

    def fit(self, asset, hedges):
        return replace(self.honest.fit(asset, hedges), model=self)

    def advance(self, fit, returns):
        honest = self.honest.advance(replace(fit, model=self.honest), returns)
        ratio = honest.regimes.smoothed.to_numpy() @ honest.by_regime.to_numpy()
        return replace(honest, ratio=honest.ratio * 0 + ratio, model=self)


@dataclass(frozen=True)
class SameDayHedge(SmoothedHedge):
    """Regimes weighted by filtered probabilities, which use the date itself."""

    def advance(self, fit, returns):
        honest = self.honest.advance(replace(fit, model=self.honest), returns)
        ratio = honest.regimes.filtered.to_numpy() @ honest.by_regime.to_numpy()
        return replace(honest, ratio=honest.ratio * 0 + ratio, model=self)


@dataclass(frozen=True)
class YesterdaysHedge(SmoothedHedge):
    """A causal path that lags the next ratio by a date."""

    def advance(self, fit, returns):
        honest = self.honest.advance(replace(fit, model=self.honest), returns)
        return replace(honest, ratio=honest.ratio.shift(1).fillna(1.0), model=self)


@dataclass(frozen=True)
class BrittleHedge(SmoothedHedge):
    """A path that is lost where something later is large."""

    def advance(self, fit, returns):
        honest = self.honest.advance(replace(fit, model=self.honest), returns)
        lost = np.nan if returns["asset"].abs().max() > 0.15 else 1.0
        return replace(honest, ratio=honest.ratio * lost, model=self)


@pytest.mark.parametrize("model", [SmoothedHedge(), SameDayHedge()], ids=repr)
def test_hindsight_is_caught(model, returns):
    check = check_causality(model, returns)
    assert not check.passed
    assert "NOT causal: a shock on" in repr(check)
    assert check.table["moved"].max() >= 1
    assert "NOT causal" in check._repr_html_()


def test_missing_values_have_moved(returns):
    assert returns["asset"].abs().max() < 0.15
    check = check_causality(BrittleHedge(), returns)
    assert not check.passed
    assert np.isinf(check.table["largest move"]).any()


def test_a_lagging_path_is_caught(returns):
    check = check_causality(YesterdaysHedge(), returns)
    assert not check.table["moved"].any()
    assert not check.passed
    assert "NOT consistent" in repr(check)


def test_bad_arguments_are_refused(returns):
    with pytest.raises(hr.DataError, match="n_shocks must be a whole number of at least 1; got 0"):
        check_causality(hr.OLSHedge(), returns, n_shocks=0)
    with pytest.raises(hr.DataError, match="data must have at least 10 rows; got 5"):
        check_causality(hr.OLSHedge(), returns.iloc[:5])
    assert np.isfinite(check_causality(hr.OLSHedge(), returns).table["largest move"]).all()


@pytest.mark.parametrize(
    "model", [hr.OLSHedge, hr.EWMACovariance, hr.GaussianHMM, "dcc", hr.GARCH()]
)
def test_other_objects_are_refused(model, returns):
    message = "model must be a hedge model, a covariance model or a regime model; got"
    with pytest.raises(hr.DataError, match=message):
        check_causality(model, returns)
