"""What counts as a hedge model, and where it is checked."""

import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import HedgeModel, HedgeTraits
from hedgeresearch.hedges.model import check_hedge_model, fit_hedge
from hedgeresearch.hedges.traits import all_traits, horizon_of


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
def test_what_is_no_hedge_model_is_refused(value):
    with pytest.raises(hr.DataError, match="model must be a hedge model such as OLSHedge"):
        check_hedge_model(value, "model")


WRAPPERS = {
    "shrunk": hr.ShrunkHedge,
    "constrained": hr.ConstrainedHedge,
    "horizon": lambda model: hr.HorizonHedge(model, 5),
    "combined": lambda model: hr.CombinedHedge({"x": model}),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("value", [hr.DCC(), hr.GaussianHMM(2), hr.OLSHedge])
def test_composed_hedges_name_the_wrapper_to_use(wrapper, value):
    message = "Wrap a covariance model in MinimumVarianceHedge, a regime model in RegimeHedge"
    with pytest.raises(hr.DataError, match=message):
        WRAPPERS[wrapper](value)


@pytest.mark.parametrize("value", [hr.DCC(), hr.GaussianHMM(2), hr.OLSHedge, WithoutAdvance()])
def test_walk_forward_refuses_before_any_work(returns, value):
    asset, hedges = returns["asset"], returns[["hedge"]]
    message = "model 'x' must be a hedge model such as OLSHedge"
    with pytest.raises(hr.DataError, match=message):
        hr.walk_forward({"x": value}, asset, hedges, 100, progress=False)
    with pytest.raises(hr.DataError, match=message):
        hr.walk_forward_panel({"x": value}, {"p": (asset, hedges)}, 100, progress=False)


def test_check_causality_refuses_what_is_no_model(returns):
    message = "model must be a hedge model, a covariance model or a regime model"
    for value in (hr.OLSHedge, WithoutAdvance(), "ols"):
        with pytest.raises(hr.DataError, match=message):
            hr.check_causality(value, returns)


def test_all_traits_yields_those_of_every_part():
    inner = hr.MinimumVarianceHedge(hr.DCC())
    model = hr.CombinedHedge({"a": hr.ShrunkHedge(inner), "b": hr.OLSHedge()})
    found = list(all_traits(model))
    assert found[0].parts == (hr.ShrunkHedge(inner), hr.OLSHedge())
    assert found[1:] == [hr.ShrunkHedge(inner).traits, inner.traits, hr.OLSHedge().traits]
    assert [traits.filters_state for traits in found] == [False, False, True, False]


def test_horizon_is_that_of_the_longest_part():
    assert horizon_of(hr.OLSHedge()) == 1
    assert horizon_of(hr.ShrunkHedge(hr.HorizonHedge(hr.OLSHedge(), 5))) == 5


def test_warm_starts_follow_the_covariance_or_regime_model():
    assert hr.MinimumVarianceHedge(hr.DCC()).traits.warm_start
    assert not hr.MinimumVarianceHedge(hr.CCC()).traits.warm_start
    assert hr.RegimeHedge(hr.JumpModel()).traits.warm_start
    assert hr.ConstrainedHedge(hr.KalmanHedge()).traits.warm_start
    assert not hr.ConstrainedHedge(hr.OLSHedge()).traits.warm_start


def test_fit_hedge_gives_an_earlier_fit_only_to_models_that_accept_it(returns):
    asset, hedges = returns["asset"], returns[["hedge"]]
    earlier = fit_hedge(hr.OLSHedge(), asset, hedges)
    assert (fit_hedge(hr.OLSHedge(), asset, hedges, earlier).ratio == earlier.ratio).all(axis=None)
    with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of KalmanHedge"):
        fit_hedge(hr.KalmanHedge(), asset, hedges, earlier)
