"""Closed forms equal fits, and leave exceptional samples to them."""

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.model_selection import TimeSeriesSplit

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import walk as module
from hedgeresearch.evaluation.engine.closed_form import ratios_at_once
from hedgeresearch.evaluation.engine.schedule import Schedule
from hedgeresearch.hedges.closed_form import ClosedFormRatios

MODELS = {
    "naive": hr.NaiveHedge(),
    "ols": hr.OLSHedge(),
    "rolling": hr.RollingOLSHedge(60),
    "sample": hr.MinimumVarianceHedge(hr.SampleCovariance()),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.97)),
    "half-life": hr.MinimumVarianceHedge(hr.EWMACovariance(half_life=30)),
}
SCHEDULES = {
    "every day": {"refit_every": 1},
    "every seven": {"refit_every": 7},
    "one": {"refit_every": 1000},
    "growing": {"splitter": TimeSeriesSplit(60, gap=1, test_size=2)},
    "gaps": {"splitter": TimeSeriesSplit(5, gap=3, max_train_size=120, test_size=20)},
}


@pytest.fixture(scope="module", params=[2, 4])
def returns(request):
    return hr.data.simulate_dcc(n_dates=330, n_series=request.param, seed=3).returns


def refits_of(n_dates, splitter=None, refit_every=1, window=200):
    return Schedule(window, refit_every, splitter).refits(n_dates)


def fit_by_fit(model, returns, refits, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(module, "ratios_at_once", lambda *_: [])
        return module.walk(model, returns, refits, lambda: None)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("when", SCHEDULES)
def test_closed_forms_equal_fit_and_extend(returns, name, when, monkeypatch):
    refits = refits_of(len(returns), **SCHEDULES[when])
    at_once = np.concatenate(ratios_at_once(MODELS[name], returns.to_numpy(), refits))
    slow = fit_by_fit(MODELS[name], returns, refits, monkeypatch)
    np.testing.assert_allclose(at_once, slow.ratios, rtol=1e-10, atol=1e-13)
    assert slow.notes == ()


def constant_for_a_while(values):
    values[180:290, 1] = 0.0


def collinear_for_a_while(values):
    values[100:310, 1] = 2.0 * values[100:310, 2]


def replicated_for_a_while(values):
    values[100:310, 0] = values[100:310, 1] - values[100:310, 2]


def test_growing_samples_are_left_to_fit_while_they_are_exceptional(monkeypatch):
    returns = hr.data.simulate_dcc(n_dates=330, n_series=3, seed=3).returns.copy()
    returns.iloc[:214, 1] = 2.0 * returns.iloc[:214, 2]
    refits = refits_of(len(returns), splitter=TimeSeriesSplit(60, test_size=2))
    assert refits[0].train_stop < 214 < refits[-1].train_stop
    walk = module.walk(MODELS["ols"], returns, refits, lambda: None)
    expected = fit_by_fit(MODELS["ols"], returns, refits, monkeypatch)
    np.testing.assert_allclose(walk.ratios, expected.ratios, rtol=1e-10, atol=1e-13)
    assert walk.notes == expected.notes


@pytest.mark.parametrize("name", ["ols", "rolling", "sample", "ewma"])
@pytest.mark.parametrize(
    "spoil", [constant_for_a_while, collinear_for_a_while, replicated_for_a_while]
)
def test_exceptional_samples_are_left_to_fit(name, spoil, monkeypatch):
    returns = hr.data.simulate_dcc(n_dates=330, n_series=3, seed=3).returns.copy()
    values = returns.to_numpy().copy()
    spoil(values)
    returns.iloc[:, :] = values
    refits = refits_of(len(returns), window=100, refit_every=3)
    assert len(ratios_at_once(MODELS[name], returns.to_numpy(), refits)) < len(refits)
    walk = module.walk(MODELS[name], returns, refits, lambda: None)
    expected = fit_by_fit(MODELS[name], returns, refits, monkeypatch)
    np.testing.assert_allclose(walk.ratios, expected.ratios, rtol=1e-10, atol=1e-13)
    assert walk.notes == expected.notes


@dataclass(frozen=True)
class HalfOLS(hr.OLSHedge):
    """A subclass that estimates something else."""

    def fit(self, asset, hedges):
        return super().fit(0.5 * asset, hedges)


@dataclass(frozen=True)
class HalfEWMA(hr.EWMACovariance):
    """A covariance model that estimates something else."""

    def fit(self, returns):
        return super().fit(0.5 * returns)


@pytest.mark.parametrize(
    "model",
    [
        hr.RollingOLSHedge(200),  # no shorter than the sample
        hr.RollingOLSHedge(3),  # too short for the hedges
        hr.MinimumVarianceHedge(hr.SampleCovariance(shrinkage="linear")),
        hr.MinimumVarianceHedge(hr.DCC()),
        hr.MinimumVarianceHedge(HalfEWMA()),
        hr.ExpandingOLSHedge(),
        HalfOLS(),
    ],
)
def test_other_models_have_no_closed_form(model):
    values = hr.data.simulate_dcc(n_dates=330, n_series=4, seed=3).returns.to_numpy()
    assert ratios_at_once(model, values, refits_of(330)) == []


def test_models_declare_their_closed_form():
    declared = [type(model).__name__ for model in MODELS.values()]
    assert all(isinstance(model, ClosedFormRatios) for model in MODELS.values()), declared
    assert not isinstance(hr.ExpandingOLSHedge(), ClosedFormRatios)


def test_unlike_and_short_samples_have_no_closed_form(returns):
    values = returns.to_numpy()
    unlike = refits_of(330, TimeSeriesSplit(5, max_train_size=120))  # grow first, then roll
    assert len({refit.train_stop - refit.train_start for refit in unlike}) > 1
    assert ratios_at_once(hr.OLSHedge(), values, unlike) == []
    assert ratios_at_once(hr.OLSHedge(), values, refits_of(330, window=values.shape[1] + 2)) == []
    short = refits_of(330, window=15)
    assert ratios_at_once(MODELS["ewma"], values, short) == []  # shorter than its start-up
    growing = refits_of(330, TimeSeriesSplit(21, test_size=15))
    assert growing[0].train_stop == 15
    assert ratios_at_once(MODELS["ewma"], values, growing) == []


@pytest.mark.parametrize("name", ["ols", "rolling", "sample", "ewma"])
def test_later_returns_change_no_earlier_bit(name):
    """A series that is constant later on changes no earlier refit."""
    returns = hr.data.simulate_dcc(n_dates=330, n_series=3, seed=3).returns
    constant = returns.copy()
    constant.iloc[250:, 1] = 0.0
    refits = refits_of(330, window=100)
    before = module.walk(MODELS[name], returns, refits, lambda: None)
    after = module.walk(MODELS[name], constant, refits, lambda: None)
    assert before.ratios[:150].tobytes() == after.ratios[:150].tobytes()
