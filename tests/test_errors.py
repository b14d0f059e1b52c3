"""The tree of errors, and warnings at the line that called the package."""

import pytest

import hedgeresearch as hr
from hedgeresearch.errors import (
    HedgeResearchError,
    HedgeResearchWarning,
    recorded_warnings,
    warn_caller,
)


def test_errors_derive_from_those_of_python() -> None:
    assert issubclass(hr.DataError, ValueError)
    assert issubclass(hr.ConvergenceError, RuntimeError)


def test_errors_and_warnings_have_one_root() -> None:
    assert issubclass(hr.errors.MissingDataError, hr.DataError)
    assert issubclass(hr.DataError, HedgeResearchError)
    assert issubclass(hr.ConvergenceError, HedgeResearchError)
    assert issubclass(hr.errors.DataWarning, HedgeResearchWarning)
    assert issubclass(hr.errors.ConvergenceWarning, HedgeResearchWarning)


def test_warn_caller_points_at_the_line_outside_the_package() -> None:
    with pytest.warns(hr.errors.DataWarning, match="dates were dropped") as seen:
        warn_caller("dates were dropped", hr.errors.DataWarning)
    assert seen[0].filename == __file__


def test_recorded_warnings_are_not_shown_and_end_with_the_block() -> None:
    with recorded_warnings() as outer:
        with recorded_warnings() as inner:
            warn_caller("one", hr.errors.DataWarning)
        warn_caller("two", hr.errors.ConvergenceWarning)
    assert inner == [("one", hr.errors.DataWarning)]
    assert outer == [("two", hr.errors.ConvergenceWarning)]
    with pytest.warns(hr.errors.DataWarning, match="three"):
        warn_caller("three", hr.errors.DataWarning)
