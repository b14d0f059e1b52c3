"""Fewer observations of a long series for a figure that still shows its whole length."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hedgeresearch.typing import Array

MAX_DATES = 5_100
"""Observations of a path that are drawn, twenty years of days: more are not visible."""


def drawn_rows(values: Array, most: int = MAX_DATES) -> Any:
    """Return the positions of the rows that are drawn, ascending.

    Up to ``most`` rows, all are drawn. Of more, consecutive rows form buckets of equal length, and
    the lowest and the highest value of each column in each bucket are kept, with the first and the
    last row: every extreme is still visible, at its date.

    Parameters
    ----------
    values : array (n_dates, n_lines), NaN where a line has a gap
    most : int, number of rows that are drawn at most, if there are fewer than ``most / 2`` lines

    Examples
    --------
    >>> drawn_rows(np.array([[0.0], [5.0], [1.0], [-3.0], [0.0], [0.0], [9.0], [0.0]]), most=4)
    array([0, 3, 6, 7])
    """
    n_dates = len(values)
    if n_dates <= most:
        return np.arange(n_dates)
    length = bucket_length(n_dates, values.shape[1], most)
    starts = np.arange(0, n_dates, length)
    padding = np.full((len(starts) * length - n_dates, values.shape[1]), np.nan)
    buckets = np.concatenate([values, padding]).reshape(len(starts), length, -1)
    is_gap = np.isnan(buckets)
    lowest = np.where(is_gap, np.inf, buckets).argmin(axis=1)
    highest = np.where(is_gap, -np.inf, buckets).argmax(axis=1)
    extremes = np.concatenate([lowest, highest], axis=1) + starts[:, None]
    return np.unique(np.concatenate([[0], extremes.ravel(), [n_dates - 1]]))


def bucket_length(n_dates: int, n_lines: int, most: int = MAX_DATES) -> int:
    """Return the number of rows of which the lowest and the highest of each line are drawn."""
    n_buckets = max((most - 2) // (2 * n_lines), 1)
    return math.ceil(n_dates / n_buckets)


def thinning_note(n_dates: int, n_lines: int) -> str:
    """Return a sentence for the caption of a figure whose series is thinned, or ""."""
    if n_dates <= MAX_DATES:
        return ""
    length = bucket_length(n_dates, n_lines)
    return f"Drawn: the lowest and the highest of every {length:,} of {n_dates:,} observations."
