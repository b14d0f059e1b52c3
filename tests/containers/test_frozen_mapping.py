"""Frozen mappings copy their items, keep their order, and have a hash."""

import pickle

import pytest

import hedgeresearch as hr
from hedgeresearch._containers.frozen_mapping import FrozenMapping


def test_items_are_copied_and_cannot_change() -> None:
    items = {"a": 1.0, "b": 2.0}
    mapping = FrozenMapping(items)
    items["a"] = 9.0
    assert mapping == {"a": 1.0, "b": 2.0}
    assert list(mapping) == ["a", "b"]
    assert len(mapping) == 2
    with pytest.raises(TypeError):
        mapping["a"] = 3.0  # type: ignore[index]


def test_equal_mappings_have_one_hash() -> None:
    one = FrozenMapping({"a": 1.0, "b": 2.0})
    other = FrozenMapping({"b": 2.0, "a": 1.0})
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == one


def test_models_are_described_by_their_settings() -> None:
    mapping = FrozenMapping({"ols": hr.OLSHedge(), "rolling": hr.RollingOLSHedge(60)})
    assert repr(mapping) == "{'ols': OLSHedge(), 'rolling': RollingOLSHedge(60)}"
