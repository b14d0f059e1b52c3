"""Warnings about estimates to be read with care."""

import warnings

import pytest

import hedgeresearch as hr
from hedgeresearch.estimation.warnings import MAX_NAMED_BOUNDS, warn_of_bounds


def test_bounds_are_named_with_the_advice():
    with pytest.warns(hr.errors.ConvergenceWarning) as caught:
        warn_of_bounds("DCC", ["a = 0", "b = 0"], "Use CCC.")
    assert str(caught[0].message) == "the DCC estimate lies on a bound: a = 0; b = 0. Use CCC."
    assert caught[0].filename == __file__


def test_further_bounds_are_counted():
    bounds = [f"p{i} = 0" for i in range(MAX_NAMED_BOUNDS + 3)]
    with pytest.warns(hr.errors.ConvergenceWarning, match=r"p4 = 0 and 3 more \(see fit.conv"):
        warn_of_bounds("BEKK", bounds, "Use a smaller form.")


def test_an_estimate_inside_its_bounds_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_bounds("DCC", [], "Use CCC.")
