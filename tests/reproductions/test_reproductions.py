"""Every reproduction runs and passes; the record, its table and what is written of it."""

import re
import warnings

import pandas as pd
import pytest
from matplotlib.figure import Figure

import hedgeresearch as hr
from hedgeresearch.datasets.sources import SOURCES
from hedgeresearch.reproductions.catalogue import NAMES
from hedgeresearch.reproductions.publish import publish
from hedgeresearch.reproductions.reproduction import Number, Paper, Reproduction

LISTED = hr.reproductions()


def reproduced(name, request):
    """A reproduction; skipped where its data are not at hand, as no test uses the network."""
    if LISTED.loc[name, "data"] == "downloaded":
        request.getfixturevalue("data_dir")
    return hr.reproduce(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_within_its_tolerance(name, request):
    result = reproduced(name, request)
    outside = [number for number in result.compared if not result.table.loc[number.quantity, "within"]]
    assert outside == []
    assert result.passed
    assert result.table.index.is_unique
    assert isinstance(result.figure, Figure)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")  # such as one of a layout that does not fit
        result.figure.canvas.draw()
    assert [str(warning.message) for warning in seen] == []


def test_the_list():
    assert list(LISTED.index) == list(NAMES)
    assert LISTED["title"].is_unique
    assert set(LISTED["data"]) == {"inside", "downloaded", "simulated"}


@pytest.mark.parametrize("name", NAMES)
def test_files_are_pinned(name):
    from hedgeresearch.reproductions.catalogue import _module

    assert set(_module(name).paper.files) <= set(SOURCES)


# --- the record ---


def record(*numbers):
    paper = Paper("A <title>", "Somebody & others (2000). Journal_1.", "10.1/abc", differs=("Rounding.",))
    return Reproduction("some", paper, numbers, {"further": pd.DataFrame({"a": [1.5]})}, None, lambda figure, _: None)


CLOSE = Number("close", 0.25, 0.2501, 5e-4)
FAR = Number("far", 0.25, 0.26, 5e-3)
OWN = Number("own", None, 7.0)
OTHER = Number("other program", 1.0, 1.0, 0.0, "independent")


def test_passed_is_all_that_can_be_compared():
    assert record(CLOSE, OWN).passed
    assert not record(CLOSE, FAR).passed
    assert not record(OWN).passed  # nothing was compared
    assert not record(Number("NaN", 1.0, float("nan"), 1.0)).passed
    assert record(CLOSE, FAR).verdict == "1 of 2 numbers within their tolerance"
    assert record(CLOSE, FAR, OWN).largest_difference is FAR


def test_an_unpublished_number_is_never_in_the_published_column():
    table = record(CLOSE, OWN, OTHER).table
    assert list(table.columns) == ["published", "independent", "ours", "difference", "tolerance", "within"]
    assert table["published"].isna().to_dict() == {"close": False, "own": True, "other program": True}
    assert table["independent"].isna().to_dict() == {"close": True, "own": True, "other program": False}
    assert list(record(CLOSE, OWN).table.columns) == ["published", "ours", "difference", "tolerance", "within"]
    assert list(record(OTHER).table.columns) == ["independent", "ours", "difference", "tolerance", "within"]
    assert table.loc["close", "difference"] == pytest.approx(1e-4)


def test_numbers_are_shown_to_a_digit_beyond_their_tolerance():
    shown = record(CLOSE, FAR, OWN).shown_table
    assert list(shown.loc["close"]) == ["0.25", "0.25010", "1.0e-04", "5.0e-04", "yes"]
    assert list(shown.loc["far"]) == ["0.25", "0.2600", "1.0e-02", "5.0e-03", "NO"]
    assert list(shown.loc["own"]) == ["", "7", "", "", ""]


def test_texts_are_escaped():
    page = record(CLOSE)._repr_html_()
    assert "A &lt;title&gt;" in page
    assert "Somebody &amp; others" in page
    assert "Ours: further" in page
    latex = record(CLOSE)
    assert r"Somebody \& others (2000). Journal\_1." in latex.to_latex()
    assert re.search(r"close & 0.25 & 0.25010 & 1.0e-04 & 5.0e-04 & yes", latex.to_latex())


def test_published_files(tmp_path):
    publish([hr.reproduce("hull_jet_fuel")], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "hull_jet_fuel.pdf",
        "hull_jet_fuel.png",
        "reproductions.html",
    ]
    assert b"/Type /Page" in (tmp_path / "hull_jet_fuel.pdf").read_bytes()
    page = (tmp_path / "reproductions.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "http" not in page.split("<body>")[0]
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    publish([hr.reproduce("hull_jet_fuel")], tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_refusals():
    with pytest.raises(hr.DataError, match="got 'hull'. Did you mean 'hull_jet_fuel'?"):
        hr.reproduce("hull")
    with pytest.raises(hr.DataError, match="hull_jet_fuel simulates nothing"):
        hr.reproduce("hull_jet_fuel", replications=10)
    with pytest.raises(hr.DataError, match="replications must be a whole number of at least 2; got 1."):
        hr.reproduce("engle_correlations", replications=1)
