"""HedgeTraits of models and of their parts."""

import hedgeresearch as hr
from hedgeresearch.hedges.traits import all_traits, horizon_of


def test_all_traits_yields_those_of_every_part():
    inner = hr.MinimumVarianceHedge(hr.DCC())
    model = hr.CombinedHedge({"a": hr.ShrunkHedge(inner), "b": hr.OLSHedge()})
    found = list(all_traits(model))
    assert found[0].parts == (hr.ShrunkHedge(inner), hr.OLSHedge())
    assert found[1:] == [hr.ShrunkHedge(inner).traits, inner.traits, hr.OLSHedge().traits]
    assert [traits.filters_state for traits in found] == [False, False, True, False]


def test_horizon_is_that_of_the_part_that_has_one():
    assert horizon_of(hr.OLSHedge()) == 1
    assert horizon_of(hr.ShrunkHedge(hr.HorizonHedge(hr.OLSHedge(), 5))) == 5


def test_warm_start_follows_the_inner_model():
    assert hr.MinimumVarianceHedge(hr.DCC()).traits.warm_start
    assert hr.MinimumVarianceHedge(hr.CCC()).traits.warm_start
    assert not hr.MinimumVarianceHedge(hr.EWMACovariance()).traits.warm_start
    assert hr.RegimeHedge(hr.JumpModel()).traits.warm_start
    assert hr.ConstrainedHedge(hr.KalmanHedge()).traits.warm_start
    assert not hr.ConstrainedHedge(hr.OLSHedge()).traits.warm_start
