"""The best of several searches from different starting points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from hedgeresearch.typing import Array

SAME_OPTIMUM = 0.01
"""Difference in log-likelihood within which two searches have reached the same optimum."""

Run = TypeVar("Run")


def first_best(objectives: Array, tolerance: float = SAME_OPTIMUM) -> int:
    """Return the position of the first objective that agrees with the largest one.

    Parameters
    ----------
    objectives : array (n_starts,)
        NaN for a search that failed; at least one must be a number.
    tolerance : float
        Two objectives agree within it, so that rounding does not choose between equal optima.
    """
    return int(np.argmax(objectives > np.nanmax(objectives) - tolerance))


def continue_best_run(
    runs: Sequence[Run | None],
    objectives: Array,
    finish: Callable[[Run], Run | None],
    tolerance: float = SAME_OPTIMUM,
) -> Run | None:
    """Continue the best search to its end; if that fails, the next best one.

    Parameters
    ----------
    runs : sequence, n_starts
        Where each search was left; None for one that failed.
    objectives : array (n_starts,)
        Objective of each run, NaN for one that failed.
    finish : callable
        Continues a run; returns None if that fails.
    tolerance : float
        Difference within which two objectives agree.

    Returns
    -------
    Run or None
        None if no run can be finished.
    """
    left = objectives.copy()
    while not np.isnan(left).all():
        best = first_best(left, tolerance)
        run = runs[best]
        finished = None if run is None else finish(run)
        if finished is not None:
            return finished
        left[best] = np.nan
    return None
