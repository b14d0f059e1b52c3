"""Walks without fits give what fits give, and leave what is out of the ordinary to them."""

import numpy as np
import pytest
from sklearn.model_selection import TimeSeriesSplit

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import walk as module
from hedgeresearch.evaluation.engine.closed_form import ratios_at_once
from hedgeresearch.evaluation.engine.schedule import schedule

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
    "gaps": {"splitter": TimeSeriesSplit(5, gap=3, max_train_size=120, test_size=20)},
}


@pytest.fixture(scope="module", params=[2, 4])
def returns(request):
    return hr.data.simulate_dcc(n_dates=330, n_series=request.param, seed=3).returns


def steps_of(n_dates, splitter=None, refit_every=1, window=200):
    return schedule(n_dates, window, refit_every, splitter)


def fit_by_fit(model, returns, steps, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(module, "ratios_at_once", lambda *_: [])
        return module.walk(model, returns, steps, lambda: None)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("when", SCHEDULES)
def test_they_are_fit_and_extend(returns, name, when, monkeypatch):
    steps = steps_of(len(returns), **SCHEDULES[when])
    at_once = np.concatenate(ratios_at_once(MODELS[name], returns.to_numpy(), steps))
    slow = fit_by_fit(MODELS[name], returns, steps, monkeypatch)
    np.testing.assert_allclose(at_once, slow.ratios, rtol=1e-10, atol=1e-13)
    assert slow.notes == ()


def constant_for_a_while(values):
    values[180:290, 1] = 0.0


def collinear_for_a_while(values):
    values[100:310, 1] = 2.0 * values[100:310, 2]


def replicated_for_a_while(values):
    values[100:310, 0] = values[100:310, 1] - values[100:310, 2]


@pytest.mark.parametrize("name", ["ols", "rolling", "sample", "ewma"])
@pytest.mark.parametrize(
    "spoil", [constant_for_a_while, collinear_for_a_while, replicated_for_a_while]
)
def test_what_is_out_of_the_ordinary_is_left_to_fit(name, spoil, monkeypatch):
    returns = hr.data.simulate_dcc(n_dates=330, n_series=3, seed=3).returns.copy()
    values = returns.to_numpy().copy()
    spoil(values)
    returns.iloc[:, :] = values
    steps = steps_of(len(returns), window=100)
    assert len(ratios_at_once(MODELS[name], returns.to_numpy(), steps)) < len(steps)
    found = module.walk(MODELS[name], returns, steps, lambda: None)
    expected = fit_by_fit(MODELS[name], returns, steps, monkeypatch)
    np.testing.assert_allclose(found.ratios, expected.ratios, rtol=1e-10, atol=1e-13)
    assert found.notes == expected.notes


@pytest.mark.parametrize(
    "model",
    [
        hr.RollingOLSHedge(200),  # no shorter than the sample
        hr.RollingOLSHedge(3),  # too short for the hedges
        hr.MinimumVarianceHedge(hr.SampleCovariance(shrinkage="linear")),
        hr.MinimumVarianceHedge(hr.DCC()),
        hr.ExpandingOLSHedge(),
    ],
)
def test_models_without_a_shortcut(model):
    values = hr.data.simulate_dcc(n_dates=330, n_series=4, seed=3).returns.to_numpy()
    assert ratios_at_once(model, values, steps_of(330)) == []


def test_growing_and_short_samples_have_none(returns):
    values = returns.to_numpy()
    assert ratios_at_once(hr.OLSHedge(), values, steps_of(330, TimeSeriesSplit(5))) == []
    assert ratios_at_once(hr.OLSHedge(), values, steps_of(330, window=values.shape[1] + 2)) == []
    short = steps_of(330, window=15)
    assert ratios_at_once(MODELS["ewma"], values, short) == []  # shorter than its start-up


@pytest.mark.parametrize("name", ["ols", "rolling", "sample", "ewma"])
def test_what_is_to_come_decides_nothing(name):
    """A series that stands still later on sends no earlier step another way: not one bit moves."""
    returns = hr.data.simulate_dcc(n_dates=330, n_series=3, seed=3).returns
    still = returns.copy()
    still.iloc[250:, 1] = 0.0
    steps = steps_of(330, window=100)
    before = module.walk(MODELS[name], returns, steps, lambda: None)
    after = module.walk(MODELS[name], still, steps, lambda: None)
    assert before.ratios[:150].tobytes() == after.ratios[:150].tobytes()
