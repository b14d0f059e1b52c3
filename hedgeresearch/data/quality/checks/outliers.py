"""Bad ticks, splits, and single dates that hold most of the variance."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hedgeresearch._formatting import day, quantity
from hedgeresearch.data.quality.checks.units import NORMAL_SCALE, looks_like_percent, typical_size
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.data.quality.words import MAX_LISTED, listed
from hedgeresearch.typing import Array, Mask

MIN_ROWS = 20
"""Number of rows from which a single move can be called unusual."""
MIN_MOVE = 0.18
"""Logarithmic move, 20 per cent, up to which a price is not called wrong."""
MIN_DEVIATIONS = 12.0
"""Typical standard deviations up to which a move is not called wrong."""
MIN_AHEAD_OF_NEIGHBORS = 3.0
"""Multiple of the largest of the moves around it that a wrong price must cause."""
N_NEIGHBORS = 10
"""Number of rows on each side that count as neighbors."""
MAX_LEFT = 0.15
"""Part of a move that may be left after the next one, for a price that came back."""
SPLITS = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 100.0)
"""Factors of usual splits."""
SPLIT_TOLERANCE = 3.5
"""Typical standard deviations that a move may differ from a split, being also the day's move."""
MIN_AHEAD_OF_OTHERS = 4.0
"""Multiple of the largest other move that a split must be."""
MAX_SHARE = 0.5
"""Share of the sum of squares that one row may hold."""
MIN_AHEAD = 8.0
"""Multiple of the largest other move that a dominant row must be: tails like those of a t
distribution with three degrees of freedom reach it once in 8^3 samples."""


@dataclass
class _Found:
    """Rows of one column by what is wrong with them."""

    ticks: list[int] = field(default_factory=list)
    splits: list[int] = field(default_factory=list)
    dominant: list[int] = field(default_factory=list)


def find_outliers(changes: Changes) -> list[DataProblem]:
    """Return bad ticks, splits and dominant dates of each column."""
    if changes.n_rows < MIN_ROWS:
        return []
    moving = np.maximum(changes.n_rows - changes.zeros, 1.0)
    limit = MIN_DEVIATIONS / 2.0 * changes.mean_size * changes.n_rows / moving
    has_other_unit: Mask = looks_like_percent(changes)
    has_other_unit |= changes.kind == "difference"
    suspected = changes.largest > np.where(has_other_unit, limit, np.maximum(limit, 0.9 * MIN_MOVE))
    problems = []
    for j in np.flatnonzero(suspected).tolist():
        problems += _problems_of(changes, j, bool(has_other_unit[j]))
    return problems


def _problems_of(changes: Changes, j: int, is_difference: bool) -> list[DataProblem]:
    values = changes.values[:, j]
    moves = values if is_difference else _logarithmic(values, changes.kind)
    found = _classify(moves, is_difference)
    problems = []
    if found.ticks:
        problems.append(_bad_ticks(changes, j, found.ticks, is_difference))
    periods, splits = _paired(found.splits, moves)
    if periods:
        problems.append(_other_units(changes, j, periods, moves))
    if splits:
        problems.append(_splits(changes, j, splits, moves))
    if found.dominant:
        problems.append(_dominant(changes, j, found.dominant[0], is_difference))
    return problems


def _paired(splits: list[int], moves: Array) -> tuple[list[tuple[int, int]], list[int]]:
    """Return successive splits that undo each other in pairs, and the splits that are left."""
    periods = []
    left: list[int] = []
    for t in splits:
        if left and _undoes(moves[left[-1]], moves[t]):
            periods.append((left.pop(), t))
        else:
            left.append(t)
    return periods, left


def _undoes(before: float, after: float) -> bool:
    """Return whether a logarithmic move is opposite to an earlier one, by one factor."""
    return before * after < 0.0 and _nearest_split(before) == _nearest_split(after)


def _nearest_split(move: float) -> float:
    return SPLITS[int(np.argmin(np.abs(np.log(SPLITS) - abs(move))))]


def _logarithmic(values: Array, kind: str | None) -> Array:
    """Return returns (n_rows,) as log returns; simple returns cannot be below -1."""
    if kind == "log":
        return values
    return np.log1p(np.maximum(values, -0.9999))


def _classify(moves: Array, is_difference: bool) -> _Found:
    """Return the rows of moves (n_rows,), logarithmic or differences, that look wrong."""
    found = _Found()
    scale = NORMAL_SCALE * typical_size(moves)
    floor = 0.0 if is_difference else MIN_MOVE
    sizes = np.abs(moves)
    big = np.flatnonzero(sizes > max(MIN_DEVIATIONS * scale, floor))
    if not len(big):
        found.dominant = _dominant_rows(moves)
        return found
    is_explained = np.zeros(len(moves), dtype=bool)
    for t in big.tolist():
        if not is_explained[t] and _comes_back(moves, t):
            found.ticks.append(t)
            is_explained[t : t + 2] = True
    if not is_difference:
        candidates = [t for t in big.tolist() if not is_explained[t] and _is_split(moves[t], scale)]
        others = np.delete(sizes, np.flatnonzero(is_explained).tolist() + candidates)
        largest = float(others.max(initial=0.0))
        found.splits = [t for t in candidates if sizes[t] > MIN_AHEAD_OF_OTHERS * largest]
        is_explained[found.splits] = True
    found.dominant = _dominant_rows(np.where(is_explained, 0.0, moves))
    return found


def _comes_back(moves: Array, t: int) -> bool:
    """Return whether a move is undone by the next one, both far larger than those around them."""
    if t + 1 == len(moves) or not abs(moves[t] + moves[t + 1]) < MAX_LEFT * abs(moves[t]):
        return False
    around = np.concatenate([moves[max(t - N_NEIGHBORS, 0) : t], moves[t + 2 :][:N_NEIGHBORS]])
    return bool(abs(moves[t]) > MIN_AHEAD_OF_NEIGHBORS * np.abs(around).max(initial=0.0))


def _is_split(move: float, scale: float) -> bool:
    """Return whether a logarithmic move is near a usual split, beyond what the day may explain."""
    distances = np.abs(abs(move) - np.log(SPLITS))
    return bool(distances.min() < max(SPLIT_TOLERANCE * scale, 0.01))


def _dominant_rows(moves: Array) -> list[int]:
    """Return the row that holds most of the sum of squares, far ahead of the others, if any."""
    sizes = np.abs(moves)
    row = int(np.argmax(sizes))
    share = sizes[row] ** 2 / max(float(sizes @ sizes), 1e-300)
    if not share > MAX_SHARE:
        return []
    second = float(np.delete(sizes, row).max())
    return [row] if sizes[row] > MIN_AHEAD * second else []


def _move_in_words(
    changes: Changes, row: int, j: int, is_difference: bool = False
) -> tuple[float, str]:
    """Return a move as a simple return, or in the unit of differences, and in words."""
    move = float(changes.values[row, j])
    if is_difference:
        return move, f"{'+' if move > 0.0 else ''}{quantity(move)}"
    if changes.kind == "log":
        move = float(np.expm1(move))
    return move, f"{move:+,.0%}"


def _bad_ticks(changes: Changes, j: int, rows: list[int], is_difference: bool) -> DataProblem:
    dates = tuple(changes.dates[t] for t in rows)
    size, move = _move_in_words(changes, rows[0], j, is_difference)
    return DataProblem(
        kind="bad tick",
        severity="warn",
        columns=(changes.names[j],),
        dates=dates,
        size=size,
        message=(
            f"prices should be right; {changes.names[j]!r} moves by {move} on {listed(dates)} and "
            "back on the next row, as after a wrong price."
        ),
        remedy="Look the prices up; correct them, or leave these dates out of all series.",
    )


def _splits(changes: Changes, j: int, rows: list[int], moves: Array) -> DataProblem:
    dates = tuple(changes.dates[t] for t in rows)
    nearest = _nearest_split(moves[rows[0]])
    by_date = []
    for t in rows:
        factor = _nearest_split(moves[t])
        by_date.append(f"{_move_in_words(changes, t, j)[1]} on {day(changes.dates[t])}")
        by_date[-1] += f" (about {factor:g} to 1)"
    return DataProblem(
        kind="split",
        severity="warn",
        columns=(changes.names[j],),
        dates=dates,
        size=nearest,
        message=(
            f"prices should be adjusted for splits; {changes.names[j]!r} moves by "
            f"{', '.join(by_date[:MAX_LISTED])}{_and_more(by_date)}; its other moves are small."
        ),
        remedy="Use adjusted prices, or correct the price if it is wrong.",
    )


def _and_more(items: list[str]) -> str:
    n_more = len(items) - MAX_LISTED
    return f" and {n_more} more" if n_more > 0 else ""


def _other_units(
    changes: Changes, j: int, periods: list[tuple[int, int]], moves: Array
) -> DataProblem:
    """Return the periods [start, stop) in which prices have another unit, such as cents."""
    factor = _nearest_split(moves[periods[0][0]])
    direction = "higher" if moves[periods[0][0]] > 0.0 else "lower"
    dates = tuple(changes.dates[t] for start, stop in periods for t in (start, stop - 1))
    spans = [
        f"from {day(changes.dates[start])} to {day(changes.dates[stop - 1])}"
        for start, stop in periods
    ]
    return DataProblem(
        kind="unit change",
        severity="warn",
        columns=(changes.names[j],),
        dates=dates,
        size=factor,
        message=(
            f"a column should have one unit; {changes.names[j]!r} has another unit "
            f"{', '.join(spans[:MAX_LISTED])}{_and_more(spans)}: its prices are about {factor:g} "
            f"times {direction} there, as cents instead of dollars."
        ),
        remedy=(
            f"{'Divide' if direction == 'higher' else 'Multiply'} these rows by {factor:g}, "
            "or leave them out of all series."
        ),
    )


def _dominant(changes: Changes, j: int, row: int, is_difference: bool) -> DataProblem:
    values = changes.values[:, j]
    share = float(values[row] ** 2 / (values @ values))
    _, move = _move_in_words(changes, row, j, is_difference)
    date = changes.dates[row]
    return DataProblem(
        kind="one date",
        severity="warn",
        columns=(changes.names[j],),
        dates=(date,),
        size=share,
        message=(
            f"no single date should decide; {changes.names[j]!r} moves by {move} on "
            f"{listed([date])}, which is {share:.0%} of the sum of its squared moves."
        ),
        remedy="Look it up; correct it or leave it out, or see how the ratio changes without it.",
    )
