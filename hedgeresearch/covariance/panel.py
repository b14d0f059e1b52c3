"""What every model of several series asks of its data, and how it tells of bounds."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd

from hedgeresearch._validation import check_independent, check_returns
from hedgeresearch.covariance.estimates import Estimates
from hedgeresearch.covariance.margins import Margins, margin_of
from hedgeresearch.errors import ConvergenceWarning, DataError

DATES_FOR_A_PARAMETER = 10


def check_panel(returns: Any, margins: Margins, model: str, *, shrunk: bool = False) -> pd.DataFrame:
    """Returns (n_dates, n_series) from which margins and their correlation can be estimated."""
    frame = check_returns(returns, minimum_rows=1)
    n_dates, n_series = frame.shape
    if n_series < 2:
        raise DataError(f"{model} needs two series or more; got {list(frame.columns)}.")
    longest = max(len(margin_of(margins, name).names) for name in frame.columns)
    frame = check_returns(frame, minimum_rows=DATES_FOR_A_PARAMETER * longest)
    if not shrunk:
        if n_series >= n_dates:
            raise DataError(
                f"{model} with target='sample' needs more dates than series; got {n_dates} dates of {n_series} series. "
                "Shrink the target: target='nonlinear' (or 'linear')."
            )
        check_independent(frame.cov().to_numpy(), [str(name) for name in frame.columns], "series")
    return frame


def warn_of_bounds(model: Any, estimates: Estimates) -> None:
    """Say on which bounds an estimate lies."""
    if estimates.bounds_hit:
        warnings.warn(
            f"the {type(model).__name__} estimate lies on a bound: {'; '.join(estimates.bounds_hit)}. Read its path "
            "with care; a longer sample or EWMACovariance may serve better.",
            ConvergenceWarning,
            stacklevel=4,
        )
