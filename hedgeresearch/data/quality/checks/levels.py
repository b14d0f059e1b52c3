"""Levels among returns: prices, indices such as the VIX, yields, added-up profits."""

from __future__ import annotations

import numpy as np

from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.data.quality.words import listed
from hedgeresearch.typing import Indices, Mask

MIN_YEARLY_GAIN = 5.0
"""Sum of returns over a year above which a column without a negative value is no return.

The return of cash has no negative value either, but adds up to a few per cent a year.
"""
MIN_ROWS = 30
"""Number of values of which one would be negative if they were returns."""
MIN_FEW_ROWS = 8
"""As ``MIN_ROWS``, for values that lie close together compared with their mean."""
MAX_REVERSION = 12.0
"""Number of times that a level returns to its mean over a sample: n (1 - autocorrelation).

For a random walk, the mean is 5.3 and the 95% quantile 14.1 (Dickey and Fuller 1979); for returns
it is about n.
"""
MAX_REVERSION_OF_FEW = 8.0
"""As ``MAX_REVERSION``, for few rows, of which indicators return to their mean as rarely."""
MANY_ROWS = 250
"""Number of rows that are not few."""
MIN_LEVEL_AUTOCORRELATION = 0.5
"""Autocorrelation from which a column with few negative values can only be a level."""
MIN_PRICE_AUTOCORRELATION = 0.9
"""Autocorrelation from which positive values that lie close together are prices."""
MAX_NEGATIVE_SHARE = 0.05
"""Share of negative values that a price may have, as those of oil and power."""
MAX_RETURN_AUTOCORRELATION = 0.3
"""Autocorrelation up to which what changes sign is a return, not a price."""
REMEDY = (
    "Pass hr.returns(prices) instead; for yields, spreads and indices that are no prices, "
    'hr.returns(levels, kind="difference").'
)


def find_levels(changes: Changes) -> list[DataProblem]:
    """Return the columns that are levels instead of changes."""
    problems = []
    positive = is_level(changes)
    if positive.any():
        problems.append(_refused(changes, np.flatnonzero(positive)))
    persistent = is_persistent(changes) & ~positive
    if persistent.any():
        problems.append(_warned(changes, np.flatnonzero(persistent)))
    return problems


def find_persistent(changes: Changes) -> list[DataProblem]:
    """Return the positive columns that move as slowly as prices, among observations of regimes.

    An indicator such as the VIX is positive too, but returns to its mean.
    """
    slow = np.flatnonzero(is_persistent(changes) & (changes.lowest > 0.0))
    return [_warned(changes, slow)] if len(slow) else []


def find_returns(levels: Changes) -> list[DataProblem]:
    """Return the columns of prices that look like returns: of both signs, and without memory."""
    if levels.n_rows < MIN_ROWS:
        return []
    signed = (levels.lowest < 0.0) & (levels.highest > 0.0)
    columns = np.flatnonzero(signed & (levels.autocorrelation < MAX_RETURN_AUTOCORRELATION))
    if not len(columns):
        return []
    names = [levels.names[j] for j in columns]
    correlation = float(levels.autocorrelation[columns[0]])
    return [
        DataProblem(
            kind="returns",
            severity="refuse",
            columns=tuple(names),
            dates=(),
            size=correlation,
            message=(
                f"prices must be levels, not returns; {listed(names)} look like returns: values "
                f"of both signs with an autocorrelation of {correlation:.2f}."
            ),
            remedy="Pass the prices from which the returns were made.",
        )
    ]


def is_level(changes: Changes) -> Mask:
    """Return whether each column can only be a level, (n_columns,).

    It never falls below zero, or rarely and slowly, and is too large to be the return of cash.
    """
    if changes.kind == "difference" or changes.n_rows < MIN_FEW_ROWS:
        return np.zeros(len(changes.names), dtype=bool)
    large = changes.mean * changes.rows_per_year > MIN_YEARLY_GAIN
    moving = changes.n_rows - changes.zeros
    enough = moving >= MIN_ROWS
    close = changes.highest < 2.0 * changes.lowest
    found: Mask = (changes.lowest >= 0.0) & large & (enough | close)
    # a price may have been negative once
    smooth = large & enough & (changes.autocorrelation > MIN_LEVEL_AUTOCORRELATION)
    for j in np.flatnonzero(smooth & ~found).tolist():
        found[j] = (changes.values[:, j] < 0.0).mean() < MAX_NEGATIVE_SHARE
    return found


def moves_like_prices(values: Changes) -> bool:
    """Return whether all columns can only be prices or other levels, and none a return.

    Where one surely is a level, other positive columns are prices too, such as 0.0067 dollars for a
    yen; and so are positive values that lie close together and move slowly.
    """
    sure = is_level(values)
    positive = values.lowest > 0.0
    close = positive & (values.highest < 2.0 * values.lowest)
    smooth = close & (values.autocorrelation > MIN_PRICE_AUTOCORRELATION)
    found = sure | is_persistent(values) | (smooth & (values.n_rows >= MIN_ROWS))
    if sure.any():
        found |= positive
    return bool(found.all())


def is_persistent(changes: Changes) -> Mask:
    """Return whether each column moves as slowly as a level does, (n_columns,)."""
    if changes.n_rows < MIN_ROWS:
        return np.zeros(len(changes.names), dtype=bool)
    reversion = changes.n_rows * (1.0 - changes.autocorrelation)
    limit = MAX_REVERSION if changes.n_rows >= MANY_ROWS else MAX_REVERSION_OF_FEW
    return np.asarray(reversion < limit)


def _refused(changes: Changes, columns: Indices) -> DataProblem:
    names = [changes.names[j] for j in columns]
    first = columns[0]
    amount = "no" if changes.lowest[first] >= 0.0 else "few"
    return DataProblem(
        kind="levels",
        severity="refuse",
        columns=tuple(names),
        dates=(),
        size=float(changes.mean[first]),
        message=(
            f"returns must be changes, not prices or other levels; {listed(names)} "
            f"{'has' if len(names) == 1 else 'have'} "
            f"{amount} negative values "
            f"and a mean of {changes.mean[first]:.4g}."
        ),
        remedy=REMEDY,
    )


def _warned(changes: Changes, columns: Indices) -> DataProblem:
    names = [changes.names[j] for j in columns]
    correlation = float(changes.autocorrelation[columns[0]])
    return DataProblem(
        kind="levels",
        severity="warn",
        columns=tuple(names),
        dates=(),
        size=correlation,
        message=(
            f"returns should be changes, not levels; {listed(names)} "
            f"{'moves' if len(names) == 1 else 'move'} as slowly as a level "
            f"(autocorrelation {correlation:.3f})."
        ),
        remedy=REMEDY,
    )
