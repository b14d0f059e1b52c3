"""Schedules of refits, from windows and from splitters of scikit-learn."""

from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import KFold, ShuffleSplit, TimeSeriesSplit

import hedgeresearch as hr
from hedgeresearch.evaluation.engine.schedule import Schedule
from hedgeresearch.hedges.closed_form import Refit


def refits(
    n_dates: int = 400, window: Any = 250, refit_every: Any = 50, splitter: Any = None
) -> list[Refit]:
    return Schedule(window, refit_every, splitter).refits(n_dates)


def test_refits_follow_the_window() -> None:
    assert refits(10, 4, 3) == [Refit(0, 4, 4, 7), Refit(3, 7, 7, 10)]
    assert refits(10, 8, 5) == [Refit(0, 8, 8, 10)]


def test_an_expanding_window_begins_with_a_thousand_dates() -> None:
    expected = [Refit(0, 1000, 1000, 1013), Refit(0, 1013, 1013, 1026), Refit(0, 1026, 1026, 1030)]
    assert refits(1030, "expanding", 13) == expected


def test_a_splitter_may_leave_gaps() -> None:
    splitter = TimeSeriesSplit(2, test_size=20, gap=5, max_train_size=90)
    assert refits(200, splitter=splitter) == [Refit(65, 155, 160, 180), Refit(85, 175, 180, 200)]


class Listed:
    """A splitter that gives the splits that it holds."""

    def __init__(self, *splits: tuple[Any, Any]) -> None:
        self.splits = splits

    def __repr__(self) -> str:
        return "Listed()"

    def split(self, X: np.ndarray) -> Any:  # noqa: N803 (its name in scikit-learn)
        return iter(self.splits)


@pytest.mark.parametrize(
    ("splitter", "message"),
    [
        (
            KFold(5),
            r"before those that it evaluates; KFold\(.*\) estimates on row 399 and evaluates "
            "row 0. Use TimeSeriesSplit",
        ),
        (
            KFold(5, shuffle=True, random_state=0),
            "splitter must give rows that follow one another; KFold.* gives row ",
        ),
        (
            ShuffleSplit(3, random_state=0),
            "splitter must give rows that follow one another; ShuffleSplit",
        ),
        (
            TimeSeriesSplit,
            "splitter must have a split method, such as TimeSeriesSplit.10.; got <class",
        ),
        (5, "splitter must have a split method, such as TimeSeriesSplit.10.; got 5"),
        (
            Listed((range(100), range(100, 120)), (range(110), range(119, 130))),
            "evaluates row 119 again",
        ),
        (Listed((range(100), range(99, 120))), "estimates on row 99 and evaluates row 99"),
        (Listed((range(100), [100, 102])), "gives row 102 after row 100"),
        (Listed((range(100), [])), "gives none"),
        (
            Listed((range(100), range(390, 401))),
            "splitter must give rows below 400; Listed.. gives row 400",
        ),
        (
            Listed((range(100), [100])),
            "splitter must leave two dates or more to evaluate; Listed.. leaves fewer",
        ),
        (Listed(), "splitter must leave two dates or more"),
    ],
    ids=str,
)
def test_splitters_that_look_ahead_are_refused(splitter: Any, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        refits(splitter=splitter)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"window": 399},
            "window must leave two dates or more to evaluate, of 400; got 399. Pass a shorter "
            "window, such as 100, or more dates.",
        ),
        ({"window": 4000}, "window must leave two dates or more to evaluate, of 400; got 4000"),
        (
            {"window": "expanding"},
            "window must leave two dates or more to evaluate, of 400; got 1000",
        ),
        ({"window": "rolling"}, "window must be a number of dates, or 'expanding'; got 'rolling'"),
        ({"window": 1}, "window must be a whole number of at least 2; got 1"),
        ({"window": 100.0}, "window must be a whole number"),
        ({"window": True}, "window must be a whole number"),
        ({"refit_every": 0}, "refit_every must be a whole number of at least 1; got 0"),
        ({"refit_every": 2.5}, "refit_every must be a whole number of at least 1; got 2.5"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        refits(**settings)


@pytest.mark.parametrize("n_dates", [4, 5, 8, 26, 47, 899, 12_345])
def test_the_window_of_the_refusal_works(n_dates: int) -> None:
    with pytest.raises(hr.DataError) as refused:
        Schedule(window=20_000, refit_every=20, splitter=None).refits(n_dates)
    window = int(str(refused.value).partition("such as ")[2].partition(",")[0])
    assert Schedule(window=window, refit_every=20, splitter=None).refits(n_dates)
