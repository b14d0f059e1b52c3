"""List of reproductions, and requests that are refused."""

import pytest

import hedgeresearch as hr
from hedgeresearch.reproductions.registry import NAMES

LISTED = hr.reproductions.list_reproductions()


def test_list_has_titles_and_places_of_data():
    assert list(LISTED.index) == list(NAMES)
    assert LISTED["title"].is_unique
    assert set(LISTED["data"]) == {"inside", "downloaded", "simulated", "in statsmodels"}
    assert LISTED.loc["stata_weekly_sp500", "data"] == "in statsmodels"


def test_unknown_names_and_wrong_replications_are_refused():
    with pytest.raises(hr.DataError, match="got 'hull'. Did you mean 'hull_jet_fuel'?"):
        hr.reproduce("hull")
    with pytest.raises(hr.DataError, match="hull_jet_fuel simulates nothing"):
        hr.reproduce("hull_jet_fuel", replications=10)
    with pytest.raises(hr.DataError, match="hull_jet_fuel keeps no unfinished work"):
        hr.reproduce("hull_jet_fuel", checkpoint="folder")
    with pytest.raises(
        hr.DataError, match="replications must be a whole number of at least 2; got 1."
    ):
        hr.reproduce("engle_correlations", replications=1)
