"""The table of models holds every model, and nothing else."""

import dataclasses
import inspect

import hedgeresearch as hr


def public_models():
    classes = [getattr(hr, name) for name in hr.__all__]
    return {
        c.__name__
        for c in classes
        if inspect.isclass(c) and (hasattr(c, "fit") or hasattr(c, "estimate"))
    }


def test_every_model_is_in_the_table():
    assert set(hr.list_models().index) == public_models()


def test_every_row_is_complete():
    table = hr.list_models()
    assert not table.isna().any(axis=None)
    assert (table["fit of 1000 dates, ms"] > 0).all()
    assert table.index.is_unique


def test_needs_agree_with_the_model():
    for name, needs in hr.list_models()["needs"].items():
        said = getattr(getattr(hr, name), "needs", "returns")
        assert ("as its model" if isinstance(said, property) else said) == needs
        assert dataclasses.is_dataclass(getattr(hr, name))
