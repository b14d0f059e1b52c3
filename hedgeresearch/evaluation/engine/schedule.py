"""Schedules of refits: which dates each estimation uses and which it hedges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from hedgeresearch._durations import Horizon, check_horizon
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.typing import Indices

Window = int | Literal["expanding"]
MAX_DEFAULT_WINDOW = 1000
"""Most dates in each estimation where no window is chosen."""
MIN_EXPANDING_WINDOW = 1000
"""Dates in the first estimation of an expanding window."""
MIN_HEDGED_DATES = 2
"""Minimum number of dates to evaluate."""


def default_window(n_dates: int) -> int:
    """Return the dates in each estimation where none is chosen: half of all, at most 1000."""
    return min(n_dates // 2, MAX_DEFAULT_WINDOW)


@runtime_checkable
class Splitter(Protocol):
    """A splitter of scikit-learn, such as ``TimeSeriesSplit``."""

    def split(
        self,
        X: Any,  # noqa: N803 (its name in scikit-learn)
    ) -> Iterator[tuple[Indices, Indices]]:
        """Yield the rows of each estimation and of the evaluation that follows."""


@dataclass(frozen=True)
class Schedule:
    """When models are estimated, as in ``walk_forward``.

    Attributes
    ----------
    window : int, dates in each estimation, or "expanding"
    refit_every : int, dates between estimations
    splitter : Splitter that replaces both, or None
    horizon : int or time, of the returns that are evaluated
    execution_lag : int, dates from the one that a ratio is made for to the first one that it hedges
    """

    window: Window
    refit_every: int
    splitter: Splitter | None
    horizon: Horizon = 1
    execution_lag: int = 0

    def refits(self, n_rows: int) -> list[Refit]:
        """Return the refits of a walk over ``n_rows`` rows.

        A ratio is held ``execution_lag`` rows after the one that it was made for: the last rows are
        not decided on, and the rows of a refit are those that its ratios are made for.

        Raises
        ------
        DataError
            If fewer than two dates are left to evaluate, or a splitter looks ahead, leaves out
            rows within a sample or evaluates a row twice.
        """
        check_at_least(self.refit_every, "refit_every", 1)
        check_at_least(self.execution_lag, "execution_lag", 0)
        check_horizon(self.horizon)
        n_dates = n_rows - self.execution_lag
        if n_dates < MIN_HEDGED_DATES + 1:
            raise DataError(
                f"execution_lag must be much smaller than the number of rows, {n_rows}; got "
                f"{self.execution_lag}."
            )
        if self.splitter is not None:
            return split_refits(self.splitter, n_dates)
        expanding = self.window == "expanding"
        length = MIN_EXPANDING_WINDOW if expanding else self.window
        if isinstance(length, str):
            raise DataError(
                f"window must be a number of dates, or 'expanding'; got {self.window!r}."
            )
        check_at_least(length, "window", 2)
        if length > n_dates - MIN_HEDGED_DATES:
            raise DataError(
                f"window must leave two dates or more to evaluate, of {n_dates}; got {length}. "
                f"{_fitting_window(n_dates)}"
            )
        test_starts = range(length, n_dates, self.refit_every)
        return [
            Refit(
                train_start=0 if expanding else start - length,
                train_stop=start,
                test_start=start,
                test_stop=min(start + self.refit_every, n_dates),
            )
            for start in test_starts
        ]


def _fitting_window(n_dates: int) -> str:
    """Return a window of about a third of the dates as a remedy, if one fits."""
    digits = len(str(n_dates // 3)) - 1
    window = max(round(n_dates / 3, -digits), MIN_HEDGED_DATES)
    if window > n_dates - MIN_HEDGED_DATES:
        return "Pass more dates."
    return f"Pass a shorter window, such as {window:.0f}, or more dates."


def split_refits(splitter: Splitter, n_dates: int) -> list[Refit]:
    """Return the refits of a splitter over ``n_dates`` rows."""
    if isinstance(splitter, type) or not isinstance(splitter, Splitter):
        raise DataError(
            f"splitter must have a split method, such as TimeSeriesSplit(10); got {splitter!r}."
        )
    refits = []
    hedged = 0
    for train, test in splitter.split(np.empty((n_dates, 1))):
        refit = Refit(*_bounds(train, splitter), *_bounds(test, splitter))
        _check_refit(refit, hedged, n_dates, splitter)
        refits.append(refit)
        hedged = refit.test_stop
    if sum(refit.test_stop - refit.test_start for refit in refits) < MIN_HEDGED_DATES:
        raise DataError(
            f"splitter must leave two dates or more to evaluate; {splitter!r} leaves fewer."
        )
    return refits


def _check_refit(refit: Refit, hedged: int, n_dates: int, splitter: Splitter) -> None:
    """Refuse a refit that looks ahead, evaluates rows before ``hedged`` again, or has no data."""
    if refit.test_start < refit.train_stop:
        raise DataError(
            f"splitter must estimate on rows before those that it evaluates; {splitter!r} "
            f"estimates on row {refit.train_stop - 1} and evaluates row {refit.test_start}. "
            "Use TimeSeriesSplit."
        )
    if refit.test_start < hedged:
        raise DataError(
            f"splitter must evaluate each row once, in order; {splitter!r} evaluates row "
            f"{refit.test_start} again."
        )
    if refit.test_stop > n_dates:
        raise DataError(
            f"splitter must give rows below {n_dates}; {splitter!r} gives row "
            f"{refit.test_stop - 1}."
        )


def _bounds(rows: Indices, splitter: Splitter) -> tuple[int, int]:
    """Return the first of consecutive rows and the one after the last."""
    gaps = np.flatnonzero(np.diff(rows) != 1)
    if len(rows) and not len(gaps):
        return int(rows[0]), int(rows[-1]) + 1
    found = f"row {rows[gaps[0] + 1]} after row {rows[gaps[0]]}" if len(rows) else "none"
    raise DataError(
        f"splitter must give rows that follow one another; {splitter!r} gives {found}. "
        "Use TimeSeriesSplit."
    )
