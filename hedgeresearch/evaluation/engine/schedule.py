"""Which dates each estimation sees and which it hedges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.typing import Indices

Window = int | Literal["expanding"]
FIRST_WINDOW = 1000
"""Dates in the first estimation of an expanding window."""


class Splitter(Protocol):
    """What scikit-learn calls a splitter, such as ``TimeSeriesSplit``."""

    def split(self, X: Any) -> Iterator[tuple[Indices, Indices]]:
        """Rows of each estimation and of the evaluation that follows."""


class Step(NamedTuple):
    """Rows first..end-1 are estimated on, rows start..stop-1 are hedged; start >= end."""

    first: int
    end: int
    start: int
    stop: int


def schedule(
    n_dates: int, window: Window, refit_every: int, splitter: Splitter | None
) -> list[Step]:
    """The steps of a walk forward over ``n_dates`` rows.

    Raises
    ------
    DataError
        If no two dates are left to evaluate, or a splitter would look ahead, leave out rows or hedge a date twice.
    """
    check_at_least(refit_every, "refit_every", 1)
    if splitter is not None:
        return _split(n_dates, splitter)
    if isinstance(window, str) and window != "expanding":
        raise DataError(f"window must be a number of dates, or 'expanding'; got {window!r}.")
    if window != "expanding":
        check_at_least(window, "window", 2)
    length = FIRST_WINDOW if window == "expanding" else window
    if length > n_dates - 2:
        raise DataError(
            f"window must leave two dates or more to evaluate, of {n_dates}; got {length}."
        )
    starts = range(length, n_dates, refit_every)
    return [
        Step(0 if window == "expanding" else s - length, s, s, min(s + refit_every, n_dates))
        for s in starts
    ]


def _split(n_dates: int, splitter: Splitter) -> list[Step]:
    if isinstance(splitter, type) or not hasattr(splitter, "split"):
        raise DataError(
            f"splitter must have a split method, such as TimeSeriesSplit(10); got {splitter!r}."
        )
    steps, hedged = [], 0
    for train, test in splitter.split(np.empty((n_dates, 1))):
        step = Step(*_run(train, splitter), *_run(test, splitter))
        if step.start < step.end:
            raise DataError(
                f"splitter must estimate on rows before those that it evaluates; {splitter!r} estimates on row "
                f"{step.end - 1} and evaluates row {step.start}. Take TimeSeriesSplit."
            )
        if step.start < hedged:
            raise DataError(
                f"splitter must evaluate each row once, in order; {splitter!r} evaluates row {step.start} again."
            )
        if step.stop > n_dates:
            raise DataError(
                f"splitter must give rows below {n_dates}; {splitter!r} gives row {step.stop - 1}."
            )
        steps.append(step)
        hedged = step.stop
    if sum(step.stop - step.start for step in steps) < 2:
        raise DataError(
            f"splitter must leave two dates or more to evaluate; {splitter!r} leaves fewer."
        )
    return steps


def _run(rows: Indices, splitter: Splitter) -> tuple[int, int]:
    """First row and the one after the last of rows that must follow one another."""
    gaps = np.flatnonzero(np.diff(rows) != 1)
    if not len(rows) or len(gaps):
        given = f"row {rows[gaps[0] + 1]} after row {rows[gaps[0]]}" if len(rows) else "none"
        raise DataError(
            f"splitter must give rows that follow one another; {splitter!r} gives {given}. Take TimeSeriesSplit."
        )
    return int(rows[0]), int(rows[-1]) + 1
