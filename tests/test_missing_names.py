"""Names that are not at the top level: where they are, or what is meant."""

import traceback
from functools import reduce

import pytest

import hedgeresearch as hr
from hedgeresearch._missing_names import FORMER_NAMES


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("value_at_risk", "It is hr.metrics.value_at_risk."),
        ("DataWarning", "It is hr.errors.DataWarning."),
        ("plot_lines", "It is hr.plotting.plot_lines."),
        ("KalmenHedge", "Did you mean hr.KalmanHedge?"),
        ("expected_shortfal", "Did you mean hr.metrics.expected_shortfall?"),
        ("Tournament", "It is hr.evaluation.Backtest now."),
        ("np", "dir(hr) lists the names here"),
        ("xyzzy", "dir(hr) lists the names here"),
    ],
)
def test_a_missing_name_says_where_it_is(name: str, said: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(hr, name)
    assert str(caught.value).startswith(f"module 'hedgeresearch' has no attribute {name!r}. ")
    assert said in str(caught.value)


def test_former_names_are_gone_and_their_places_exist() -> None:
    for former, place in FORMER_NAMES.items():
        assert former not in hr.__all__
        reduce(getattr, place.split("."), hr)


def test_private_names_are_not_looked_for() -> None:
    with pytest.raises(AttributeError) as caught:
        hr.__wrapped__  # type: ignore[attr-defined]  # noqa: B018
    assert "dir(hr)" not in str(caught.value)


def test_a_traceback_adds_no_guess_of_its_own():
    with pytest.raises(AttributeError) as caught:
        _ = hr.cointegration_test
    lines = traceback.format_exception_only(caught.value)
    assert lines[-1].endswith("It is hr.hedges.cointegration_test.\n")
