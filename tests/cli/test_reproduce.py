"""``hedgeresearch reproduce``."""

import pytest

from hedgeresearch.cli import reproduce as command
from hedgeresearch.errors import MissingDataError
from hedgeresearch.reproductions.catalogue import reproduce


def test_one_by_name_with_its_files(run, tmp_path):
    code, output, errors = run("reproduce", "hull_jet_fuel", "--output", tmp_path / "new" / "folder")
    assert (code, errors) == (0, "")
    assert output.startswith("hull_jet_fuel: Jet fuel hedged with heating oil futures\nHull, J. C.")
    assert "3 of 3 numbers within their tolerance." in output
    files = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert files == {"hull_jet_fuel.png", "hull_jet_fuel.pdf", "reproductions.html"}


def test_all_goes_on_without_the_data_of_one(run, monkeypatch):
    def missing(name, replications=None):
        raise MissingDataError("no data; save http://somewhere (sha256 abc)")

    monkeypatch.setattr(command, "NAMES", ("brooks_sp500_futures", "hull_jet_fuel"))
    monkeypatch.setattr(command, "run", lambda name: (missing if name.startswith("brooks") else reproduce)(name))
    code, output, errors = run("reproduce", "--all")
    assert code == 0
    assert output.startswith("hull_jet_fuel:")
    assert errors == "brooks_sp500_futures: skipped: no data; save http://somewhere (sha256 abc)\n"


def test_a_number_outside_its_tolerance_fails(run, monkeypatch):
    class Failed:
        passed = False

    monkeypatch.setattr(command, "run", lambda name, replications: Failed())
    monkeypatch.setattr(command, "_text", lambda result: "a table")
    assert run("reproduce", "hull_jet_fuel") == (1, "a table\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give one name or --all; the names are hull_jet_fuel, "),
        (("hull_jet_fuel", "--all"), "give one name or --all"),
        (("hull",), "Did you mean 'hull_jet_fuel'?"),
        (("--all", "--output", __file__), "--output must be a folder that can be written"),
    ],
)
def test_refusals(run, arguments, message):
    code, output, errors = run("reproduce", *arguments)
    assert (code, output) == (2, "")
    assert message in errors
    assert len(errors.splitlines()) == 1
