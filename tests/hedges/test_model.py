"""HedgeModel: what is a hedge model, and where it is checked."""

import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import HedgeModel, HedgeTraits
from hedgeresearch.hedges.model import check_hedge_model, fit_hedge
from tests.hedges.fitting import split


class WithoutAdvance:
    traits = HedgeTraits()

    def fit(self, asset, hedges):
        """Never called."""


class WithoutTraits:
    def fit(self, asset, hedges):
        """Never called."""

    def advance(self, fit, returns):
        """Never called."""


class OtherTraits(WithoutTraits):
    traits = "returns"


NO_HEDGES = (
    hr.DCC(),
    hr.GaussianHMM(2),
    hr.OLSHedge,
    hr.NaiveHedge,
    WithoutAdvance(),
    WithoutTraits(),
    OtherTraits(),
    "ols",
    None,
)


@pytest.fixture(scope="module")
def returns():
    return hr.data.simulate_dcc(n_dates=300, seed=3).returns


def test_hedge_models_satisfy_the_protocol():
    assert isinstance(hr.OLSHedge(), HedgeModel)
    assert not isinstance(hr.DCC(), HedgeModel)


@pytest.mark.parametrize("value", NO_HEDGES)
def test_other_objects_are_refused(value):
    with pytest.raises(hr.DataError, match="model must be a hedge model such as OLSHedge"):
        check_hedge_model(value, "model")


def test_model_without_traits_is_told_to_declare_them():
    with pytest.raises(hr.DataError, match="Give it traits, such as the class variable"):
        check_hedge_model(WithoutTraits(), "model")


WRAPPERS = {
    "shrunk": hr.ShrunkHedge,
    "constrained": hr.ConstrainedHedge,
    "horizon": lambda model: hr.HorizonHedge(model, 5),
    "combined": lambda model: hr.CombinedHedge({"x": model}),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("value", [hr.DCC(), hr.GaussianHMM(2)])
def test_composed_hedges_name_the_wrapper_to_use(wrapper, value):
    message = "Wrap a covariance model in MinimumVarianceHedge, a regime model in RegimeHedge"
    with pytest.raises(hr.DataError, match=message):
        WRAPPERS[wrapper](value)


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_composed_hedges_ask_for_an_instance_of_a_class(wrapper):
    with pytest.raises(hr.DataError, match=r"Pass an instance, such as OLSHedge\(\)"):
        WRAPPERS[wrapper](hr.OLSHedge)


@pytest.mark.parametrize("value", [hr.DCC(), hr.GaussianHMM(2), hr.OLSHedge, WithoutAdvance()])
def test_walk_forward_refuses_before_any_work(returns, value):
    asset = returns["asset"]
    hedges = returns[["hedge"]]
    message = "model 'x' must be a hedge model such as OLSHedge"
    with pytest.raises(hr.DataError, match=message):
        hr.walk_forward({"x": value}, asset, hedges, 100, progress=False)
    with pytest.raises(hr.DataError, match=message):
        hr.walk_forward_panel({"x": value}, {"p": (asset, hedges)}, 100, progress=False)


def test_check_causality_refuses_other_objects(returns):
    message = "model must be a hedge model, a covariance model or a regime model"
    for value in (hr.OLSHedge, WithoutAdvance(), "ols"):
        with pytest.raises(hr.DataError, match=message):
            hr.check_causality(value, returns)


def test_fit_hedge_warm_starts_only_models_that_accept_it(returns):
    asset = returns["asset"]
    hedges = returns[["hedge"]]
    earlier = fit_hedge(hr.OLSHedge(), asset, hedges)
    assert (fit_hedge(hr.OLSHedge(), asset, hedges, earlier).ratio == earlier.ratio).all(axis=None)
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of KalmanHedge"):
        fit_hedge(hr.KalmanHedge(), asset, hedges, earlier)


COMPOSED = {
    "shrunk": hr.ShrunkHedge(hr.KalmanHedge(), weight=0.1),
    "constrained": hr.ConstrainedHedge(hr.KalmanHedge(), upper=5.0),
    "combined": hr.CombinedHedge({"ols": hr.OLSHedge(), "kalman": hr.KalmanHedge()}),
}


@pytest.mark.parametrize("name", COMPOSED)
def test_warm_start_of_another_model_is_refused(returns, name):
    ols = hr.OLSHedge().fit(*split(returns))
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of .*; got HedgeFit"):
        COMPOSED[name].fit(*split(returns), warm_start=ols)
