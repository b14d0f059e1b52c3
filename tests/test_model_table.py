"""The table of models holds every model, and nothing else."""

import dataclasses
import inspect

import hedgeresearch as hr

OPTION_HEDGES = {"DeltaHedge", "HullWhiteDelta", "FactorNeutralHedge"}


def public_models():
    classes = [getattr(hr, name) for name in hr.__all__]
    return {c.__name__ for c in classes if inspect.isclass(c) and hasattr(c, "fit")}


def test_every_model_is_in_the_table():
    listed = set(hr.list_models().index)
    assert listed == public_models() | OPTION_HEDGES
    assert all(hasattr(getattr(hr.hedges, name), "fit") for name in OPTION_HEDGES)


def test_hedges_of_options_are_all_in_the_table():
    classes = [getattr(hr.hedges, name) for name in dir(hr.hedges)]
    models = {
        one.__name__
        for one in classes
        if inspect.isclass(one)
        and dataclasses.is_dataclass(one)
        and list(inspect.signature(getattr(one, "fit", len)).parameters) == ["self", "panel"]
    }
    assert models == OPTION_HEDGES


def test_every_row_is_complete():
    table = hr.list_models()
    assert not table.isna().any(axis=None)
    assert (table["fit of 1000 dates, ms"] > 0).all()
    assert table.index.is_unique


NEEDS_SETTINGS = {
    "RollingOLSHedge": hr.RollingOLSHedge(60),
    "WeightedOLSHedge": hr.WeightedOLSHedge(60),
    "MeanVarianceHedge": hr.MeanVarianceHedge(3.0),
    "HorizonHedge": hr.HorizonHedge(hr.OLSHedge(), 5),
    "MinimumVarianceHedge": hr.MinimumVarianceHedge(hr.DCC()),
    "RegimeHedge": hr.RegimeHedge(hr.GaussianHMM(2)),
    "TrackingHedge": hr.TrackingHedge(2),
    "CombinedHedge": hr.CombinedHedge({"ols": hr.OLSHedge()}),
    "RegimeWeightedHedge": hr.RegimeWeightedHedge({"ols": hr.OLSHedge()}, hr.GaussianHMM(2)),
}


def test_models_need_the_input_of_their_traits():
    for name, needs in hr.list_models()["needs"].items():
        if name in OPTION_HEDGES:
            assert needs == "panel"
            continue
        kind = getattr(hr, name)
        assert dataclasses.is_dataclass(kind)
        if needs == "as its model":
            assert kind(hr.OLSHedge()).traits.input == "returns"
            assert kind(hr.VECMHedge()).traits.input == "prices"
        elif name.endswith("Hedge"):
            model = NEEDS_SETTINGS.get(name) or kind()
            assert model.traits.input == needs
