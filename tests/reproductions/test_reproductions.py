"""Every reproduction runs and passes; the record, its table and what is written of it."""

import base64
import html
import re
import warnings

import pandas as pd
import pytest
from matplotlib.figure import Figure

import hedgeresearch as hr
from hedgeresearch.datasets.sources import SOURCES
from hedgeresearch.reproductions.paper import Number, Paper
from hedgeresearch.reproductions.publish import check_folder, publish_reproductions
from hedgeresearch.reproductions.registry import NAMES
from hedgeresearch.reproductions.reproduction import Reproduction

LISTED = hr.reproductions.list_reproductions()


"""Samples of the Monte Carlo studies; tolerances widen with the errors of fewer."""


def reproduced(name, request):
    """A reproduction; skipped where its data are not at hand, as no test uses the network."""
    if LISTED.loc[name, "data"] == "downloaded":
        request.getfixturevalue("data_dir")
    return hr.reproduce(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_within_its_tolerance(name, request):
    result = reproduced(name, request)
    outside = [
        number for number in result.compared if not result.table.loc[number.quantity, "within"]
    ]
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
    assert set(LISTED["data"]) == {"inside", "downloaded", "simulated", "in statsmodels"}
    assert LISTED.loc["stata_weekly_sp500", "data"] == "in statsmodels"


@pytest.mark.parametrize("name", NAMES)
def test_files_are_pinned(name):
    from hedgeresearch.reproductions.registry import _module

    paper = _module(name).paper
    assert set(paper.files) <= set(SOURCES)
    assert paper.numbers_from[-1] not in ".;"


# --- the record ---


def record(*numbers):
    paper = Paper(
        "A <title>",
        "Somebody & others (2000). Journal_1.",
        "10.1/a<b>",
        "a ~^\\ page",
        differs=("Rounding.",),
    )
    return Reproduction(
        "some",
        paper,
        numbers,
        {"further": pd.DataFrame({"a": [1.5]})},
        None,
        lambda figure, _: None,
    )


CLOSE = Number("close", 0.25, 0.2501, 5e-4)
FAR = Number("far", 0.25, 0.26, 5e-3)
OWN = Number("own", None, 7.0)
OTHER = Number("other program", 1.0, 1.0, 0.0, "independent")


def test_passed_is_all_that_can_be_compared():
    assert record(CLOSE, OWN).passed
    assert not record(CLOSE, FAR).passed
    assert not record(OWN).passed  # nothing was compared
    assert not record(Number("NaN", 1.0, float("nan"), 1.0)).passed
    assert record(CLOSE, FAR, OWN).tightest is FAR
    far_below = FAR._replace(ours=0.24)
    assert record(CLOSE, far_below, OWN).tightest is far_below
    nothing = Number("NaN", 1.0, float("nan"), 1.0)
    assert record(nothing, FAR).tightest is record(FAR, nothing).tightest is nothing


def test_the_verdict_keeps_other_programs_apart():
    assert (
        record(CLOSE, FAR, OWN).verdict
        == "1 of 2 published numbers within their tolerance (1 equal to the print)"
    )
    assert record(CLOSE, OTHER).verdict == (
        "1 of 1 published numbers within their tolerance (1 equal to the print), 1 of 1 of another program"
    )
    assert record(OTHER, OWN).verdict == "1 of 1 numbers of another program within their tolerance"
    assert record(CLOSE, FAR, OTHER).count("published") == (1, 1, 2)
    assert record(CLOSE, FAR, OTHER._replace(ours=2.0)).count("independent") == (0, 0, 1)


@pytest.mark.parametrize(
    ("expected", "ours", "decimals", "equal"),
    [
        (0.928, 0.92849, 0, True),
        (0.928, 0.92851, 0, False),
        (-0.9, -0.9004, 3, True),  # printed 0.900
        (-0.9, -0.9006, 3, False),
        (-0.9, -0.94, 0, True),
        (560.0, 560.4, 0, True),
        (560.0, 559.4, 0, False),
        (
            1.4952537718275554e-05,
            1.4952537718275544e-05,
            0,
            True,
        ),  # no more digits than arithmetic has
        (1.4952537718275554e-05, 1.49525377184e-05, 0, False),
        (0.0001, 0.00014, 0, True),
        (0.00001, 0.000016, 0, False),
    ],
)
def test_equal_to_the_print_is_half_a_unit_of_its_last_digit(expected, ours, decimals, equal):
    paper = Paper("title", "citation", None, "somewhere", decimals=decimals)
    result = Reproduction(
        "some", paper, (Number("a", expected, ours, 1.0),), {}, None, lambda figure, _: None
    )
    assert result.count("published").equal == equal


def test_an_unpublished_number_is_never_in_the_published_column():
    table = record(CLOSE, OWN, OTHER).table
    assert list(table.columns) == [
        "published",
        "independent",
        "ours",
        "difference",
        "tolerance",
        "within",
    ]
    assert table["published"].isna().to_dict() == {
        "close": False,
        "own": True,
        "other program": True,
    }
    assert table["independent"].isna().to_dict() == {
        "close": True,
        "own": True,
        "other program": False,
    }
    assert list(record(CLOSE, OWN).table.columns) == [
        "published",
        "ours",
        "difference",
        "tolerance",
        "within",
    ]
    assert list(record(OTHER).table.columns) == [
        "independent",
        "ours",
        "difference",
        "tolerance",
        "within",
    ]
    assert table.loc["close", "difference"] == pytest.approx(1e-4)


def test_numbers_are_shown_to_a_digit_beyond_their_tolerance():
    shown = record(CLOSE, FAR, OWN).shown_table
    assert list(shown.loc["close"]) == ["0.25", "0.25010", "1.0e-04", "5.0e-04", "yes"]
    assert list(shown.loc["far"]) == ["0.25", "0.2600", "1.0e-02", "5.0e-03", "NO"]
    assert list(shown.loc["own"]) == ["", "7", "", "", ""]


def test_no_published_digit_is_cut():
    long = record(Number("p", 0.10919294686216163, 0.10919294686, 1e-10), Number("n", 560.0, 560.0))
    assert long.shown_table["published"].to_list() == ["0.10919294686216163", "560"]
    paper = Paper("title", "citation", None, "somewhere", decimals=3)
    zeros = Reproduction(
        "some", paper, (Number("z", 1.4, 1.4, 0.1), Number("y", 3e-7, 0.0, 1.0)), {}, None, None
    )
    assert zeros.shown_table["published"].to_list() == ["1.400", "3e-07"]


def test_texts_are_escaped():
    page = record(CLOSE)._repr_html_()
    assert "A &lt;title&gt;" in page
    assert "Somebody &amp; others" in page
    assert "Ours: further" in page
    assert "Numbers: a ~^\\ page; after: Somebody" in page
    assert html.escape("https://doi.org/10.1/a%3Cb%3E") in page
    assert "a<b>" not in page
    latex = record(CLOSE)
    assert r"Somebody \& others (2000). Journal\_1." in latex.to_latex()
    assert (
        r"{Numbers: a \textasciitilde{}\textasciicircum{}\textbackslash{} page; after"
        in latex.to_latex()
    )
    assert r"https://doi.org/10.1/a\%3Cb\%3E}" in latex.to_latex()
    less = record(CLOSE._replace(quantity="a < b ~ c")).to_latex()
    assert r"a \textless{} b \textasciitilde{} c & 0.25 &" in less
    assert re.search(r"close & 0.25 & 0.25010 & 1.0e-04 & 5.0e-04 & yes", latex.to_latex())


def test_published_files(tmp_path):
    publish_reproductions([hr.reproduce("hull_jet_fuel")], tmp_path, {})
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
    publish_reproductions([hr.reproduce("hull_jet_fuel")], tmp_path, {})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_the_page_has_a_section_for_each_with_its_numbers(tmp_path):
    results = [hr.reproduce("hull_jet_fuel"), hr.reproduce("dcc_truth_test", replications=2)]
    publish_reproductions(results, tmp_path, {"brooks_sp500_futures": "skipped: no <data>"})
    page = (tmp_path / "reproductions.html").read_text(encoding="utf-8")
    overview, *sections = page.split("<section ")
    assert [section.split('"')[1] for section in sections] == ["hull_jet_fuel", "dcc_truth_test"]
    for result, section in zip(results, sections, strict=True):
        assert f"{result.verdict}." in section
        for number in result.numbers:
            assert f"<th>{number.quantity}</th>" in section
        for printed in result.shown_table["ours"]:
            assert f"<td>{printed}</td>" in section
        picture = re.search(r'src="data:image/png;base64,([^"]*)"', section)[1]
        assert base64.b64decode(picture) == (tmp_path / f"{result.name}.png").read_bytes()
    assert "brooks_sp500_futures</td><td colspan=3>skipped: no &lt;data&gt;" in overview
    assert "hull_jet_fuel</a></td><td>3 of 3</td><td>3</td><td></td>" in overview
    assert "dcc_truth_test</a></td><td></td><td></td><td>2 of 2</td>" in overview


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "reproductions.html").mkdir()
    with pytest.raises(
        hr.DataError, match="--output must be a folder that can be written; .*: Is a directory"
    ):
        publish_reproductions([], tmp_path, {})
    check_folder(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_refusals():
    with pytest.raises(hr.DataError, match="got 'hull'. Did you mean 'hull_jet_fuel'?"):
        hr.reproduce("hull")
    with pytest.raises(hr.DataError, match="hull_jet_fuel simulates nothing"):
        hr.reproduce("hull_jet_fuel", replications=10)
    with pytest.raises(
        hr.DataError, match="replications must be a whole number of at least 2; got 1."
    ):
        hr.reproduce("engle_correlations", replications=1)
