"""``hedgeresearch reproduce``."""

import json
from dataclasses import replace

import pytest

import hedgeresearch as hr
from hedgeresearch.cli import reproduce as command
from hedgeresearch.errors import ConvergenceError, MissingDataError
from hedgeresearch.reproductions.registry import reproduce

QUICK = ("hull_jet_fuel", "dcc_truth_test")


def broken(error, name):
    """The reproductions, of which one raises."""

    def run(wanted, replications=None):
        if wanted == name:
            raise error
        return reproduce(wanted, replications=replications)

    return run


@pytest.mark.long
def test_one_name_is_printed_and_written(run, tmp_path):
    code, output, errors = run(
        "reproduce", "hull_jet_fuel", "--output", tmp_path / "new" / "folder"
    )
    assert (code, errors) == (0, "")
    assert output.startswith(
        "hull_jet_fuel: Jet fuel hedged with heating oil futures\nNumbers: public copies"
    )
    assert "; after: Hull, J. C." in " ".join(output.split())
    assert "3 of 3 published numbers within their tolerance (3 equal to the print)." in output
    files = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert files == {"hull_jet_fuel.png", "hull_jet_fuel.pdf", "reproductions.html"}


def test_help_lists_the_names(run):
    code, output, _ = run("reproduce", "--help")
    assert code == 0
    assert all(
        name in "".join(output.split()) for name in hr.reproductions.list_reproductions().index
    )


@pytest.mark.long
def test_all_uses_fewer_samples_for_simulations_only(run, monkeypatch, tmp_path):
    requested = {}

    def counted(name, replications=None):
        requested[name] = replications
        return reproduce(name, replications=replications)

    monkeypatch.setattr(command, "NAMES", QUICK)
    monkeypatch.setattr(command, "reproduce", counted)
    code, output, errors = run("reproduce", "--all", "--replications", 3, "--output", tmp_path)
    assert (code, errors) == (0, "2 done.\n")
    assert requested == {"hull_jet_fuel": None, "dcc_truth_test": 3}
    assert output.index("hull_jet_fuel:") < output.index("dcc_truth_test:")
    assert "error of the hedge ratio, 3 samples" in output
    files = {f"{name}.{kind}" for name in QUICK for kind in ("png", "pdf")} | {"reproductions.html"}
    assert {path.name for path in tmp_path.iterdir()} == files


def test_all_leaves_out_long_studies(run, monkeypatch):
    requested = []

    def noted(name, replications=None):
        requested.append(name)
        return reproduce("hull_jet_fuel")

    monkeypatch.setattr(command, "NAMES", ("when_regimes_help", "hull_jet_fuel"))
    monkeypatch.setattr(command, "reproduce", noted)
    code, _, errors = run("reproduce", "--all")
    assert (code, errors) == (0, "1 done.\n")
    assert requested == ["hull_jet_fuel"]


def test_checkpoint_reaches_the_study(run, monkeypatch, tmp_path):
    def noted(name, replications=None, checkpoint=None):
        assert (name, checkpoint) == ("when_regimes_help", tmp_path)
        return reproduce("hull_jet_fuel")

    monkeypatch.setattr(command, "reproduce", noted)
    code, _, errors = run("reproduce", "when_regimes_help", "--checkpoint", tmp_path)
    assert (code, errors) == (0, "")


@pytest.mark.long
def test_all_continues_without_the_data_of_one(run, monkeypatch, tmp_path):
    missing = MissingDataError("no data; save http://somewhere (sha256 abc)")
    monkeypatch.setattr(command, "NAMES", ("brooks_sp500_futures", "hull_jet_fuel"))
    monkeypatch.setattr(command, "reproduce", broken(missing, "brooks_sp500_futures"))
    code, output, errors = run("reproduce", "--all", "--output", tmp_path)
    assert code == 0
    assert output.startswith("hull_jet_fuel:")
    assert errors == (
        "brooks_sp500_futures: skipped: no data; save http://somewhere (sha256 abc)\n"
        "1 done.\nskipped, data not available: brooks_sp500_futures.\n"
    )
    assert "skipped: no data; save http://somewhere" in (tmp_path / "reproductions.html").read_text(
        encoding="utf-8"
    )


def test_nothing_done_is_a_failure(run, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "NAMES", ("hull_jet_fuel",))
    monkeypatch.setattr(command, "reproduce", broken(MissingDataError("no data"), "hull_jet_fuel"))
    code, output, errors = run("reproduce", "--all", "--output", tmp_path / "new")
    assert (code, output) == (1, "")
    assert errors == "hull_jet_fuel: skipped: no data\nno reproduction had its data\n"
    assert list((tmp_path / "new").iterdir()) == []


def test_all_continues_after_a_failure(run, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "NAMES", ("dcc_truth_test", "hull_jet_fuel"))
    monkeypatch.setattr(
        command, "reproduce", broken(ConvergenceError("no optimum"), "dcc_truth_test")
    )
    code, output, errors = run("reproduce", "--all", "--output", tmp_path)
    assert code == 1
    assert output.startswith("hull_jet_fuel:")
    assert errors == "dcc_truth_test: failed: no optimum\n1 done.\nfailed: dcc_truth_test.\n"
    assert (tmp_path / "hull_jet_fuel.pdf").exists()
    assert "failed: no optimum" in (tmp_path / "reproductions.html").read_text(encoding="utf-8")


def test_number_outside_its_tolerance_is_a_failure(run, monkeypatch):
    hull = reproduce("hull_jet_fuel")
    failed = replace(hull, numbers=(hull.numbers[0]._replace(ours=1.0),))
    monkeypatch.setattr(command, "NAMES", ("hull_jet_fuel",))
    monkeypatch.setattr(command, "reproduce", lambda name, replications: failed)
    code, output, errors = run("reproduce", "hull_jet_fuel")
    assert (code, errors) == (1, "")
    assert "0 of 1 published numbers within their tolerance (0 equal to the print)." in output
    code, _, errors = run("reproduce", "--all")
    assert (code, errors) == (1, "1 done.\nwith numbers outside their tolerance: hull_jet_fuel.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "pass one name or --all; the names are hull_jet_fuel, "),
        (("hull_jet_fuel", "--all"), "pass one name or --all"),
        (("hull",), "Did you mean 'hull_jet_fuel'?"),
        (
            ("hull_jet_fuel", "--replications", 5),
            "hull_jet_fuel simulates nothing; leave replications out.",
        ),
        (
            ("--all", "--replications", 1),
            "replications must be a whole number of at least 2; got 1.",
        ),
        (("hull_jet_fuel", "--checkpoint", "kept"), "hull_jet_fuel keeps no unfinished work"),
        (("--all", "--output", __file__), "--output must be a folder that can be written"),
    ],
)
def test_bad_arguments_are_refused(run, arguments, message):
    code, output, errors = run("reproduce", *arguments)
    assert (code, output) == (2, "")
    assert message in errors
    assert len(errors.splitlines()) == 1


def test_unknown_name_creates_no_folder(run, tmp_path):
    assert run("reproduce", "hull", "--output", tmp_path / "new")[0] == 2
    assert not (tmp_path / "new").exists()


@pytest.mark.long
def test_json_has_the_numbers(run):
    code, output, errors = run("reproduce", "hull_jet_fuel", "--json")
    assert (code, errors) == (0, "")
    found = json.loads(output)["reproductions"]["hull_jet_fuel"]
    hull = hr.reproduce("hull_jet_fuel")
    assert found["passed"] and found["verdict"] == hull.verdict
    assert {name: row["ours"] for name, row in found["numbers"].items()} == pytest.approx(
        hull.table["ours"].to_dict()
    )


def test_name_that_is_like_no_other_gets_no_suggestion(run):
    code, _, errors = run("reproduce", "nothing")
    assert code == 2
    assert errors.endswith("got 'nothing'.\n") and "Did you mean" not in errors
