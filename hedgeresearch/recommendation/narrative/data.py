"""Warnings of what looks wrong in the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hedgeresearch._durations import time_in_words
from hedgeresearch._formatting import day
from hedgeresearch._spacing import Spacing
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.recommendation.inputs.last_bar import OddMove

FEW_REMOVED = 0.01
"""Share of variance below which a hedge whose interval holds zero is a matter of chance."""

FEW_OBSERVATIONS = 100
"""Number of observations below which an estimate is of few."""


def data_warnings(problems: Sequence[DataProblem], moves: Sequence[OddMove] = ()) -> list[str]:
    """Return a warning for each odd move of the last bar, and for each problem of the returns.

    They say what must hold, what was found, and what to do. A problem of an odd move alone is left
    out: it is the same one, of which less is known.
    """
    odd = [(one.column, one.date) for one in moves]
    texts = [f"{one.text}{', if it is wrong.' if one.power else ''}" for one in moves]
    for one in problems:
        named = [(column, day(date)) for column in one.columns for date in one.dates]
        if not named or not set(named) <= set(odd):
            texts.append(one.text)
    return [f"Warning: {text}" for text in texts]


def remark_warnings(remarks: Sequence[str]) -> list[str]:
    """Return a warning for each remark of the fit on its estimation."""
    return [f"Warning: {remark}" for remark in remarks]


def few_sentences(fit: HedgeFit, interval: pd.DataFrame) -> list[str]:
    """Return that a ratio is estimated on few observations, and what its interval covers then.

    Parameters
    ----------
    fit : HedgeFit
    interval : DataFrame (n_hedges, 2 or more)
        Columns lower and upper; equal for a ratio that is not estimated.
    """
    if interval["lower"].equals(interval["upper"]):
        return []
    coverage = [fit.coverage_note] if fit.coverage_note else []
    n_observations = len(fit.sample.rows)
    if n_observations >= FEW_OBSERVATIONS:
        return coverage
    return [
        f"The estimate is of {n_observations} observations, which are few: below "
        f"{FEW_OBSERVATIONS}, ratio and volatility may be far off.",
        *coverage,
    ]


def step_sentences(spacing: Spacing, dates: pd.Index[Any]) -> list[str]:
    """Return a warning where the last observation comes later than one can after the one before.

    Parameters
    ----------
    spacing : Spacing
    dates : Index (n_dates,)
    """
    passed = spacing.long_last_step
    if passed is None:
        return []
    return [
        f"Warning: the last observation, {day(dates[-1])}, comes {time_in_words(passed)} after the "
        f"one before, {day(dates[-2])}: the model counts that as {spacing.span(1)}. Pass what is "
        "missing in between, or fit the model to data without the gap."
    ]


def closes_sentences(problem: DataProblem | None) -> list[str]:
    """Return that closes are at different times, which a hedge allows for; [] where not known."""
    if problem is None:
        return []
    earlier, later = problem.columns
    return [
        f"Closes are not simultaneous: {later} follows {earlier} by one date (correlation "
        f"{problem.size:.2f}). The hedge allows for it, so that its effect does not show in "
        "returns of single dates."
    ]


def absurd_opening(problems: Sequence[DataProblem]) -> str:
    """Return what comes before a decision that cannot be meant; "" for any other."""
    return "".join(f"Warning: {one.message} " for one in problems)


def chance_opening(effectiveness: float, interval: pd.DataFrame) -> str:
    """Return a warning of a hedge that cannot be distinguished from chance; "" for any other.

    Parameters
    ----------
    effectiveness : float
        Share of variance that the model expects to remove.
    interval : DataFrame (n_hedges, 2)
        Ends of the interval of each ratio: lower and upper, NaN if not known.
    """
    holds_zero = (interval["lower"] < 0.0) & (interval["upper"] > 0.0)
    if not effectiveness < FEW_REMOVED or not holds_zero.all():
        return ""
    return (
        "Warning: this hedge removes nothing that can be distinguished from chance: less "
        f"than {FEW_REMOVED:.0%} of variance, and the interval of the ratio holds 0. "
    )
