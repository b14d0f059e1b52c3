"""Warnings of what looks wrong in the data."""

from __future__ import annotations

from collections.abc import Sequence

from hedgeresearch.data.quality.problem import DataProblem


def data_warnings(problems: Sequence[DataProblem]) -> list[str]:
    """Return a warning for each problem: what must hold, what was found, and what to do."""
    return [f"Warning: {one.text}" for one in problems]
