"""A first look at the statistics of columns, which spares clean data the closer checks.

It is as strict as every check, or stricter: the tests compare them.
"""

from __future__ import annotations

import math

from hedgeresearch.data.quality.checks.gaps import has_long_gap, misses_weekdays
from hedgeresearch.data.quality.checks.levels import (
    MAX_REVERSION,
    MIN_LEVEL_AUTOCORRELATION,
    MIN_YEARLY_GAIN,
)
from hedgeresearch.data.quality.checks.outliers import MIN_DEVIATIONS, MIN_MOVE
from hedgeresearch.data.quality.checks.stale import (
    CLOSED_SECONDS,
    MAX_SHARE_IN_RUNS,
    MAX_ZEROS,
    MIN_END_RUN,
    MIN_SHORT_RUN,
    is_halt,
)
from hedgeresearch.data.quality.checks.unit_changes import MIN_MEAN_FACTOR
from hedgeresearch.data.quality.checks.units import MAX_YEARLY_VOLATILITY, MIN_TYPICAL_SIZE
from hedgeresearch.data.quality.statistics import Changes


def needs_a_closer_look(changes: Changes) -> bool:
    """Return whether a column, or the dates, may have a problem of its own."""
    rows_per_year = changes.rows_per_year
    return _dates_are_suspect(changes) or any(
        _is_suspect(changes, rows_per_year, column) for column in changes.table.tolist()
    )


def _dates_are_suspect(changes: Changes) -> bool:
    clock = changes.clock
    if clock is None or changes.n_rows < 3:
        return False
    return has_long_gap(changes, clock) or misses_weekdays(changes)


def _is_suspect(changes: Changes, rows_per_year: float, column: list[float]) -> bool:
    """Return whether a column may have a problem, from its statistics."""
    lowest, _, total, absolute, _, autocorrelation, zeros, largest = column[:8]
    repeats, longest_run = column[8:10]
    block_factor = column[13]
    n = changes.n_rows
    size = absolute / max(n - zeros, 1.0)
    is_high = total / n * rows_per_year > MIN_YEARLY_GAIN
    is_level = is_high and (lowest >= 0.0 or autocorrelation > MIN_LEVEL_AUTOCORRELATION)
    is_slow = n * (1.0 - autocorrelation) < MAX_REVERSION
    yearly = size * math.sqrt(rows_per_year)
    is_large = size > 0.5 * MIN_TYPICAL_SIZE and yearly > MAX_YEARLY_VOLATILITY / 4.0
    jumps = largest > MIN_DEVIATIONS / 2.0 * size and (
        is_large or changes.kind == "difference" or largest > 0.8 * MIN_MOVE
    )
    return (
        is_level
        or is_slow
        or is_large
        or jumps
        or block_factor > MIN_MEAN_FACTOR
        or is_halt(n, repeats, longest_run)
        or _may_be_stale(changes, zeros, column[9:])
    )


def _may_be_stale(changes: Changes, zeros: float, runs: list[float]) -> bool:
    """Return whether a column may be stale, from its zeros and the statistics of its runs."""
    longest_run, _, end_run, in_long_runs = runs[:4]
    if end_run >= MIN_END_RUN:
        return True
    if changes.within_days:
        return in_long_runs * (changes.seconds_per_row or 0.0) > CLOSED_SECONDS
    if longest_run >= MIN_SHORT_RUN and len(changes.names) > 1:
        return True
    n = changes.n_rows
    return in_long_runs > MAX_SHARE_IN_RUNS * n or zeros > MAX_ZEROS * n
