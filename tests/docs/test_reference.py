"""The reference has a page for every public name, and the command line one for its commands."""

from importlib import import_module
from pathlib import Path

import pytest

import hedgeresearch as hr

reference = import_module("reference")
command_line = import_module("command_line")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("reference")
    reference.write_reference(path)
    return path


def test_every_public_name_has_a_page(folder: Path) -> None:
    index = (folder / "index.rst").read_text(encoding="utf-8")
    for name, room in reference.public_rooms().items():
        assert f"   {name}\n" in index
        page = (folder / f"{name}.rst").read_text(encoding="utf-8")
        for public in reference.names_of(room):
            full = f"{room.__name__}.{public}"
            assert f"   {full}\n" in page
            assert (folder / f"{full}.rst").is_file()


def test_names_used_most_lead_to_their_rooms(folder: Path) -> None:
    index = (folder / "index.rst").read_text(encoding="utf-8")
    _, _, hedges = index.partition(".. currentmodule:: hedgeresearch.hedges\n")
    assert "   OLSHedge\n" in hedges
    assert (folder / "hedgeresearch.list_models.rst").is_file()


def test_members_are_those_with_words_in_order() -> None:
    methods, properties = reference.members_of(hr.hedges.HedgeFit)
    assert methods.index("conf_int") < methods.index("extend")
    assert "summary" in properties
    assert not [name for name in (*methods, *properties) if name.startswith("_")]


def test_a_command_has_its_options_as_they_are_typed() -> None:
    section = command_line.section("recommend")
    assert section.startswith("## recommend\n")
    assert "- `--notional <float>`: Value held, in currency" in section
    assert command_line.item("--a <x>", "from <here>") == "- `--a <x>`: from &lt;here>"
