"""Stale and halted series: equal values at the end, in a run, or over much of a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedgeresearch._formatting import day
from hedgeresearch._kernels.checks.data_quality import stale_rows
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import LONG_RUN, Changes
from hedgeresearch.typing import Array, Indices, Mask

MIN_END_RUN = 4
"""Number of equal values at the end from which a series may have stopped."""
MIN_SHORT_RUN = 4
"""Number of rows within a sample from which a series may have stood still while others moved."""
MOST_BY_CHANCE = 1e-4
"""Expected number of such runs, if repeats were independent, below which it has stopped."""
MAX_SHARE_IN_RUNS = 0.03
"""Share of the rows in long runs of equal values up to which a series counts as alive."""
MAX_ZEROS = 0.25
"""Share of zeros among returns up to which a series counts as alive."""
MAX_ZERO_DIFFERENCES = 0.6
"""Share of zeros among differences, such as those of yields rounded to a tick."""
MAX_ZEROS_ON_TICKS = 0.75
"""Share of zeros among moves of which the smallest is a large part of a usual one."""
MIN_TICK = 0.5
"""Smallest move, in standard deviations, from which prices lie on a coarse tick."""
MIN_FALLS = 0.1
"""Share of falls among moves from which a series is a price that can be stale."""
CLOSED_SECONDS = 4.5 * 86400.0
"""Time for which a market may be closed: a weekend with holidays."""


def find_stale(changes: Changes) -> list[DataProblem]:
    """Return the columns that stopped moving: at the end, in runs, or on many dates."""
    if changes.n_rows <= MIN_END_RUN:
        return []
    ended = _stopped_at_the_end(changes)
    in_runs = _stopped_within(changes) & ~ended
    limit = MAX_ZERO_DIFFERENCES if changes.kind == "difference" else MAX_ZEROS
    # bars of minutes have no trade at night, and few between two ticks
    often = (changes.zeros > limit * changes.n_rows) & (not changes.within_days)
    for j in np.flatnonzero(often).tolist():
        if is_on_ticks(changes.values[:, j]):
            often[j] = changes.zeros[j] > MAX_ZEROS_ON_TICKS * changes.n_rows
    if (ended | in_runs | often).any():
        falls = may_fall(changes.values)
        ended &= falls
        in_runs &= falls
        often &= falls
    problems = [_problem_at_end(changes, j) for j in np.flatnonzero(ended).tolist()]
    problems += [_problem_within(changes, j) for j in np.flatnonzero(in_runs).tolist()]
    problems += _problems_of_short_runs(changes, ended | in_runs | often)
    often &= ~ended & ~in_runs
    problems += [_problem_often(changes, j) for j in np.flatnonzero(often).tolist()]
    return problems


def may_fall(values: Array) -> Mask:
    """Return whether a good part of the moves of each column are falls, (n_columns,).

    The return of cash next to never falls; it is rounded, and may stay at its value for years.
    """
    n_falls = (values < 0.0).sum(axis=0)
    n_moves = (values != 0.0).sum(axis=0)
    return np.asarray(n_falls > MIN_FALLS * n_moves)


def is_halt(n_rows: int, repeats: float, longest_run: float) -> bool:
    """Return whether chance does not explain the longest run of equal values of a column.

    The chance is that of half the run, as quiet times come together, at the rate of the repeats
    outside it.
    """
    if longest_run < LONG_RUN:
        return False
    rate = (repeats - longest_run + 2.0) / (n_rows - longest_run + 2.0)
    return bool(n_rows * rate ** ((longest_run - 1.0) / 2.0) < MOST_BY_CHANCE)


def short_halts(standing: Mask) -> Indices:
    """Return the runs of True in ``standing`` (n_rows,) that chance does not explain, (n, 2).

    A row has the first row of a run and its length. A run has at least ``MIN_SHORT_RUN`` rows, and
    is more than twice as long as the longest of the usual runs. With a share p of True outside it,
    fewer than n p^(length - 1) such runs are expected among n rows; that must be less than
    ``MOST_BY_CHANCE``. A column that often does not move has a high p, or runs of every length.
    """
    edges = np.diff(np.concatenate(([0], standing.astype(np.int8), [0])))
    starts = np.flatnonzero(edges == 1)
    lengths = np.flatnonzero(edges == -1) - starts
    usual = 0
    for length in sorted(lengths.tolist()):
        if length >= MIN_SHORT_RUN and length > 2 * usual:
            break
        usual = length
    outside = standing.sum() - lengths
    rates = (outside + 1.0) / (len(standing) - lengths + 2.0)
    expected = len(standing) * rates ** (lengths - 1.0)
    found = (lengths >= MIN_SHORT_RUN) & (lengths > 2 * usual) & (expected < MOST_BY_CHANCE)
    return np.asarray(np.column_stack([starts, lengths])[found])


def is_on_ticks(values: Array) -> bool:
    """Return whether the smallest move of values (n_rows,) is a large part of a usual one.

    Prices on a coarse tick repeat by themselves; one that is carried forward has small moves, too.
    """
    moves = np.abs(values[values != 0.0])
    return bool(len(moves)) and bool(moves.min() >= MIN_TICK * values.std())


def frozen_before(values: Array) -> Mask:
    """Return whether a column had stopped moving before each row, (n_rows + 1, n_columns).

    Row t uses the values (n_rows, n_columns) before t only; the last row is the one after the data.
    """
    return np.asarray(stale_rows(values, MIN_END_RUN, MOST_BY_CHANCE))


def _stopped_at_the_end(changes: Changes) -> Mask:
    """Return whether each column ends in a run that chance does not explain, (n_columns,)."""
    suspected = changes.end_run >= MIN_END_RUN
    if not suspected.any():
        return np.asarray(suspected)
    return np.asarray(suspected & frozen_before(changes.values)[-1])


def _stopped_within(changes: Changes) -> Mask:
    """Return whether runs of equal values cover more than a few per cent, (n_columns,)."""
    if changes.within_days:
        seconds = changes.seconds_per_row or 0.0
        return np.asarray(changes.longest_run * seconds > CLOSED_SECONDS)
    in_runs = changes.rows_in_long_runs > MAX_SHARE_IN_RUNS * changes.n_rows
    for j in np.flatnonzero(changes.longest_run >= LONG_RUN).tolist():
        halt = is_halt(changes.n_rows, changes.repeats[j], changes.longest_run[j])
        # an indicator that is cut at a bound repeats it; a price that is halted has no return
        halt = halt and changes.values[int(changes.longest_run_stop[j]) - 1, j] == 0.0
        in_runs[j] = halt or (in_runs[j] and not is_on_ticks(changes.values[:, j]))
    # rates that are set or rounded repeat by themselves
    by_itself = (changes.kind == "difference") & (changes.repeats > MAX_ZEROS * changes.n_rows)
    return np.asarray(in_runs & ~by_itself)


def _problems_of_short_runs(changes: Changes, known: Mask) -> list[DataProblem]:
    """Return the columns that stood still for a few rows while another one moved.

    Rows on which no column moves are those of closed markets. Bars of minutes have no trade at
    night.
    """
    if changes.within_days:
        return []
    suspected = ~known & (changes.longest_run >= MIN_SHORT_RUN)
    if not suspected.any():
        return []
    suspected &= may_fall(changes.values)
    rows = np.flatnonzero((changes.values != 0.0).any(axis=1))
    problems = []
    for j in np.flatnonzero(suspected).tolist():
        halts = short_halts(changes.values[rows, j] == 0.0)
        if len(halts):
            problems.append(_problem_of_short_runs(changes, j, rows, halts))
    return problems


def _problem_of_short_runs(changes: Changes, j: int, rows: Indices, halts: Indices) -> DataProblem:
    first, length = halts[int(halts[:, 1].argmax())].tolist()
    start = int(rows[first])
    where = " while others moved"
    if len(halts) > 1:
        where += f" (the longest of {len(halts)} such runs)"
    run = _Run(start, int(rows[first + length - 1]) - start + 1, where)
    return _problem_of_run(changes, j, run)


def _problem_at_end(changes: Changes, j: int) -> DataProblem:
    length = int(changes.end_run[j])
    return _problem_of_run(changes, j, _Run(changes.n_rows - length, length, " at the end"))


def _problem_within(changes: Changes, j: int) -> DataProblem:
    length = int(changes.longest_run[j])
    share = changes.rows_in_long_runs[j] / changes.n_rows
    several = changes.rows_in_long_runs[j] > length
    more = f" (such runs are {share:.0%} of the rows)" if several else ""
    start = int(changes.longest_run_stop[j]) - length
    return _problem_of_run(changes, j, _Run(start, length, more))


@dataclass(frozen=True)
class _Run:
    """A run of equal values, with words on where it is."""

    start: int
    length: int
    where: str


def _problem_of_run(changes: Changes, j: int, run: _Run) -> DataProblem:
    dates = (changes.dates[run.start], changes.dates[run.start + run.length - 1])
    value = changes.values[run.start + run.length - 1, j]
    still = "did not move" if value == 0.0 else f"repeats {value:.4g}"
    return DataProblem(
        kind="stale",
        severity="warn",
        columns=(changes.names[j],),
        dates=dates,
        size=float(run.length),
        message=(
            f"prices should be of their dates; {changes.names[j]!r} {still} on {run.length} rows"
            f"{run.where}, {day(dates[0])} to {day(dates[1])}: it looks halted or stale."
        ),
        remedy=(
            "Leave these dates out of all series, or end the sample before them; a hedge that has "
            "stopped trading needs a substitute."
        ),
    )


def _problem_often(changes: Changes, j: int) -> DataProblem:
    share = float(changes.zeros[j]) / changes.n_rows
    return DataProblem(
        kind="stale",
        severity="warn",
        columns=(changes.names[j],),
        dates=(),
        size=share,
        message=(
            f"prices should be of their dates; {changes.names[j]!r} did not move on {share:.0%} of "
            "the rows, as a price that is carried forward."
        ),
        remedy=(
            "Use dates on which all trade, a longer period such as a week, or DimsonHedge or "
            "HorizonHedge, for which a price may be late."
        ),
    )
