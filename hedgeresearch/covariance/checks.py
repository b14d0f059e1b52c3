"""What every model of several series asks of its data, and how it tells of bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._validation.collinearity import check_independent
from hedgeresearch._validation.frames import check_returns
from hedgeresearch.covariance.first_step import UnivariateModels, model_of_series
from hedgeresearch.errors import ConvergenceWarning, DataError, warn_caller
from hedgeresearch.estimation.estimates import Estimates

DATES_FOR_A_PARAMETER = 10
MOST_NAMED = 5
"""Bounds that a warning names; the rest it counts."""


def check_panel(
    returns: Any, margins: UnivariateModels, model: str, *, shrunk: bool = False
) -> pd.DataFrame:
    """Returns (n_dates, n_series) from which margins and their correlation can be estimated."""
    frame = check_returns(returns, minimum_rows=2)
    n_dates, n_series = frame.shape
    if n_series < 2:
        raise DataError(f"{model} needs two series or more; got {list(frame.columns)}.")
    texts = frame.columns.map(str)  # parameters are named after their series
    if not texts.is_unique:
        twice = texts[texts.duplicated()][0]
        raise DataError(
            f"{model} needs names that differ as text; {twice!r} comes twice. Rename one series."
        )
    longest = max(len(model_of_series(margins, name).names) for name in frame.columns)
    if n_dates < DATES_FOR_A_PARAMETER * longest:
        raise DataError(
            f"returns must have at least {DATES_FOR_A_PARAMETER * longest} rows, ten for each parameter of a margin; "
            f"got {n_dates}. Give a longer sample."
        )
    if not shrunk:
        if n_series >= n_dates:
            raise DataError(
                f"{model} needs more dates than series unless its target is shrunk; got {n_dates} dates of {n_series} "
                "series. Take DCC(target='nonlinear') or DCC(target='linear')."
            )
        check_independent(
            np.cov(frame.to_numpy(), rowvar=False), [str(name) for name in frame.columns], "series"
        )
    return frame


def warn_of_bounds(model: Any, estimates: Estimates) -> None:
    """Say on which bounds an estimate lies."""
    bounds = estimates.bounds_hit
    if bounds:
        more = (
            f" and {len(bounds) - MOST_NAMED} more (see fit.convergence)"
            if len(bounds) > MOST_NAMED
            else ""
        )
        warn_caller(
            f"the {type(model).__name__} estimate lies on a bound: {'; '.join(bounds[:MOST_NAMED])}{more}. Read its "
            "path with care; a longer sample or EWMACovariance may serve better.",
            ConvergenceWarning,
        )
