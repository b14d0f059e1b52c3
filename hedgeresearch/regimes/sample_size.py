"""Refusal of samples that are too short for a model of regimes."""

from __future__ import annotations

from typing import Any

from hedgeresearch._formatting import describe
from hedgeresearch.errors import DataError


def check_sample_size(model: Any, n_dates: int, minimum: int, n_series: int) -> None:
    """Refuse a sample that is too short for a model, which the message names.

    Parameters
    ----------
    model : settings of the model
    n_dates, minimum : int, number of rows of the sample, and the minimum that the model needs
    n_series : int, number of series that it observes

    Raises
    ------
    DataError
        If the sample is shorter than the minimum.
    """
    if n_dates >= minimum:
        return
    raise DataError(
        f"observations must have at least {minimum} rows; got {n_dates}. {describe(model)} needs "
        f"them for {n_series} series: use a longer sample, fewer regimes, or a hedge that needs "
        'few dates, such as OLSHedge() ("ols") or MinimumVarianceHedge(EWMACovariance()) ("ewma").'
    )
