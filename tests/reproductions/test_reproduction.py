"""Reproduction: counts, verdict, table, HTML and LaTeX."""

import html
import re

import pandas as pd
import pytest

from hedgeresearch.reproductions.paper import Number, Paper
from hedgeresearch.reproductions.reproduction import Reproduction


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


def test_passed_needs_all_compared_numbers_within_tolerance():
    assert record(CLOSE, OWN).passed
    assert not record(CLOSE, FAR).passed
    assert not record(OWN).passed  # nothing was compared
    assert not record(Number("NaN", 1.0, float("nan"), 1.0)).passed
    assert record(CLOSE, FAR, OWN).tightest is FAR
    far_below = FAR._replace(ours=0.24)
    assert record(CLOSE, far_below, OWN).tightest is far_below
    nothing = Number("NaN", 1.0, float("nan"), 1.0)
    assert record(nothing, FAR).tightest is record(FAR, nothing).tightest is nothing


def test_verdict_counts_other_programs_separately():
    assert (
        record(CLOSE, FAR, OWN).verdict
        == "1 of 2 published numbers within their tolerance (1 equal to the print)"
    )
    assert record(CLOSE, OTHER).verdict == (
        "1 of 1 published numbers within their tolerance (1 equal to the print), "
        "1 of 1 of another program"
    )
    recorded = OTHER._replace(origin="recorded")
    assert record(recorded).verdict == "1 of 1 recorded numbers within their tolerance"
    assert "recorded" in record(recorded).table
    assert "published" not in record(recorded).table
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
def test_equal_to_print_means_half_a_unit_of_the_last_digit(expected, ours, decimals, equal):
    paper = Paper("title", "citation", None, "somewhere", decimals=decimals)
    result = Reproduction(
        "some", paper, (Number("a", expected, ours, 1.0),), {}, None, lambda figure, _: None
    )
    assert result.count("published").equal == equal


def test_unpublished_numbers_are_not_in_the_published_column():
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


def test_shown_table_has_one_digit_more_than_tolerances():
    shown = record(CLOSE, FAR, OWN).shown_table
    assert list(shown.loc["close"]) == ["0.25", "0.25010", "1.0e-04", "5.0e-04", "yes"]
    assert list(shown.loc["far"]) == ["0.25", "0.2600", "1.0e-02", "5.0e-03", "NO"]
    assert list(shown.loc["own"]) == ["", "7", "", "", ""]


def test_shown_table_keeps_all_published_digits():
    long = record(Number("p", 0.10919294686216163, 0.10919294686, 1e-10), Number("n", 560.0, 560.0))
    assert long.shown_table["published"].to_list() == ["0.10919294686216163", "560"]
    paper = Paper("title", "citation", None, "somewhere", decimals=3)
    zeros = Reproduction(
        "some", paper, (Number("z", 1.4, 1.4, 0.1), Number("y", 3e-7, 0.0, 1.0)), {}, None, None
    )
    assert zeros.shown_table["published"].to_list() == ["1.400", "3e-07"]


def test_html_and_latex_escape_texts():
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
