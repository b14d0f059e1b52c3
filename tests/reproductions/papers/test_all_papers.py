"""Every reproduction runs, is within its tolerances and draws its figure."""

import warnings

import pytest
from matplotlib.figure import Figure

import hedgeresearch as hr
from hedgeresearch.datasets.sources import SOURCES
from hedgeresearch.reproductions.registry import NAMES, _module, is_resumable

LISTED = hr.reproductions.list_reproductions()
LONG = ("engle_correlations",)
"""Studies of a minute; test_engle_correlations compares two of their samples in every run."""


QUICK = [name for name in NAMES if not is_resumable(name)]
"""Reproductions of at most a minute; test_when_regimes_help runs a part of the study."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in QUICK],
)
def test_every_number_is_within_its_tolerance(name, request):
    if LISTED.loc[name, "data"] == "downloaded":
        request.getfixturevalue("data_dir")  # no test uses the network
    result = hr.reproduce(name)
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


@pytest.mark.parametrize("name", NAMES)
def test_data_files_have_pinned_sources(name):
    paper = _module(name).paper
    assert set(paper.files) <= set(SOURCES)
    assert paper.numbers_from[-1] not in ".;"
