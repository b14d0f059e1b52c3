"""Dates that a table has more than once."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.words import listed


def find_repeated(frame: pd.DataFrame) -> list[DataProblem]:
    """Return the dates of a table (n_dates, n_columns) that occur again, as one problem.

    Dates that are missing are another problem, also where there are several, and so is an index of
    several levels or of objects, which are no dates.
    """
    if frame.index.dtype == object:
        return []
    again = frame.index.duplicated() & frame.index.notna()
    if not again.any():
        return []
    rows = frame[again]
    dates = tuple(rows.index.unique().sort_values())
    n_rows = len(rows)
    return [
        DataProblem(
            kind="repeated",
            severity="refuse",
            columns=(),
            dates=dates,
            size=float(n_rows),
            message=(
                f"data must have every date once; {n_rows:,} "
                f"{'row repeats a date' if n_rows == 1 else 'rows repeat dates'}, {listed(dates)}. "
                f"{_what_they_hold(frame, rows)}"
            ),
            remedy="Keep one row of each date, for example data[~data.index.duplicated()].",
        )
    ]


def _what_they_hold(frame: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Return whether rows hold what the first row of their date holds."""
    first = frame[~frame.index.duplicated()].loc[rows.index]
    same = (rows.eq(first) | (rows.isna() & first.isna())).all(axis=1).to_numpy()
    n_other = int((~same).sum())
    if not n_other:
        return "Their values are those of the first row of the date."
    return (
        f"In {n_other:,} of them the values differ from the first row of the date: find out which "
        "are right."
    )
