"""Warnings of what looks wrong in the data."""

from __future__ import annotations

from collections.abc import Sequence

from hedgeresearch.data.quality.problem import DataProblem


def data_warnings(problems: Sequence[DataProblem]) -> list[str]:
    """Return a warning for each problem: what must hold, what was found, and what to do."""
    return [f"Warning: {one.text}" for one in problems]


def absurd_opening(problems: Sequence[DataProblem]) -> str:
    """Return what comes before a decision that cannot be meant; "" for any other."""
    return "".join(f"Warning: {one.message} " for one in problems)
