"""Public names: which there are, what they are called, and what importing them costs."""

import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import hedgeresearch as hr

ROOMS = [
    "basis",
    "covariance",
    "data",
    "datasets",
    "estimation",
    "evaluation",
    "feeds",
    "hedges",
    "instruments",
    "live",
    "margin",
    "metrics",
    "microstructure",
    "onchain",
    "options",
    "recommendation",
    "regimes",
    "report",
    "reproductions",
    "risk",
    "trading",
    "volatility",
]


def room_named(name: str) -> ModuleType:
    return importlib.import_module(f"hedgeresearch.{name}")


def modules_of(room: ModuleType) -> set[str]:
    return {module.name.rpartition(".")[2] for module in pkgutil.walk_packages(room.__path__)}


def test_the_package_exports_its_rooms_and_seventy_names() -> None:
    modules = {name for name in hr.__all__ if inspect.ismodule(getattr(hr, name))}
    assert modules == {*ROOMS, "errors", "plotting"}
    assert 60 <= len(set(hr.__all__) - modules) <= 80


@pytest.mark.parametrize("room", ROOMS)
def test_public_objects_carry_the_name_of_their_room(room: str) -> None:
    module = room_named(room)
    for name in module.__all__:
        public = getattr(module, name)
        if inspect.isclass(public) or inspect.isfunction(public):
            assert public.__module__ == module.__name__, name


@pytest.mark.parametrize("room", ROOMS)
def test_names_of_a_room_are_found_by_completion(room: str) -> None:
    module = room_named(room)
    assert module.__all__
    assert set(dir(module)) >= set(module.__all__)
    assert module.__doc__


@pytest.mark.parametrize("room", ROOMS)
def test_no_exported_name_is_that_of_a_module(room: str) -> None:
    module = room_named(room)
    assert not set(module.__all__) & modules_of(module)


def test_top_names_are_those_of_the_rooms() -> None:
    for name in hr.__all__:
        public = getattr(hr, name)
        if inspect.isclass(public) and name not in ("ConvergenceError", "DataError"):
            assert public is getattr(sys.modules[public.__module__], name)


def test_importing_the_package_loads_no_other_library() -> None:
    code = "import sys, hedgeresearch; print(*(m for m in ('numpy', 'pandas') if m in sys.modules))"
    root = Path(hr.__file__).parents[1]
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert found.stdout.strip() == ""


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="OLSHedg"):
        getattr(hr, "OLSHedg")  # noqa: B009 (mypy would refuse the name)
