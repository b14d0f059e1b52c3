"""Columns whose unit changes within the sample, from fractions to per cent or the other way."""

from __future__ import annotations

import numpy as np

from hedgeresearch._formatting import day
from hedgeresearch._kernels.checks.plain import N_BLOCKS
from hedgeresearch.data.quality.checks.stale import may_fall
from hedgeresearch.data.quality.checks.units import typical_size, typical_sizes
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.data.quality.statistics import Changes
from hedgeresearch.typing import Array

MIN_FACTOR = 20.0
"""Factor between typical sizes of successive blocks above which the unit must have changed.

Volatilities of turbulent times are up to ten times those of calm ones."""
MIN_MEAN_FACTOR = 2.5
"""Factor between mean sizes from which medians are compared.

A block with a change of unit inside lies between its neighbors; in the last one, old values count
more in the mean than in the median."""
MIN_BLOCK_ROWS = 15
"""Number of rows of a block from which its median size is known well enough."""


def find_unit_changes(changes: Changes) -> list[DataProblem]:
    """Return the columns of which typical moves change by a factor that only units explain."""
    if changes.n_rows < N_BLOCKS * MIN_BLOCK_ROWS:
        return []
    suspected = changes.block_factor > MIN_MEAN_FACTOR
    if not suspected.any():
        return []
    suspected &= may_fall(changes.values)  # cash may return next to nothing for years
    problems = []
    for j in np.flatnonzero(suspected).tolist():
        found = _first_change(changes.values[:, j])
        if found is not None:
            problems.append(_problem(changes, j, *found))
    return problems


def _first_change(values: Array) -> tuple[int, float] | None:
    """Return the first row (n_rows,) of another unit and the factor to it, if there is one."""
    length = len(values) // N_BLOCKS
    blocks = values[: length * N_BLOCKS].reshape(N_BLOCKS, length)
    sizes = typical_sizes(blocks)
    if not sizes.max() > MIN_FACTOR * sizes[sizes > 0.0].min(initial=np.inf):
        return None
    # a change within a block shows between the two around it only
    for apart in (1, 2):
        earlier = sizes[:-apart]
        later = sizes[apart:]
        known = np.minimum(earlier, later) > 0.0
        factors = np.ones(len(earlier))
        np.divide(later, earlier, out=factors, where=known)
        jumps = np.flatnonzero(np.abs(np.log(factors)) > np.log(MIN_FACTOR))
        if len(jumps):
            first = int(jumps[0])
            part = values[first * length : (first + apart + 1) * length]
            row = _split_row(part)
            factor = typical_size(part[row:]) / typical_size(part[:row])
            return first * length + row, factor
    return None


def _split_row(values: Array) -> int:
    """Return the row that best separates small from large values (n_rows,), by least squares."""
    moving = np.flatnonzero(values != 0.0)
    logs = np.log(np.abs(values[moving]))
    sums = np.cumsum(logs - logs.mean())[:-1]
    n_before = np.arange(1, len(logs))
    explained = sums**2 * len(logs) / (n_before * (len(logs) - n_before))
    return int(moving[1 + int(np.argmax(explained))])


def _problem(changes: Changes, j: int, row: int, factor: float) -> DataProblem:
    date = changes.dates[row]
    larger = max(factor, 1.0 / factor)
    direction = "larger" if factor > 1.0 else "smaller"
    return DataProblem(
        kind="unit change",
        severity="warn",
        columns=(changes.names[j],),
        dates=(date,),
        size=larger,
        message=(
            f"a column should have one unit; typical moves of {changes.names[j]!r} are about "
            f"{larger:,.0f} times {direction} from {day(date)} on, as if fractions and per cent, "
            "or two units of a price, were mixed."
        ),
        remedy=(
            "Multiply or divide one part so that both have the same unit, or use one of the two "
            "periods."
        ),
    )
